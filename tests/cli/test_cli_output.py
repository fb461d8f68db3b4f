"""Where answers go: files written whole, pipes that close early, terminals of every kind; and what comes in hostile."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from as_user import AS_OF, Advise
from made_runs import make_run, make_session, write_evidence

from advisor.cli.progress import Narrator
from advisor.text import Lang
from probes.parent.plan import Progress
from probes.plain_text import UNSAFE
from probes.run import Run

LARGE = ("--scale", "large", "--probe", "none", "--as-of", AS_OF)
ESCAPE = "\x1b"


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_file_gets_the_whole_answer_and_nothing_else_is_said(inside: Advise, home: Path, form: str) -> None:
    printed = inside(*LARGE, "--format", form)
    result = inside(*LARGE, "--format", form, "--output", "answer")
    assert (result.code, result.out, result.err) == (0, "", "")
    assert (home / "answer").read_text("utf-8") == printed.out


def test_an_existing_file_is_kept_unless_forced(inside: Advise, home: Path) -> None:
    (home / "answer").write_text("mine")
    result = inside(*LARGE, "--output", "answer")
    assert result.code == 5 and "--force" in result.complaints[0]
    assert (home / "answer").read_text() == "mine"
    assert inside(*LARGE, "--output", "answer", "--force").code == 0
    assert (home / "answer").read_text("utf-8").startswith("PyTorch")


def test_a_link_is_not_written_through(inside: Advise, home: Path) -> None:
    (home / "precious").write_text("mine")
    (home / "answer").symlink_to(home / "precious")
    assert inside(*LARGE, "--output", "answer", "--force").code == 5
    assert (home / "precious").read_text() == "mine"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        LARGE,
        (*LARGE, "--format", "json"),
        ("claims",),
        pytest.param(("rules", "check"), marks=pytest.mark.long),
    ],
    ids=" ".join,
)
def test_a_reader_that_leaves_early_is_no_error(advise: Advise, arguments: tuple[str, ...]) -> None:
    """`advise … | head -1`, at its worst: the reader is gone before the first byte."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        result = advise(
            *arguments, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE, capture_output=False
        )
    finally:
        os.close(writer)
    assert (result.code, result.err) == (0, "")


def test_the_first_line_of_a_pipe_is_the_answer(advise: Advise) -> None:
    result = advise(*LARGE)
    assert result.out.splitlines()[0].startswith("PyTorch")
    assert ESCAPE not in result.out


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "env",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
    ids=("ascii", "C"),
)
def test_a_terminal_without_unicode_still_gets_an_answer(advise: Advise, env: dict[str, str], lang: str) -> None:
    result = advise(*LARGE, "--lang", lang, env=env)
    assert (result.code, result.err) == (0, "")
    assert result.out.isascii() and "PyTorch" in result.out
    assert len(result.out.splitlines()) > 8


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", ["1", "20", "nonsense"])
def test_any_width_gets_an_answer_with_all_its_parts(
    inside: Advise, evidence: Path, monkeypatch: pytest.MonkeyPatch, width: str, lang: str
) -> None:
    question = ("--scale", "large", "--evidence", evidence, "--lang", lang)
    wide = inside(*question).out
    monkeypatch.setenv("COLUMNS", width)
    result = inside(*question)
    assert (result.code, result.err) == (0, "")
    assert "".join(wide.split())[:40] == "".join(result.out.split())[:40]
    for head in (
        ("For it", "Against", "Going by", "Answer", "Start", "Read", "So:")
        if lang == "en"
        else ("优于", "不及", "结论", "接下", "开始", "了解")
    ):
        assert f"\n{head}" in result.out


def test_a_narrow_page_is_laid_out_for_it(inside: Advise, monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", "60")
    for lang in ("en", "zh"):
        out = inside(*LARGE, "--lang", lang).out
        assert max(map(cell_len, out.splitlines())) <= 60


def on_terminal(advise: Advise, *arguments: object, **env: str) -> tuple[int, str]:
    """Run with a terminal for stdout and return what it was sent."""
    import pty
    import threading

    ours, theirs = pty.openpty()
    received = bytearray()

    def drain() -> None:
        while True:
            try:
                data = os.read(ours, 65536)
            except OSError:
                return
            if not data:
                return
            received.extend(data)

    thread = threading.Thread(target=drain)
    thread.start()
    try:
        result = advise(
            *arguments, stdout=theirs, stderr=theirs, capture_output=False, env={"TERM": "xterm-256color", **env}
        )
    finally:
        os.close(theirs)
        thread.join(10)
        os.close(ours)
    return result.code, received.decode("utf-8", "replace")


def test_colour_only_on_a_terminal_that_wants_it(advise: Advise) -> None:
    code, coloured = on_terminal(advise, *LARGE)
    assert code == 0 and ESCAPE in coloured
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        code, plain = on_terminal(advise, *LARGE, **env)
        assert code == 0 and ESCAPE not in plain
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


# --- hostile evidence -----------------------------------------------------------------------------------------------

NASTY = "\x1b[31m\x1b]0;owned\x07\u202e\u200b[/foo][bold]\x9b2J{x}%s"
# What a terminal would act on: control characters but newline, bidirectional overrides, zero-width characters.
ACTIVE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def with_measure(probe: str, name: str, value: Any) -> list[Run]:
    """The whole measurement, one measure of PyTorch changed."""
    return [
        run.with_changes(measures=run.measures | {name: value})
        if (run.probe, run.candidate) == (probe, "pytorch")
        else run
        for run in make_session()
    ]


HOSTILE: dict[str, list[Run]] = {
    "why": [
        run.with_changes(outcome="oom", why=NASTY) if run.candidate == "pytorch" else run for run in make_session()
    ],
    "session": [run.with_changes(session=NASTY) for run in make_session()],
    "mode": [run.with_changes(mode=NASTY) if run.block and run.candidate != "numpy" else run for run in make_session()],
    "versions": [run.with_changes(versions={"torch": NASTY, NASTY: "1"}) for run in make_session()],
    "gpus": [run.with_changes(machine=run.machine | {"gpus": [NASTY]}) for run in make_session()],
    "cores": [run.with_changes(machine=run.machine | {"usable_cores": NASTY}) for run in make_session()],
    "word": with_measure("graph-mode", "data_if_in_training", NASTY),
    "truth": with_measure("graph-mode", "breakpoint_reached", NASTY),
    "mechanism": with_measure("data-parallel", "mechanism", NASTY),
    "learned": with_measure("linear-regression", "learned", NASTY),
    "code": [run.with_changes(code=NASTY) for run in make_session()],
}


@pytest.mark.parametrize(
    "runs",
    [pytest.param(runs, id=name) for name, runs in HOSTILE.items()],
)
def test_what_an_evidence_file_says_is_inert_on_a_terminal(inside: Advise, tmp_path: Path, runs: list[Run]) -> None:
    file = write_evidence(runs, tmp_path / "runs.jsonl")
    for arguments in (("--scale", "large"), ("claims",)):
        result = inside(*arguments, "--evidence", file)
        assert result.code in (0, 2)
        assert not (active := ACTIVE.findall(result.out + result.err)), (arguments, active)


def test_stored_runs_are_as_inert(inside: Advise, tmp_path: Path) -> None:
    file = write_evidence(HOSTILE["session"], tmp_path / "runs.jsonl")
    assert inside("evidence", "import", file).code == 0
    assert not ACTIVE.findall(inside("evidence", "list").out)


REFUSED: dict[str, list[Run]] = {
    "a word for a time": with_measure("training-step", "step_ms", "fast"),
    "a time below zero": with_measure("training-step", "step_ms", -1.5),
    "no time": with_measure("training-step", "step_ms", 0),
    "no time of the reference": [
        run.with_changes(measures={"step_ms": 0.0}) if run.candidate == "numpy" else run for run in make_session()
    ],
    "a time no clock can tell": with_measure("training-step", "step_ms", 9e-7),
    "tiny": with_measure("training-step", "step_ms", 5e-324),
    "a word for a number": with_measure("dev-effort", "statements", "many"),
    "a word for memory": with_measure("training-step", "peak_mb", ""),
    "a word for the first step": with_measure("training-step", "first_step_s", "soon"),
    "no date": [run.with_changes(started="yesterday") for run in make_session()],
    "gpus that are none": [run.with_changes(machine=run.machine | {"gpus": 5}) for run in make_session()],
}
READ = {
    "enormous": with_measure("training-step", "step_ms", 1e11),
    "shortest": with_measure("training-step", "step_ms", 1e-6),
    "no machine": [run.with_changes(machine={}) for run in make_session()],
    "an unknown candidate": [*make_session(), make_run(candidate="mxnet", measures={"statements": 3})],
    "an unknown probe": [*make_session(), make_run("speed", "pytorch", measures={"x": 3})],
    "no reference": [run for run in make_session() if run.candidate != "numpy"],
    "one block": [run for run in make_session() if run.block in (None, 1)],
    "a block without its measure": [
        run.with_changes(measures={"peak_mb": 1.0}) if (run.candidate, run.block) == ("pytorch", 2) else run
        for run in make_session()
    ],
    "half a character": [
        run.with_changes(outcome="oom", why="half \ud800 of it") if run.candidate == "pytorch" else run
        for run in make_session()
    ],
    "nothing": [],
}


@pytest.mark.parametrize(
    ("runs", "code"),
    [pytest.param(runs, code, id=name) for code, cases in ((0, READ), (2, REFUSED)) for name, runs in cases.items()],
)
def test_odd_evidence_is_read_or_refused_but_never_a_crash(
    inside: Advise, tmp_path: Path, runs: list[Run], code: int
) -> None:
    file = write_evidence(runs, tmp_path / "runs.jsonl")
    for arguments in (("--scale", "large"), ("claims", "--format", "json")):
        result = inside(*arguments, "--evidence", file)
        assert result.code == code
        assert bool(result.out) is (code == 0) is not bool(result.err)


@pytest.mark.parametrize("name", ["x/", "", "nowhere/x"])
def test_a_file_that_cannot_be_written_is_told_before_anything_is_measured(
    inside: Advise, home: Path, name: str
) -> None:
    result = inside("--scale", "large", "--output", name)
    assert result.code == (5 if name == "nowhere/x" else 2) and result.out == ""
    assert len(result.complaints) == 1 and not list(home.iterdir())
    assert inside("evidence", "export", name).code == result.code and not (home / "x").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_closed_output_is_an_error_and_loses_no_file(advise: Advise, home: Path) -> None:
    def close_output() -> None:
        os.close(1)

    to_terminal = {"preexec_fn": close_output, "capture_output": False, "stderr": subprocess.PIPE}
    lost = advise(*LARGE, **to_terminal)
    assert lost.code == 5 and "standard output is closed" in lost.err
    to_file = ("--scale", "large", "--probe", "none", "--output", "a.txt")
    kept = advise(*to_file, preexec_fn=close_output, capture_output=False)
    assert kept.code == 0 and (home / "a.txt").read_text().startswith("PyTorch")


def test_what_the_user_typed_is_cleaned_before_it_is_echoed(inside: Advise) -> None:
    for arguments in (
        ("evidence", "export", "a\u202eb"),
        ("evidence", "import", "q\u202ey"),
        ("--answers", "q\u202ey"),
        ("--scale", "q\u202ey"),
        ("--scale", "q\u202ey", "--format", "json"),
        ("check", "q\u202ey"),
    ):
        result = inside(*arguments)
        assert not UNSAFE.search(result.out.replace("\n", "") + result.err.replace("\n", "")), arguments


def test_an_output_without_chinese_gets_english(advise: Advise, home: Path) -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    shown = advise("--scale", "large", "--probe", "none", "--lang", "zh", "--details", env=ascii_only)
    assert shown.out.startswith("PyTorch, LEAN") and "?3.3" not in shown.out and "??" not in shown.out
    written = advise("--scale", "large", "--probe", "none", "--lang", "zh", "--output", "a.txt", env=ascii_only)
    assert written.code == 0 and "倾向" in (home / "a.txt").read_text("utf-8")
    assert "is no choice of" in advise("--scale", "huge", "--lang", "zh", env=ascii_only).err


@pytest.mark.parametrize(("columns", "ends"), [(120, "(dense, tabular)"), (90, "PyTorch into Keras"), (60, " s left")])
def test_the_line_of_progress_leaves_out_what_does_not_fit(
    monkeypatch: pytest.MonkeyPatch, columns: int, ends: str
) -> None:
    """The words that are shown are whole."""
    narrator = Narrator(Lang.EN)
    monkeypatch.setattr(narrator, "_may_change", "; may turn PyTorch into Keras")
    event = Progress("exact", 0, 0, "TensorFlow", "dense, tabular", 13.0, 107.9, number=1, count=10)
    monkeypatch.setattr(narrator, "_event", (event, time.monotonic()))
    monkeypatch.setattr(narrator, "_live", SimpleNamespace(console=SimpleNamespace(width=columns)))
    assert str(narrator._line()).endswith(ends)
