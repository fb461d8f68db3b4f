"""What may be leaned on: measured here, by this code, with these versions, not too long before the date asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from made_runs import CANDIDATES, MACHINE, make_run, make_session, write_evidence
from msgspec.structs import replace

from advisor.evidence import here
from advisor.evidence.collect import (
    Here,
    inspect_machine,
    probes_with_missing_runs,
    read_evidence_files,
    read_store,
    relevant_probes,
)
from advisor.evidence.runs import Evidence
from advisor.evidence.store import Store
from advisor.knowledge.pack import Pack
from advisor.reasoning.profile import Answer, Profile
from probes.catalogue import PROBES
from probes.run import Run

TODAY = date(2026, 11, 23)
VERSIONS = {"torch": "2.13.0", "tensorflow": "2.21.0", "keras": "3.15.1", "jax": "0.10.2"}
CODE = {(name, who): make_run(name, who).code for name in PROBES for who in (*CANDIDATES, "numpy")}
AT = Here(MACHINE, VERSIONS, CODE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "evidence.sqlite"


def judged(
    path: Path, run: Run, at: Here = AT, *, imported: bool = False, as_of: date = TODAY
) -> tuple[bool, str | None]:
    """Store one run, read it back, and say whether it counts and what is wrong with it."""
    with Store(path, write=True) as store:
        store.add([run], imported=imported)
    evidence = read_store(path, at, as_of)
    assert evidence.runs == (run,)
    return evidence.counts(run), (evidence.stale or {}).get(run.id)


def test_a_run_of_this_machine_code_and_versions_counts(path: Path) -> None:
    assert judged(path, make_run(versions={"torch": "2.13.0", "numpy": "1.0"})) == (True, None)


def test_other_code_of_its_probe_makes_a_run_stale(path: Path) -> None:
    changed = replace(AT, code=CODE | {("dev-effort", "pytorch"): "0ther"})
    counts, why = judged(path, make_run(), changed)
    assert not counts and why is not None and "code" in why


def test_other_code_of_another_probe_does_not(path: Path) -> None:
    assert judged(path, make_run(), replace(AT, code=CODE | {"graph-mode": "0ther"})) == (True, None)


@pytest.mark.parametrize(("now", "words"), [({"torch": "2.14.0"}, "2.14.0"), ({}, "not installed")])
def test_another_version_makes_a_run_stale(path: Path, now: dict[str, str], words: str) -> None:
    others = {name: version for name, version in VERSIONS.items() if name != "torch"}
    counts, why = judged(path, make_run(versions={"torch": "2.13.0"}), replace(AT, versions=others | now))
    assert not counts and why is not None and "torch" in why and words in why and "2.13.0" in why


def test_a_framework_that_took_no_part_may_change(path: Path) -> None:
    assert judged(path, make_run(versions={"torch": "2.13.0"}), replace(AT, versions=VERSIONS | {"jax": "9.9"})) == (
        True,
        None,
    )


@pytest.mark.parametrize(
    ("fact", "other"), [("os", "BSD"), ("arch", "riscv"), ("cpu", "another"), ("usable_cores", 1), ("gpus", ["H100"])]
)
def test_other_hardware_makes_a_run_stale(path: Path, fact: str, other: object) -> None:
    counts, why = judged(path, make_run("graph-mode", machine=dict(MACHINE) | {fact: other}))
    assert (counts, why) == (False, "measured on other hardware")


def test_what_does_not_identify_a_machine_may_change(path: Path) -> None:
    assert judged(path, make_run(machine=dict(MACHINE) | {"memory_mb": 15900, "os": "Linux 6.2"})) == (True, None)


def test_another_python_makes_a_run_stale(path: Path) -> None:
    run = make_run("graph-mode", machine=dict(MACHINE) | {"python": "3.11.0"})
    assert judged(path, run) == (False, "Python is now 3.12.1, was 3.11.0")


def test_a_run_imported_from_elsewhere_does_not_count_here(path: Path) -> None:
    foreign = make_run("graph-mode", machine=dict(MACHINE) | {"cpu": "another"})
    assert judged(path, foreign, imported=True)[0] is False
    assert (read_store(path, AT, TODAY).where or {})[foreign.id] == "elsewhere"


def test_an_imported_run_of_this_very_machine_counts(path: Path) -> None:
    assert judged(path, make_run(), imported=True) == (True, None)


def test_age_is_reckoned_from_the_date_asked_for_alone(path: Path) -> None:
    run = make_run(started="2026-05-20T23:00:00+00:00")
    for as_of, fresh in (
        (date(2026, 5, 1), True),
        (date(2026, 11, 19), True),
        (date(2026, 11, 20), False),
        (date(2036, 1, 1), False),
    ):
        counts, why = judged(path, run, as_of=as_of)
        assert counts is fresh
        assert (why or "").startswith("older") is not fresh


def test_a_file_is_judged_by_age_and_code_whatever_machine_reads_it(pack: Pack, tmp_path: Path) -> None:
    other = make_run(machine=dict(MACHINE) | {"cpu": "another"}, versions={"torch": "0.1"})
    old, changed = make_run(started="2026-01-01T00:00:00+00:00"), make_run(code="0ther")
    file = write_evidence([other, old, changed], tmp_path / "runs.jsonl")
    evidence = read_evidence_files([file], TODAY, pack)
    assert [run for run in evidence.runs if evidence.counts(run)] == [other]
    assert (evidence.stale or {})[changed.id] == "the probe's code changed"
    assert read_evidence_files([file], date(2026, 2, 1), pack).counts(old)


def test_several_files_are_one_evidence_in_any_order(pack: Pack, tmp_path: Path) -> None:
    runs = make_session()
    first, second = write_evidence(runs[:20], tmp_path / "1"), write_evidence(runs[10:], tmp_path / "2")
    assert read_evidence_files([first, second], TODAY, pack) == read_evidence_files([second, first, first], TODAY, pack)
    assert len(read_evidence_files([first, second], TODAY, pack).runs) == len(runs)


def test_no_store_is_no_evidence(path: Path) -> None:
    assert read_store(path, AT, TODAY) == Evidence()
    assert not path.exists()


def test_nothing_is_missing_from_a_complete_measurement(pack: Pack) -> None:
    assert probes_with_missing_runs(pack, Evidence(tuple(make_session())), PROBES) == ()


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("candidate", ["pytorch", "keras[jax]"])
def test_one_missing_candidate_is_a_missing_probe(pack: Pack, probe: str, candidate: str) -> None:
    runs = tuple(run for run in make_session() if (run.probe, run.candidate) != (probe, candidate))
    assert probes_with_missing_runs(pack, Evidence(runs), PROBES) == (probe,)


def test_a_stale_run_is_a_missing_one(pack: Pack) -> None:
    runs = tuple(make_session())
    stale = next(run for run in runs if run.probe == "graph-mode")
    assert probes_with_missing_runs(pack, Evidence(runs, {}, {stale.id: "changed"}), PROBES) == ("graph-mode",)


def absent(candidate: str = "pytorch", probe: str = "graph-mode") -> Evidence:
    """A complete measurement that found one candidate not installed."""
    runs = [run for run in make_session() if (run.probe, run.candidate) != (probe, candidate)]
    return Evidence((*runs, make_run(probe, candidate, outcome="not_installed", why="no torch")))


def test_what_another_try_would_only_repeat_is_not_tried_again(pack: Pack) -> None:
    assert probes_with_missing_runs(pack, absent(), PROBES) == ()


@pytest.mark.parametrize("outcome", ["cancelled", "timeout", "oom", "killed", "import_crash", "bad_output"])
def test_what_failed_is_tried_again(pack: Pack, outcome: str) -> None:
    runs = [
        run.with_changes(outcome=outcome, why="because")
        if (run.probe, run.candidate) == ("graph-mode", "pytorch")
        else run
        for run in make_session()
    ]
    assert probes_with_missing_runs(pack, Evidence(tuple(runs)), PROBES) == ("graph-mode",)


def test_not_installed_is_stale_once_it_is_installed(path: Path) -> None:
    run = make_run(outcome="not_installed", why="no torch")
    assert judged(path, run)[0] is True
    counts, why = judged(path, run, replace(AT, installed=frozenset({"pytorch"})))
    assert (counts, why) == (False, "installed since")


def test_a_stack_is_installed_only_with_all_its_modules(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here, "find_spec", lambda module: object() if module in ("keras", "torch") else None)
    assert inspect_machine(pack).installed == {"pytorch", "keras[torch]"}


@pytest.mark.parametrize(("hardware", "timed"), [(None, True), ("cpu", True), ("nvidia-gpu", False), ("tpu", False)])
def test_a_timing_on_a_cpu_counts_only_where_the_project_may_run_on_one(
    pack: Pack, hardware: str | None, timed: bool
) -> None:
    answers = {"hardware": Answer("hardware", (hardware,), "flag")} if hardware else {}
    probes = relevant_probes(pack, Profile(answers))
    assert ("training-step" in probes) is timed
    assert set(probes) >= {name for name, probe in PROBES.items() if not probe.timed and probe.depth == "quick"}


def test_on_a_machine_with_a_gpu_timings_bear_on_gpu_projects(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisor.evidence.collect.system.gpu_names", lambda: ["NVIDIA H100"])
    on_gpu = Profile({"hardware": Answer("hardware", ("nvidia-gpu",), "flag")})
    assert "training-step" in relevant_probes(pack, on_gpu)
    assert "training-step" not in relevant_probes(pack, Profile({"hardware": Answer("hardware", ("tpu",), "flag")}))


def test_the_timed_probes_of_the_projects_domain_come_first(pack: Pack) -> None:
    probes = relevant_probes(pack, Profile({"domain": Answer("domain", ("nlp-llm",), "flag")}))
    assert probes[0] in ("recurrent-step", "transformer-step") and "training-step" in probes
    assert not {"recurrent-step", "cnn-step"} & set(relevant_probes(pack, Profile({})))


def test_this_machine_is_described_without_naming_it(pack: Pack) -> None:
    import getpass
    import platform

    at = inspect_machine(pack)
    assert set(at.code) >= set(CODE) and len(set(at.code.values())) == len(at.code)
    words = str([at.machine, at.versions])
    for private in (platform.node(), str(Path.home()), getpass.getuser(), str(Path.cwd())):
        assert len(private) < 5 or private not in words


def test_the_stacks_are_the_ones_made_up_here(pack: Pack) -> None:
    assert set(CANDIDATES) == set(pack.measurable)
