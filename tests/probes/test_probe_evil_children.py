"""What a child may do wrong: the exact word, in time, no process left, the others unharmed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from probe_stubs import GOOD, Stubs

from probes.parent import process
from probes.run import Outcome

DEADLINES = {"import": 5.0, "measure": 2.0, "total": 8.0}
"""Seconds: short for what hangs for a thousand, long for what works on a busy machine."""
ROOT = Path(__file__).parents[2]

NOTE = "import os, sys, time, signal\ndef note():\n    open(PIDS, 'a').write(f'{os.getpid()}\\n')\nnote()\n"
HANG = "    while True: time.sleep(1)\n"
PIPE = "import json\nPIPE = json.loads(sys.argv[1])['result']\n"

CASES = {
    "hangs at import": ("while True: time.sleep(1)", "timeout", "in phase import"),
    "hangs in the work": ("def measure(task):\n" + HANG, "timeout", "in phase measure"),
    "hangs while it prints": (
        "def measure(task):\n    while True: print('x' * 1000, file=sys.stderr)",
        "timeout",
        "in phase measure",
    ),
    "hangs while it reports": (
        PIPE + "def measure(task):\n    while True:\n        time.sleep(0.01)\n"
        '        os.write(PIPE, b\'{"event": "phase", "phase": "measure"}\\n\')',
        "timeout",
        "8 s in all",
    ),
    "hangs in native code": (
        "import ctypes\ndef measure(task):\n    ctypes.PyDLL(None).sleep(1000)",
        "timeout",
        "in phase measure",
    ),
    "ignores SIGTERM": (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ndef measure(task):\n" + HANG,
        "timeout",
        "in phase measure",
    ),
    "stops itself": ("def measure(task):\n    os.kill(os.getpid(), signal.SIGSTOP)", "timeout", "in phase measure"),
    "SIGSEGV at import": ("os.kill(os.getpid(), signal.SIGSEGV)", "import_crash", "SIGSEGV in phase import"),
    "SIGSEGV in the work": (
        "def measure(task):\n    os.kill(os.getpid(), signal.SIGSEGV)",
        "killed",
        "SIGSEGV in phase measure",
    ),
    "SIGABRT in the work": ("def measure(task):\n    os.abort()", "killed", "SIGABRT in phase measure"),
    "SIGKILL from outside": (
        "def measure(task):\n    os.kill(os.getpid(), signal.SIGKILL)",
        "killed",
        "SIGKILL in phase measure",
    ),
    "exit 3 at import": ("print('no licence'); sys.stdout.flush(); os._exit(3)", "import_crash", "no licence"),
    "exit 0 without a result": ("def measure(task):\n    os._exit(0)", "bad_output", "without a result"),
    "sys.exit in the work": ("def measure(task):\n    sys.exit(0)", "bad_output", "SystemExit in phase measure"),
    "garbage on the pipe": (
        PIPE + "def measure(task):\n    os.write(PIPE, b'\\xff\\x00garbage\\n'); time.sleep(9)",
        "bad_output",
        "not JSON",
    ),
    "endless line on the pipe": (
        PIPE + "def measure(task):\n    while True: os.write(PIPE, b'x' * 65536)",
        "bad_output",
        "bytes in a line",
    ),
    "NaN": ("def measure(task):\n    return {'value': float('nan')}", "bad_output", "NaN"),
    "infinity": ("def measure(task):\n    return {'value': 1e308 * 10}", "bad_output", "Infinity"),
    "a number too large to be one": ("def measure(task):\n    return {'value': 1e308}", "bad_output", "not allowed"),
    "a negative time": ("def measure(task):\n    return {'some_seconds': -1.0}", "bad_output", "-1.0 s"),
    "no time at all": ("def measure(task):\n    return {'some_seconds': 0.0}", "bad_output", "0.0 s"),
    "a time no clock can tell": ("def measure(task):\n    return {'some_seconds': 5e-324}", "bad_output", "5e-324"),
    "a word for a time": ("def measure(task):\n    return {'some_seconds': 'fast'}", "bad_output", "'fast' s"),
    "a number of hundreds of digits": (
        "def measure(task):\n    return {'value': 10**400}",
        "bad_output",
        "not allowed",
    ),
    "a list for an outcome": (
        PIPE + 'def measure(task):\n    os.write(PIPE, b\'{"event": "result", "part": "stub:", "outcome": []}\\n\')\n'
        "    time.sleep(0.1)\n    os._exit(0)",
        "bad_output",
        "outcome",
    ),
    "threads below zero": (
        PIPE + 'def measure(task):\n    os.write(PIPE, b\'{"event": "versions", "versions": {}, "threads": -5}\\n\'\n'
        '             b\'{"event": "result", "part": "stub:", "outcome": "ok", "measures": {"value": 1}}\\n\')\n'
        "    time.sleep(0.1)\n    os._exit(0)",
        "bad_output",
        "threads: -5",
    ),
    "an undeclared measure": ("def measure(task):\n    return {'other': 1}", "bad_output", "does not declare"),
    "no measures": ("def measure(task):\n    return {}", "bad_output", "no measures"),
    "not JSON at all": ("def measure(task):\n    return {'value': object()}", "bad_output", "TypeError"),
    "an exception": ("def measure(task):\n    raise RuntimeError('so \\x1b[31m it\\nends')", "bad_output", "so "),
    "an import error": ("import no_such_module", "import_error", "no_such_module"),
    "a syntax error": ("def measure(:", "import_error", "SyntaxError"),
    "MemoryError": ("def measure(task):\n    raise MemoryError", "oom", "MemoryError"),
    "eats memory": (
        "def measure(task):\n    held = []\n    while True: held.append(b'x' * 10_000_000); time.sleep(0.01)",
        "oom",
        "MiB allowed",
    ),
    "a grandchild eats memory": (
        "def measure(task):\n    held = []\n    if os.fork():\n        time.sleep(9)\n    note()\n    os.setsid()\n"
        "    while len(held) < 40: held.append(b'x' * 10_000_000)\n    time.sleep(9)",
        "oom",
        "MiB allowed",
    ),
    "grandchildren hang": (
        "def measure(task):\n    for _ in range(5):\n        if os.fork() == 0:\n            os.setsid(); note()\n"
        "            signal.signal(signal.SIGTERM, signal.SIG_IGN)\n            time.sleep(1000)\n" + HANG,
        "timeout",
        "in phase measure",
    ),
    "too many processes": (
        "def measure(task):\n    for _ in range(60):\n        if os.fork() == 0: note(); time.sleep(1000)\n    time.sleep(9)",
        "killed",
        "processes in phase measure",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_outcome(stubs: Stubs, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MAX_PROCESSES", 40)
    monkeypatch.setattr(process, "SCAN_SECONDS", 0.2)
    source, outcome, why = CASES[case]
    deadlines = DEADLINES | ({"measure": 6.0, "total": 12.0} if outcome in ("oom", "killed") else {})
    limit = (2000 if case == "too many processes" else 200) * 2**20  # forks share their pages, and are counted whole
    stubs.write_probe(evil=NOTE + source, good=GOOD)
    begin = time.monotonic()
    runs = {run.candidate: run for run in stubs.measure_runs("evil", "good", deadlines=deadlines, memory_limit=limit)}
    spent = time.monotonic() - begin  # what hangs does so for a thousand seconds
    assert (runs["evil"].outcome, why in runs["evil"].why) == (outcome, True), runs["evil"].why
    assert runs["evil"].why.isprintable()
    assert (runs["good"].outcome, runs["good"].measures) == (Outcome.OK, {"value": 42})
    assert spent < deadlines["total"] + 60
    assert stubs.surviving_pids() == []


FATAL = ("SIGFPE", "SIGILL", "SIGBUS", "SIGTRAP", "SIGSYS", "SIGTERM", "SIGALRM", "SIGQUIT", "SIGHUP")


def test_every_fatal_signal_is_named_and_harms_nobody_else(stubs: Stubs) -> None:
    """One session, a child for each signal: all of them end, each with its word, and the good one with its value."""
    evil = {
        # under nohup a child would inherit that SIGHUP is ignored
        name.lower(): f"def measure(task):\n    signal.signal(signal.{name}, signal.SIG_DFL)\n"
        f"    os.kill(os.getpid(), signal.{name})\n    time.sleep(9)"
        for name in FATAL
    }
    stubs.write_probe(good=GOOD, **{name: NOTE + source for name, source in evil.items()})
    runs = {run.candidate: run for run in stubs.measure_runs("good", *evil, deadlines={"measure": 5.0})}
    assert (runs["good"].outcome, runs["good"].measures) == (Outcome.OK, {"value": 42})
    for name in evil:
        assert (runs[name].outcome, runs[name].why) == (Outcome.KILLED, f"{name.upper()} in phase measure")
    assert stubs.surviving_pids() == []


REPORTS = {
    # what a child that writes to the result pipe by itself may claim, and what is made of it
    "a part that is a list": (
        '{"event": "result", "part": ["stub:"], "outcome": "ok", "measures": {"value": 1}}',
        "ok",
        7,
    ),
    "an event that is a table": ('{"event": {"result": 1}, "part": "stub:"}', "ok", 7),
    "a result for somebody else": (
        '{"event": "result", "part": "other:", "outcome": "ok", "measures": {"value": 1}}',
        "ok",
        7,
    ),
    "an outcome nobody knows": (
        '{"event": "result", "part": "stub:", "outcome": "great", "measures": {"value": 1}}',
        "bad_output",
        None,
    ),
    "measures that are a list": (
        '{"event": "result", "part": "stub:", "outcome": "ok", "measures": [1]}',
        "bad_output",
        None,
    ),
    "a device that is a table": ('{"event": "versions", "versions": {}, "threads": 1, "device": {"cuda": 0}}', "ok", 7),
    "versions that are numbers": ('{"event": "versions", "versions": {"torch": 2}, "threads": 1}', "ok", 7),
    "a phase that is a list": ('{"event": "phase", "phase": ["steps"]}', "ok", 7),
    "no object at all": ("[1, 2]", "bad_output", None),
    "a surrogate": ('{"event": "part", "part": "\\ud800"}', "ok", 7),
}


def test_nothing_a_child_writes_on_the_pipe_breaks_the_parent(stubs: Stubs) -> None:
    """One session, a child for each kind of report; what it returns afterwards counts unless its report was refused."""
    names = {f"r{number}": case for number, case in enumerate(REPORTS)}
    for name, case in names.items():
        late = "    os._exit(0)\n" if REPORTS[case][1] == "bad_output" else "    return {'value': 7}\n"
        source = f"def measure(task):\n    os.write(PIPE, {REPORTS[case][0]!r}.encode() + b'\\n')\n    time.sleep(0.1)\n{late}"
        stubs.write_probe(**{name: NOTE + PIPE + source})
    runs = {run.candidate: run for run in stubs.measure_runs(*names)}
    for name, case in names.items():
        _, outcome, value = REPORTS[case]
        assert (runs[name].outcome, runs[name].measures.get("value")) == (outcome, value), (case, runs[name].why)


HARMLESS = {
    "a gigabyte of output": "def measure(task):\n    for _ in range(1000): os.write(1, b'x' * 1_000_000)\n    return {'value': 1}",
    "closes its output": "def measure(task):\n    os.close(1); os.close(2); time.sleep(0.2)\n    return {'value': 1}",
    "prints what looks like a result": (
        'def measure(task):\n    print(\'{"event": "result", "part": "stub:", "outcome": "oom"}\', flush=True)\n'
        "    return {'value': 1}"
    ),
    "hangs at exit": "import atexit\natexit.register(time.sleep, 1000)\ndef measure(task):\n    return {'value': 1}",
    "leaves a daemon": (
        "def measure(task):\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n            note()\n"
        "            while True: time.sleep(1)\n        os._exit(0)\n    os.wait(); time.sleep(0.1)\n    return {'value': 1}"
    ),
    "leaves a daemon without an environment": (
        "def measure(task):\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n            note()\n"
        "            os.execve('/bin/sleep', ['sleep', '1000'], {})\n        os._exit(0)\n    os.wait(); time.sleep(0.1)\n"
        "    return {'value': 1}"
    ),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_no_harm(stubs: Stubs, case: str) -> None:
    stubs.write_probe(odd=NOTE + HARMLESS[case])
    [run] = stubs.measure_runs("odd", deadlines={"measure": 8.0})
    assert (run.outcome, run.measures) == (Outcome.OK, {"value": 1}), run.why
    assert stubs.surviving_pids() == []


def test_second_part_is_tried_again_when_the_first_crashed(stubs: Stubs) -> None:
    stubs.write_probe("a", crash=NOTE + "def measure(task): os.abort()")
    stubs.write_probe("b", crash=GOOD)
    runs = stubs.measure_runs("crash", retried=True)
    outcomes = [(run.probe, run.outcome, run.measures.get("retried", False)) for run in runs]
    assert outcomes[:2] == [("a", "killed", False), ("b", "killed", False)]
    assert "had not begun" in runs[1].why
    assert outcomes[2:] == [("a", "killed", True), ("b", "ok", True)]


def test_closing_the_iterator_ends_everything_at_once(stubs: Stubs) -> None:
    stubs.write_probe(evil=NOTE + "def measure(task):\n" + HANG, good=GOOD)
    events = stubs.measure_events("evil", "good")
    while getattr(next(events), "candidate", "") != "good":
        pass
    assert len(stubs.wait_for_pids(1)) == 1
    begin = time.monotonic()
    events.close()  # type: ignore[attr-defined]
    assert time.monotonic() - begin < 60  # the child would hang for ever
    assert stubs.surviving_pids(0.0) == []


SESSION = """
import sys; sys.path.insert(0, {root!r})
from pathlib import Path
from probes.candidates import Candidate
from probes.child.stack import bare_framework
from probes.suite import Plan, measure
plan = Plan((Candidate("evil", (bare_framework("evil"),)),), ("stub",))
for event in measure(plan, folder=Path({folder!r}), lock_folder=Path({lock!r})): pass
"""
EVIL_TREE = (
    "def measure(task):\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n    if os.fork() == 0: note()\n"
    "    import ctypes\n    ctypes.PyDLL(None).sleep(1000)\n    ctypes.PyDLL(None).sleep(1000)"
)


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, -signal.SIGINT)])
def test_children_end_with_their_parent(stubs: Stubs, sent: signal.Signals, status: int) -> None:
    stubs.write_probe(evil=NOTE + EVIL_TREE)
    script = SESSION.format(root=str(ROOT), folder=str(stubs.folder), lock=str(stubs.lock))
    place = stubs.folder.parent / "temporary"
    place.mkdir()
    variables = os.environ | {"TMPDIR": str(place)}
    parent = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL, env=variables)
    assert len(stubs.wait_for_pids(2)) == 2
    os.kill(parent.pid, sent)
    assert parent.wait(60) == status
    assert stubs.surviving_pids() == []
    limit = time.monotonic() + 60
    while list(place.iterdir()) and time.monotonic() < limit:
        time.sleep(0.02)
    assert list(place.iterdir()) == []
