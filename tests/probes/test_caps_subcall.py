"""A call in a process of its own: what comes back, what it may import, and that nothing is left of it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.child.main import load_package
from probes.child.subcall import Call, Patience, blocked_modules, call_in_process

FUNCTIONS = """
import os, signal, subprocess, sys, time
from pathlib import Path

def add(a, b):
    print("noise on stdout")
    os.write(2, b"noise on stderr")
    return {"sum": a + b}

def fail(text):
    raise KeyError(text)

def imports(name):
    __import__(name)
    return True

def variable(name):
    return os.environ.get(name)

def grandchild(note):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    Path(note).write_text(str(child.pid))
    time.sleep(600)

def fall():
    os.kill(os.getpid(), signal.SIGSEGV)

def leave():
    print("last words")
    os._exit(3)

def hang_at_exit():
    import atexit
    atexit.register(time.sleep, 600)
    return "done"
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The module with the functions above, in a package loaded as the child loads one."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "functions.py").write_text(FUNCTIONS)
    monkeypatch.chdir(tmp_path)
    load_package("own_probes_own", folder)
    yield "own_probes_own.functions"
    del sys.modules["own_probes_own"]


def test_a_value_comes_back_whatever_is_printed(own: str) -> None:
    answer = call_in_process(f"{own}:add", {"a": 1, "b": 2}, 20)
    assert (answer.value, answer.error, answer.ended_itself) == ({"sum": 3}, "", True)


def test_an_exception_comes_back_by_name(own: str) -> None:
    answer = call_in_process(f"{own}:fail", {"text": "no such thing"}, 20)
    assert (answer.error, answer.why) == ("KeyError", "'no such thing'")


def test_modules_can_be_shut_out(own: str) -> None:
    assert call_in_process(f"{own}:imports", {"name": "colorsys"}, 20).value is True
    refused = call_in_process(f"{own}:imports", {"name": "colorsys"}, 20, blocked=["colorsys"])
    assert refused.error == "ModuleNotFoundError"


def test_what_is_shut_out_here_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "not_to_be_imported", None)
    assert "not_to_be_imported" in blocked_modules()


def test_variables_are_set_and_taken_away(own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROBE_KEPT", "old")
    assert call_in_process(f"{own}:variable", {"name": "PROBE_KEPT"}, 20).value == "old"
    assert call_in_process(f"{own}:variable", {"name": "PROBE_KEPT"}, 20, env={"PROBE_KEPT": "new"}).value == "new"
    assert call_in_process(f"{own}:variable", {"name": "PROBE_KEPT"}, 20, env={"PROBE_KEPT": None}).value is None


def test_a_late_call_is_ended_with_everything_below_it(own: str, tmp_path: Path) -> None:
    note = tmp_path / "note"
    started = Call(f"{own}:grandchild", {"note": str(note)})
    limit = time.monotonic() + 60
    while not (note.exists() and note.read_text()) and time.monotonic() < limit:
        os.sched_yield()
    answer = started.wait_for_answer(0.2)
    assert (answer.error, answer.ended_itself) == ("Timeout", False)
    state = Path("/proc", note.read_text(), "stat")
    assert not state.exists() or ") Z " in state.read_text()


@pytest.mark.parametrize(("function", "error", "why"), [("fall", "SIGSEGV", ""), ("leave", "NoAnswer", "last words")])
def test_an_end_without_an_answer_has_a_name(own: str, function: str, error: str, why: str) -> None:
    answer = call_in_process(f"{own}:{function}", {}, 20)
    assert (answer.error, answer.why) == (error, why)


def test_hanging_after_the_work_is_told_from_hanging_in_it(own: str) -> None:
    assert call_in_process(f"{own}:hang_at_exit", {}, 20).ended_itself is True  # it leaves without the teardown
    started = Call(f"{own}:hang_at_exit", {}, normal_exit=True)
    limit = time.monotonic() + 60
    while not (started.folder / "result.json").exists() and time.monotonic() < limit:
        os.sched_yield()
    answer = started.wait_for_answer(0.2)
    assert (answer.value, answer.error, answer.ended_itself) == ("done", "", False)


def test_calls_share_their_patience() -> None:
    patience = Patience(1000)
    assert patience.at_most(5) == 5
    assert 990 < patience.at_most(2000) <= 1000
    assert Patience(0).at_most(5) == pytest.approx(0.1)
