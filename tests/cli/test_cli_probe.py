"""`advise probe` and `advise evidence` as typed: on a simulated machine, where nothing is started."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from as_user import Advise
from rich.cells import cell_len

sys.path.insert(0, str(Path(__file__).parent.parent / "probes"))  # simulated_machine
from made_runs import make_run, make_session, write_evidence
from simulated_machine import SimulatedMachine

from advisor.evidence.lines import read_records
from advisor.evidence.store import Store
from probes.catalogue import PROBES
from probes.parent.budget import Budget

STEPS = {
    "tensorflow": 1.9,
    "pytorch": 1.2,
    "keras[tensorflow]": 2.9,
    "keras[torch]": 3.9,
    "keras[jax]": 1.1,
    "numpy": 1.0,
}
STEPS |= {f"{name}-{number}": STEPS[name] for name in ("numpy", "pytorch") for number in range(1, 5)}
OWN = '"""My model."""\nQUESTION = "Fast?"\nTIMED = True\n'


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> SimulatedMachine:
    """A machine on which every candidate has a known speed; its clock is that of the budget."""
    made_up = SimulatedMachine(STEPS)
    monkeypatch.setattr("advisor.evidence.collect.draw_seed", lambda: 1)
    monkeypatch.setattr("advisor.evidence.selftest.draw_seed", lambda: 1)
    monkeypatch.setattr("probes.suite.Budget", lambda seconds, clock: Budget(seconds, made_up.clock))
    return made_up


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", ["60", "100"])
def test_a_measurement_prints_its_table(
    inside: Advise, machine: SimulatedMachine, monkeypatch: pytest.MonkeyPatch, columns: str, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    with machine.replacing_the_real_one():
        result = inside("probe", "training-step", "--budget", "10m", "--lang", lang)
    assert result.code == 0
    lines = result.out.splitlines()
    assert max(map(cell_len, lines)) <= int(columns)
    for candidate in ("tensorflow", "pytorch", "keras[jax]"):
        assert re.search(rf"^  {re.escape(candidate)} ", result.out, re.MULTILINE)
    assert ("tier" if lang == "en" else "梯队") in result.out


def test_what_was_measured_is_stored_with_its_plan_and_counts(
    inside: Advise, machine: SimulatedMachine, home: Path
) -> None:
    with machine.replacing_the_real_one():
        assert inside("probe", "training-step", "--depth", "full", "--budget", "60m", "--store", "s.sqlite").code == 0
    with Store(home / "s.sqlite") as store:
        [plan] = store.registrations().values()
        runs, _ = store.read()
    assert (plan.depth, plan.looks, plan.budget, plan.probes) == ("full", (5, 8, 12, 15), 3600.0, ("training-step",))
    assert {run.session for run in runs} == {plan.session}
    assert any(run.noise.get("pilot") for run in runs) and max(run.block or 0 for run in runs) in plan.looks
    [line] = inside("evidence", "list", "--store", "s.sqlite", "--format", "json").json
    assert (line["counts"], line["where"], line["origin"], line["own"]) == (True, "here", "measured", False)
    assert inside("evidence", "export", "out.jsonl", "--store", "s.sqlite").code == 0
    assert read_records(home / "out.jsonl") == (runs, {plan.session: plan})


def test_every_session_has_orders_of_its_own_unless_a_seed_is_given(inside: Advise, home: Path) -> None:
    simulated = SimulatedMachine(STEPS)
    for arguments in ((), (), ("--seed", "7"), ("--seed", "7")):
        with simulated.replacing_the_real_one():
            assert inside("probe", "training-step", "--budget", "1s", "--store", "s.sqlite", *arguments).code in (0, 4)
    with Store(home / "s.sqlite") as store:
        seeds = [plan.seed for plan in store.registrations().values()]
    assert len(seeds) == 4 and len(set(seeds)) == 3 and seeds.count(7) == 2


def test_json_is_one_run_per_line(inside: Advise, machine: SimulatedMachine) -> None:
    with machine.replacing_the_real_one():
        result = inside("probe", "training-step", "--candidate", "pytorch", "--budget", "5m", "--format", "json")
    runs = [json.loads(line) for line in result.out.splitlines()]
    assert {run["candidate"] for run in runs} == {"pytorch", "numpy"} and {run["outcome"] for run in runs} == {"ok"}


def test_the_list_names_every_probe_and_measures_nothing(inside: Advise) -> None:
    listed = inside("probe", "--list", "--format", "json").json
    assert [probe["name"] for probe in listed] == list(PROBES)
    assert {probe["kind"] for probe in listed} == {"timed", "exact", "static"}
    assert len(inside("probe", "--list").out.splitlines()) == len(listed) + 1
    assert not re.search("  (timed|exact|static)  ", inside("probe", "--list", "--lang", "zh").out)
    assert inside("evidence", "list", "--format", "json").json == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_self_test_says_what_this_machine_can_tell(inside: Advise, machine: SimulatedMachine, lang: str) -> None:
    with machine.replacing_the_real_one():
        result = inside("probe", "--selftest", "--budget", "20m", "--lang", lang)
    assert result.code == 0
    assert ("false winners" if lang == "en" else "误判胜出") in result.out
    assert re.search(r"\d+(\.\d+)? % ?[(（]90 %", result.out)
    with machine.replacing_the_real_one():
        document = inside("probe", "--selftest", "--candidate", "pytorch", "--budget", "20m", "--format", "json").json
    assert document["candidate"] == "pytorch" and document["named"] <= 1 and document["comparisons"] >= 10
    assert set(document["resolution"]) == {"5", "15"}
    listed = inside("evidence", "list", "--format", "json").json
    assert {(session["probe"], session["counts"], session["why"]) for session in listed} == {
        ("self-test", False, "self-test")
    }


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        (("no-such",), "probe"),
        (("--candidate", "mxnet"), "--candidate"),
        (("--candidate", "numpy"), "--candidate"),
        (("--depth", "deep"), "--depth"),
        (("--budget", "soon"), "--budget"),
        (("--selftest", "dev-effort"), "probe"),
        (("--selftest", "training-step", "cnn-step"), "--selftest"),
    ],
)
def test_what_is_typed_wrong_is_said_and_nothing_is_measured(
    inside: Advise, arguments: tuple[str, ...], place: str
) -> None:
    result = inside("probe", *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.complaints[0].startswith(f"{place}: ")


def own_model(place: Path, on_pytorch: str = "def build(task, mode): ...\n") -> Path:
    folder = place / "my_model"
    folder.mkdir()
    for name, text in (("__init__.py", OWN), ("task.py", "def make(): ...\n"), ("on_pytorch.py", on_pytorch)):
        (folder / name).write_text(text)
    return folder


def test_an_own_model_is_measured_marked_and_stored(inside: Advise, machine: SimulatedMachine, home: Path) -> None:
    with machine.replacing_the_real_one():
        result = inside("probe", "--path", own_model(home), "--budget", "5m", "--store", "s.sqlite")
    assert result.code == 0 and "my-model (own code): Fast?" in result.out
    assert "pytorch" in result.out and "tensorflow" not in result.out  # nothing is written for it
    [line] = inside("evidence", "list", "--store", "s.sqlite", "--format", "json").json
    assert (line["probe"], line["own"], line["counts"]) == ("my-model", True, True)
    assert "my-model*" in inside("evidence", "list", "--store", "s.sqlite").out
    assert inside("probe", "--path", home / "my_model", "--list", "--format", "json").json == [
        {"name": "my-model", "kind": "timed", "question": "Fast?"}
    ]


def test_an_own_model_that_is_none_is_an_error_with_its_place(inside: Advise, home: Path) -> None:
    folder = own_model(home)
    (folder / "__init__.py").write_text("QUESTION = open('x')\n")
    result = inside("probe", "--path", folder)
    assert (result.code, result.out) == (2, "") and result.complaints == [
        "my_model/__init__.py:1: QUESTION must be a literal"
    ]
    assert "no probe" in inside("probe", "--path", home / "none").err


def test_an_interrupt_prints_what_was_found_until_then(
    inside: Advise, machine: SimulatedMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = machine.end_child

    def stopped(order: object) -> object:
        if len(machine.orders) == 12:
            raise KeyboardInterrupt
        return usual(order)  # type: ignore[arg-type]

    monkeypatch.setattr(machine, "end_child", stopped)
    with machine.replacing_the_real_one():
        result = inside("probe", "training-step", "--budget", "10m")
    assert result.code == 130 and re.search(r"^  pytorch +2 ok", result.out, re.MULTILINE)
    assert sum(session["runs"] for session in inside("evidence", "list", "--format", "json").json) >= 12


# --- evidence --------------------------------------------------------------------------------------------------------------


def test_files_are_merged_each_run_once(inside: Advise, home: Path) -> None:
    runs = make_session()
    first, second = write_evidence(runs[:40], home / "1.jsonl"), write_evidence(runs[30:], home / "2.jsonl")
    assert inside("evidence", "merge", first, second).code == 2
    result = inside("evidence", "merge", first, second, "--output", "all.jsonl")
    assert result.code == 0 and f"{len(runs)} runs of {len(runs) + 10} written" in result.err
    assert sorted(read_records(home / "all.jsonl")[0], key=lambda run: run.id) == sorted(runs, key=lambda run: run.id)
    assert inside("evidence", "merge", first, "--output", "all.jsonl").code == 5
    again = inside("evidence", "merge", second, first, "--output", "all.jsonl", "--force")
    assert again.code == 0 and inside("evidence", "list", "--format", "json").json == []  # no store was touched
    (home / "bad.jsonl").write_text("no run\n")
    assert "bad.jsonl:1:1" in inside("evidence", "merge", first, "bad.jsonl", "--output", "x.jsonl").err


def test_what_was_measured_elsewhere_is_listed_apart_and_why(inside: Advise, home: Path) -> None:
    from advisor.evidence.collect import inspect_machine
    from advisor.knowledge.loading import load_pack

    at = inspect_machine(load_pack())
    local = make_run(machine=dict(at.machine), session="mine", started="2026-11-21T10:00:00+00:00")
    stale = make_run(machine=dict(at.machine), session="old", code="0ther")
    with Store(home / "s.sqlite", write=True) as store:
        store.add([make_run(session="theirs", started="2026-11-22T10:00:00+00:00")], imported=True)
        store.add([local, stale])
    listed = inside("evidence", "list", "--store", "s.sqlite", "--format", "json").json
    assert [session["session"] for session in listed][-1] == "theirs"
    states = {session["session"]: (session["where"], session["counts"], session["why"]) for session in listed}
    assert states["theirs"][:2] == ("elsewhere", False)
    assert states["old"] == ("here", False, "the probe's code changed")
    assert (
        next(session for session in listed if session["session"] == "theirs")["machine"] == "Test CPU, 2 cores, no GPU"
    )
    text = inside("evidence", "list", "--store", "s.sqlite").out
    assert "no: measured elsewhere" in text and "no: the probe's code changed" in text
    assert "否：在别处测得" in inside("evidence", "list", "--store", "s.sqlite", "--lang", "zh").out


def test_the_doctor_speaks_chinese_and_grades_alike(inside: Advise) -> None:
    english = {check["name"]: check["state"] for check in inside("doctor", "--format", "json").json}
    chinese = inside("doctor", "--lang", "zh").out
    assert "正常" in chinese and set(english.values()) <= {"ok", "warn", "missing"}
    assert not re.search(r"\b(ok|warn|usable|free)\b", chinese)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_progress_says_where_it_is_and_why_it_stops(inside: Advise, machine: SimulatedMachine, lang: str) -> None:
    with machine.replacing_the_real_one():
        full = inside("probe", "training-step", "--depth", "full", "--budget", "60m", "--lang", lang)
        short = inside("probe", "training-step", "--budget", "90s", "--lang", lang)
    progress = full.err.splitlines()
    assert any(("Trial block with" if lang == "en" else "预备轮，") in line for line in progress)
    assert any(("block 5 of 15" if lang == "en" else "第 5 轮，共 15 轮") in line for line in progress)
    assert any("no time for block" in line or "时间不足以再测一轮" in line for line in short.err.splitlines())
    if lang == "zh":
        assert not re.search(r"\b(block|time|used|left)\b", full.err + short.err)
