"""Whatever is installed: none, one or all frameworks, the answer comes, and this process imports none of them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from as_user import AS_OF, FRAMEWORKS, Advise, make_interpreter_without, processes_below
from quiet import Watched

CANDIDATES = ("keras[jax]", "keras[tensorflow]", "keras[torch]", "pytorch", "tensorflow")
needs_pytorch = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")


@needs_pytorch
def test_the_command_process_imports_no_framework(home: Path, environment: dict[str, str], evidence: Path) -> None:
    """Every command in one process: answers, ledgers, doctor, stored runs, and a measurement whose children do the importing."""
    commands = [
        ["--scale", "large", "--probe", "none"],
        ["--scale", "large", "--evidence", str(evidence), "--format", "json"],
        ["--scale", "large", "--evidence", str(evidence), "--lang", "zh"],
        ["why", "--scale", "large"],
        ["why-not", "keras", "--scale", "large", "--evidence", str(evidence)],
        ["claims", "--evidence", str(evidence)],
        ["explain", "training-step"],
        ["doctor"],
        ["rules", "check"],
        ["evidence", "list"],
        ["evidence", "import", str(evidence)],
        ["probe", "dev-effort"],
        ["probe", "linear-regression", "--candidate", "pytorch", "--budget", "0"],
        ["--scale", "large", "--budget", "0"],
        ["--scale", "huge"],
    ]
    script = (
        "import contextlib, io, json, sys\n"
        "from advisor.cli.main import run\n"
        "import advisor.cli.questionnaire\n"
        "codes = []\n"
        "for command in json.loads(sys.argv[1]):\n"
        "    with contextlib.redirect_stdout(io.StringIO()):\n"
        "        codes.append(int(run(command)))\n"
        f"print(json.dumps([codes, sorted(set(sys.modules) & set({FRAMEWORKS!r}))]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(commands)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=home,
        check=False,
    )
    codes, imported = json.loads(done.stdout.splitlines()[-1])
    expected = [0] * len(commands)
    expected[-3], expected[-1] = 4, 2  # a probe asked for by name that had no time; a wrong answer
    assert codes == expected, done.stderr
    assert imported == []


# --- none -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("probe", ["none", "auto", "quick"])
def test_without_any_framework_the_answer_rests_on_documents(advise: Advise, bare_python: Path, probe: str) -> None:
    result = advise("--scale", "large", "--probe", probe, "--format", "json", "--as-of", AS_OF, python=bare_python)
    assert result.code == 0 and "Traceback" not in result.err
    answer = result.json
    assert answer["recommendation"]["framework"] == "pytorch"
    measured = {
        measurement["measure"]
        for measurement in answer["evidence"]["measurements"]
        if measurement["amount"] is not None
    }
    assert measured <= {"statements"}  # counted in the source, which needs no framework
    if probe != "none":
        why = {
            measurement["candidate"]: measurement["why"]
            for measurement in answer["evidence"]["measurements"]
            if measurement["measure"] == "step_ms"
        }
        assert why == dict.fromkeys(CANDIDATES, "not installed")


def test_without_any_framework_the_answer_says_so_of_each(advise: Advise, bare_python: Path) -> None:
    result = advise("--scale", "large", "--details", python=bare_python)
    measured = result.out.partition("\nMeasured\n")[2].partition("\nNot measured\n")[0]
    assert "not installed" in measured and all(candidate in measured for candidate in CANDIDATES)


def test_without_any_framework_nothing_fails(advise: Advise, bare_python: Path) -> None:
    for arguments in (("claims",), ("doctor",), ("why", "--scale", "large"), ("probe", "training-step")):
        result = advise(*arguments, python=bare_python)
        assert result.code == 0 and "Traceback" not in result.err
    states = {check["name"]: check for check in advise("doctor", "--format", "json", python=bare_python).json}
    assert {states[name]["state"] for name in CANDIDATES} == {"missing"}
    assert all("pip install" in states[name]["fix"] for name in CANDIDATES)


# --- one ------------------------------------------------------------------------------------------------------------


@pytest.mark.long
@needs_pytorch
def test_with_only_pytorch_it_is_measured_and_the_others_are_not(advise: Advise, tmp_path: Path) -> None:
    python = make_interpreter_without([name for name in FRAMEWORKS if name != "torch"], tmp_path / "venv")
    with Watched() as machine:
        result = advise("--scale", "large", "--budget", "70s", "--format", "json", python=python)
    assert result.code == 0 and "Traceback" not in result.err
    rows = {
        (measurement["candidate"], measurement["measure"]): measurement
        for measurement in result.json["evidence"]["measurements"]
    }
    assert rows["pytorch", "breakpoint_reached"]["amount"] == "true"
    machine.promise(bool(rows["pytorch", "step_ms"]["amount"]), "no step of PyTorch was timed in 70 s")
    for candidate in CANDIDATES:
        if candidate != "pytorch":
            assert rows[candidate, "step_ms"]["why"] == "not installed"
    verdicts = {claim["verdict"] for claim in result.json["claims"]}
    assert verdicts >= {"confirmed", "untested"}


@needs_pytorch
def test_no_time_is_not_mistaken_for_nothing_installed(inside: Advise) -> None:
    assert inside("probe", "dev-effort").code == 0  # stored: only what needs a process is left to do
    result = inside("--scale", "large", "--budget", "0")
    assert result.code == 0
    assert "install" not in result.err


# --- interrupted ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="needs /proc")
@needs_pytorch
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.long),  # handled as SIGTERM is
    ],
)
def test_stopped_while_measuring_it_ends_at_once_and_leaves_nobody(
    home: Path, environment: dict[str, str], number: signal.Signals, code: int
) -> None:
    command = [sys.executable, "-m", "advisor", "--scale", "large"]
    with subprocess.Popen(
        command,
        env=environment,
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None and process.stdout is not None
        first = process.stderr.readline()  # measuring has begun
        until = time.monotonic() + 60
        while not (children := processes_below(home)) and time.monotonic() < until:
            time.sleep(0.1)
        assert children, "a child is at work"  # it may be gone by now: some of them live for less than a second
        process.send_signal(number)
        out, err = process.communicate(timeout=60)  # measuring would take two minutes
    assert first and "Traceback" not in err
    assert process.returncode == code
    if number == signal.SIGINT:
        assert out.startswith("PyTorch")  # the answer so far
    until = time.monotonic() + 60
    while processes_below(home) and time.monotonic() < until:
        time.sleep(0.1)
    assert processes_below(home) == []
