"""The main job, once and for real: `advise --scale large` with every framework, on the machine that runs the tests."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from as_user import FRAMEWORKS, CommandResult, environment_of, processes_below
from jsonschema import Draft202012Validator
from quiet import Watched

from advisor.evidence.lines import read_runs
from advisor.render.json import SCHEMA
from probes.catalogue import PROBES

CANDIDATES = ("keras[jax]", "keras[tensorflow]", "keras[torch]", "pytorch", "tensorflow")
BUDGET = 120.0

pytestmark = [
    pytest.mark.long,  # `.ci/run` runs it by the README's line
    pytest.mark.skipif(sys.platform == "win32", reason="nothing is measured on Windows"),
    pytest.mark.skipif(
        any(find_spec(name) is None for name in FRAMEWORKS), reason="needs every framework: pip install '.[all]'"
    ),
]


@dataclass(frozen=True)
class Measured:
    """A user whose first command has measured this machine."""

    home: Path
    result: CommandResult
    left_over: list[str]
    run: Callable[..., CommandResult]
    machine: Watched

    def answer(self, *arguments: str) -> CommandResult:
        """Answer from what was measured, without measuring again what a busy machine spoiled."""
        store = self.home / "data" / "framework-advisor" / "evidence.sqlite"
        return self.run("--scale", "large", "--probe", "none", "--store", store, *arguments)

    def need_timings(self) -> None:
        """Skip what cannot be known where the machine was too busy to time every candidate in two blocks."""
        blocks: Counter[str] = Counter()
        for run in self.answer("--format", "json").json["evidence"]["runs"]:
            if (
                run["probe"] == "training-step"
                and run["mode"] == "default"
                and run["counts"]
                and run["outcome"] == "ok"
            ):
                blocks[run["candidate"]] += 1
        if few := [f"{name}: {blocks[name]}" for name in CANDIDATES if blocks[name] < 2]:
            pytest.skip(f"the machine was too busy: fewer than two undisturbed blocks of {', '.join(few)}")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    home = tmp_path_factory.mktemp("main-job")
    environment = environment_of(home, home / "cache")

    def run(*arguments: object, env: dict[str, str] = environment) -> CommandResult:
        begin = time.monotonic()
        command = [sys.executable, "-m", "advisor", *map(str, arguments)]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=env,
            cwd=home,
            stdin=subprocess.DEVNULL,
            timeout=300,
            check=False,
        )
        return CommandResult(done.returncode, done.stdout, done.stderr, time.monotonic() - begin)

    with Watched() as machine:
        result = run("--scale", "large", "--budget", f"{BUDGET:.0f}s")
    return Measured(home, result, processes_below(home), run, machine)


def test_it_answers_within_its_budget(measured: Measured) -> None:
    assert measured.result.code == 0
    assert "Traceback" not in measured.result.err and "advise:" not in measured.result.err
    assert "measuring here changed nothing" in measured.result.out or "after measuring here" in measured.result.out
    spent = measured.result.seconds
    measured.machine.promise(spent < BUDGET * 1.05 + 5, f"a budget of {BUDGET:.0f} s took {spent:.0f} s")


def test_it_fits_one_screen(measured: Measured) -> None:
    measured.need_timings()  # what a busy machine spoiled is said in lines of its own
    assert len(measured.result.out.splitlines()) <= 14


def test_it_says_on_stderr_what_it_is_doing(measured: Measured) -> None:
    first, *lines = measured.result.err.splitlines()
    assert first.startswith("So far, from documents alone: ")
    assert all(re.search(r" s left", line) for line in lines)
    assert len(lines) < 60
    measured.need_timings()
    assert any(re.match(r"Timing .+, block [2-5] of 5", line) for line in lines)


def test_it_leaves_no_process_behind(measured: Measured) -> None:
    assert measured.left_over == []


def test_every_candidate_has_a_measured_value_with_an_interval(measured: Measured) -> None:
    measured.need_timings()
    answer = measured.answer("--format", "json").json
    assert list(Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).iter_errors(answer)) == []
    for candidate in CANDIDATES:
        rows = {
            measurement["measure"]: measurement
            for measurement in answer["evidence"]["measurements"]
            if measurement["candidate"] == candidate
        }
        step = rows["step_ms"]
        assert step["amount"] > 0 and step["blocks"] >= 2  # five, unless the machine is busy
        assert 0 < step["low"] <= step["ratio"] <= step["high"]
        assert step["counts"] in ("partly", "no") and step["note"]
        assert all(measurement["amount"] is not None for measurement in rows.values()), rows
    outcomes = {(run["probe"], run["candidate"], run["outcome"]) for run in answer["evidence"]["runs"]}
    assert {
        (name, who, "ok")
        for name, probe in PROBES.items()
        if not probe.timed and probe.depth == "quick"
        for who in CANDIDATES
    } <= outcomes
    ended = {(who, word) for _, who, word in outcomes}  # a busy machine leaves some timings unsteady, and says so
    assert {word for _, word in ended} <= {"ok", "no_steady_state", "too_noisy"}
    whole = measured.answer("--details").out
    for row in CANDIDATES:
        assert re.search(rf"^  {re.escape(row)} +.*\d\.\d\d +\d+\.\d+-\d+\.\d+", whole, re.MULTILINE)


def test_the_machine_confirms_and_refutes_claims_of_the_article(measured: Measured) -> None:
    claims = measured.run("claims", "--format", "json").json
    for verdict in ("confirmed", "refuted"):
        judged = [claim for claim in claims if claim["verdict"] == verdict and claim["source"].startswith("article")]
        assert judged and all(claim["measured"] for claim in judged)
        assert re.search(rf"^  {verdict} +§", measured.answer("--details").out, re.MULTILINE)


def test_the_same_command_again_uses_what_is_stored(measured: Measured) -> None:
    measured.need_timings()  # what was too noisy would be measured again
    again = [measured.run("--scale", "large") for _ in range(3)]
    assert {(result.code, result.err, result.out) for result in again} == {(0, "", measured.result.out)}


def test_somebody_with_nothing_but_the_file_gets_the_same_bytes(measured: Measured, tmp_path: Path) -> None:
    stored = measured.answer("--format", "json")
    assert measured.run("evidence", "export", tmp_path / "runs.jsonl").code == 0
    clean = environment_of(tmp_path / "home", tmp_path / "cache")
    (tmp_path / "home").mkdir()
    shared = measured.run("--scale", "large", "--evidence", tmp_path / "runs.jsonl", "--format", "json", env=clean)
    assert (shared.code, shared.err) == (0, "")
    assert shared.out == stored.out


def test_the_runs_name_no_person_place_or_host(measured: Measured, tmp_path: Path) -> None:
    import getpass
    import platform

    measured.run("evidence", "export", tmp_path / "runs.jsonl")
    runs = read_runs(tmp_path / "runs.jsonl")
    assert set(CANDIDATES) <= {run.candidate for run in runs} <= {*CANDIDATES, "numpy"}
    text = (tmp_path / "runs.jsonl").read_text("utf-8")
    private = (str(measured.home), str(Path.home()), platform.node(), getpass.getuser())
    assert [word for word in private if len(word) > 4 and word in text] == []


def test_a_project_on_accelerators_needs_no_timing_here(measured: Measured) -> None:
    """What was timed on a CPU stays visible and counts for nothing."""
    answer = measured.answer("--hardware", "nvidia-gpu", "--format", "json").json
    steps = [measurement for measurement in answer["evidence"]["measurements"] if measurement["measure"] == "step_ms"]
    assert {step["counts"] for step in steps} == {"no"}
    measured.need_timings()
    assert all(step["amount"] for step in steps)


def test_chinese_fits_one_screen_too(measured: Measured) -> None:
    from rich.cells import cell_len

    measured.need_timings()
    lines = measured.answer("--lang", "zh").out.splitlines()
    assert len(lines) <= 14 and max(map(cell_len, lines)) <= 100
