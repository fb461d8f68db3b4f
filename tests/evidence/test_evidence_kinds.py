"""One kind of machine speaks in an answer, in whatever order the runs of several come, and from wherever."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_runs import MACHINE, STEPS, make_exact_runs, make_run, make_session, make_timed_runs, write_evidence
from msgspec.structs import replace

from advisor.errors import InputError
from advisor.evidence.collect import Here, add_records, inspect_machine, read_evidence_files, read_store
from advisor.evidence.findings import judge_claims
from advisor.evidence.kinds import (
    OTHER_KIND,
    find_kind,
    kind_text,
    kinds_that_count,
    of_kind,
    of_one_kind,
)
from advisor.evidence.kinds_compared import other_kinds_note
from advisor.evidence.runs import Evidence, merge_runs
from advisor.evidence.scaled_measurements import scale_measurements
from advisor.evidence.store import Store
from advisor.knowledge.pack import Pack
from advisor.pipeline import Request, gather_evidence
from advisor.reasoning.profile import Answer, Profile
from advisor.text import Lang
from probes.catalogue import PROBES
from probes.machine.kind import Kind, kind_of
from probes.run import Run

TODAY = date(2026, 11, 23)
MACHINES: Mapping[str, Mapping[str, Any]] = {
    "laptop": MACHINE,
    "half": {**MACHINE, "cpu_quota": 1.0},
    "server": {**MACHINE, "cpu": "Big CPU", "logical_cores": 64, "usable_cores": 64, "memory_mb": 256_000},
    "gpu": {**MACHINE, "gpus": ["NVIDIA H100"] * 2, "gpu_memory_mb": [81559] * 2},
}
KINDS = {name: kind_of(machine) for name, machine in MACHINES.items()}


# --- what makes a kind --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts",
    [
        {"os": "BSD 6.1"},
        {"arch": "riscv"},
        {"cpu": "another"},
        {"usable_cores": 1},
        {"cpu_quota": 1.5},
        {"memory_mb": 32000},
        {"gpus": ["NVIDIA A100"], "gpu_memory_mb": [40960]},
        {"labels": ["pool=a"]},
    ],
    ids=str,
)
def test_what_makes_another_kind(facts: dict[str, Any]) -> None:
    other = kind_of({**MACHINE, **facts})
    assert other != kind_of(MACHINE) and other.id != kind_of(MACHINE).id


@pytest.mark.parametrize(
    "facts",
    [
        {"os": "Linux 6.9.3-new"},
        {"python": "3.13.0"},
        {"memory_mb": 15800},
        {"logical_cores": 64},
        {"cpu_flags": []},
        {"cpu_quota": None},
        {"gpu_memory_mb": []},
        {"labels": []},
    ],
    ids=str,
)
def test_what_does_not(facts: dict[str, Any]) -> None:
    assert kind_of({**MACHINE, **facts}).id == kind_of(MACHINE).id


def test_gpus_are_told_apart_by_name_number_and_memory() -> None:
    granted = [
        (["A100"], [40960]),
        (["A100"], [81920]),
        (["A100", "A100"], [40960, 40960]),
        (["A100"], []),
        (["H100"], [40960]),
    ]
    kinds = [kind_of({**MACHINE, "gpus": names, "gpu_memory_mb": memory}) for names, memory in granted]
    assert len({kind.id for kind in kinds}) == len(granted)
    turned = kind_of({**MACHINE, "gpus": ["B", "A"], "gpu_memory_mb": [1024, 2048]})
    assert turned == kind_of({**MACHINE, "gpus": ["A", "B"], "gpu_memory_mb": [2048, 1024]})


def test_its_id_is_the_same_in_every_process() -> None:
    assert kind_of(MACHINE).id == "f3a196"


def test_a_kind_is_described_in_both_languages() -> None:
    assert kind_text(KINDS["gpu"])[Lang.EN] == "Test CPU, 2 cores, 16 GiB, 2 × NVIDIA H100 80 GiB, Linux x86_64"
    assert kind_text(KINDS["laptop"])[Lang.ZH] == "Test CPU，2 核，16 GiB，无 GPU，Linux x86_64"
    assert "1 cores" in kind_text(KINDS["half"])[Lang.EN]
    assert kind_text(kind_of({}))[Lang.EN] == "?, ? cores, ? GiB, no GPU, ?"


# --- runs of several never mix ------------------------------------------------------------------------------------------


def runs_of(name: str, seed: int) -> list[Run]:
    """Some sessions of one machine at random hours, each with some of the probes and its own step times."""
    drawn = random.Random(seed)
    runs: list[Run] = []
    for session in range(drawn.randint(1, 3)):
        started = f"2026-11-{drawn.randint(1, 22):02d}T{drawn.randint(0, 23):02d}:00:00+00:00"
        fields: dict[str, Any] = {"machine": dict(MACHINES[name]), "session": f"{name}{session}", "started": started}
        steps = {who: [step * drawn.uniform(0.3, 3) for step in times] for who, times in STEPS.items()}
        steps = {who: times[: drawn.randint(2, 5)] for who, times in steps.items()}
        runs += make_timed_runs(steps, **fields)
        runs += make_exact_runs(
            "graph-mode", "data_if_in_training", {"pytorch": drawn.choice(["works", "fails"])}, **fields
        )
        runs += make_exact_runs("determinism", "identical", {"tensorflow": drawn.choice([True, False])}, **fields)
    return runs


def what_is_read(pack: Pack, evidence: Evidence) -> tuple[object, ...]:
    """Everything an answer takes from evidence."""
    used = {probe: [run.id for run in evidence.of(probe)] for probe in PROBES}
    return used, judge_claims(pack, evidence), scale_measurements(pack, evidence, 1000)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.sampled_from(list(MACHINES)), min_size=2, max_size=4, unique=True),
    st.randoms(use_true_random=False),
    st.integers(0, 10_000),
)
def test_whatever_the_order_an_answer_reads_what_it_would_read_of_one_kind_alone(
    built_in: Pack, names: list[str], mixed: random.Random, seed: int
) -> None:
    runs = [run for name in names for run in runs_of(name, seed)]
    mixed.shuffle(runs)
    for name in names:
        alone = [run for run in runs if kind_of(run.machine) == KINDS[name]]
        together = of_kind(Evidence(tuple(runs)), KINDS[name])
        assert what_is_read(built_in, together) == what_is_read(built_in, Evidence(tuple(alone)))
        chosen_again = of_kind(of_kind(Evidence(tuple(runs)), KINDS[names[0]]), KINDS[name])
        assert {run.id for run in runs if chosen_again.counts(run)} == {run.id for run in alone}


@pytest.fixture(scope="session")
def built_in(pack: Pack) -> Pack:
    return pack


def test_a_second_machine_with_more_and_newer_runs_changes_nothing_here(pack: Pack, tmp_path: Path) -> None:
    """The report: nine times slower PyTorch on another machine, an hour later, moved the answer of this one."""
    mine = make_session()
    slow = {who: [step * (9 if who == "pytorch" else 1) for step in times] for who, times in STEPS.items()}
    theirs = make_timed_runs(slow, machine=dict(MACHINES["server"]), session="s2", started="2026-11-20T11:00:00+00:00")
    here = Here(MACHINE, {}, {})
    here = replace(here, code={(run.probe, run.candidate): run.code for run in (*mine, *theirs)})
    for imported in (False, True):
        path = tmp_path / f"{imported}.sqlite"
        with Store(path, write=True) as store:
            store.add(mine)
            store.add(theirs, imported=imported)
        evidence = read_store(path, here, TODAY)
        assert what_is_read(pack, evidence) == what_is_read(pack, Evidence(merge_runs([mine])))
        [note] = other_kinds_note(evidence, pack)
        assert KINDS["server"].id in note.en and "Big CPU, 64 cores" in note.en and str(len(theirs)) in note.en
        assert "pytorch 9" in note.en and "tensorflow 1" in note.en  # side by side: as a multiple of here
        asked = read_store(path, here, TODAY, measured_on="big cpu")
        assert {run.id for run in asked.of("training-step")} == {run.id for run in theirs}


def test_verdicts_of_other_kinds_stand_beside_those_that_speak(pack: Pack) -> None:
    def runs(machine: str, word: str) -> list[Run]:
        measures = {"workers": 2, "machines": 2, "mechanism": "works", "across_machines": word, "sharded": "absent"}
        return [make_run("cluster-scaling", who, machine=dict(MACHINES[machine]), measures=measures, session=machine) for who in ("jax", "tensorflow")]  # fmt: skip

    for word, said in (
        ("works", "same verdicts on all 2 claims"),
        ("fails", "other verdicts on jax-distributed-documented"),
    ):
        both = of_kind(Evidence((*runs("laptop", "works"), *runs("server", word))), KINDS["laptop"])
        [note] = other_kinds_note(both, pack)
        assert said in note.en


def test_what_is_installed_here_says_nothing_of_another_kind(tmp_path: Path) -> None:
    theirs = make_run("graph-mode", machine={**MACHINES["server"], "python": "3.9.1"}, versions={"torch": "1.0"})
    path = tmp_path / "s.sqlite"
    with Store(path, write=True) as store:
        store.add([theirs])
    here = Here(MACHINE, {"torch": "2.0"}, {("graph-mode", "pytorch"): theirs.code})
    assert read_store(path, here, TODAY, measured_on=KINDS["server"].id).counts(theirs)
    assert (read_store(path, here, TODAY).stale or {})[theirs.id] == OTHER_KIND


# --- which kind speaks for files ----------------------------------------------------------------------------------------


def mixed_file(path: Path, *names: str) -> Path:
    runs = [run for name in names for run in make_session(machine=dict(MACHINES[name]), session=name)]
    return write_evidence(runs, path / "mixed.jsonl")


@pytest.mark.parametrize(
    ("names", "named", "hardware", "chosen"),
    [
        (("server",), "", (), "server"),
        (("laptop", "gpu"), "", ("nvidia-gpu",), "gpu"),
        (("laptop", "gpu"), "", ("cpu",), "laptop"),
        (("laptop", "gpu"), "h100", ("cpu",), "gpu"),
        (("laptop", "server"), "64 cores", (), "server"),
    ],
)
def test_the_kind_that_is_named_or_fits_the_hardware_speaks(
    pack: Pack, tmp_path: Path, names: Sequence[str], named: str, hardware: Sequence[str], chosen: str
) -> None:
    evidence = read_evidence_files([mixed_file(tmp_path, *names)], TODAY, pack, named, hardware)
    counted = {kind_of(run.machine) for run in evidence.runs if evidence.counts(run)}
    assert counted == {KINDS[chosen]}
    assert len(other_kinds_note(evidence, pack)) == len(names) - 1


@pytest.mark.parametrize(
    ("names", "named", "hardware", "place"),
    [
        (("laptop", "gpu"), "", (), "--evidence"),
        (("laptop", "gpu"), "", ("tpu",), "--evidence"),
        (("laptop", "server"), "", ("cpu",), "--evidence"),
        (("laptop", "gpu"), "", ("cpu", "nvidia-gpu"), "--evidence"),
        (("laptop", "half"), "test cpu", (), "--measured-on"),
        (("laptop", "gpu"), "b200", (), "--measured-on"),
    ],
)
def test_where_that_is_not_clear_the_kinds_are_listed(
    pack: Pack, tmp_path: Path, names: Sequence[str], named: str, hardware: Sequence[str], place: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_evidence_files([mixed_file(tmp_path, *names)], TODAY, pack, named, hardware)
    [problem] = caught.value.problems
    assert problem.place == place and caught.value.exit_code == 2
    for name in names:
        assert f"{KINDS[name].id} ({kind_text(KINDS[name]).en}: " in str(problem)


def test_what_cannot_speak_is_no_reason_to_ask(pack: Pack, tmp_path: Path) -> None:
    """Counts in source code, failures and stale runs of another machine leave nothing to choose."""
    server: dict[str, Any] = {"machine": dict(MACHINES["server"])}
    others = [
        *make_exact_runs("dev-effort", "statements", {"pytorch": 5}, **server),
        make_run("graph-mode", outcome="timeout", why="too slow", **server),
        make_run("graph-mode", code="0ld", **server),
    ]
    file = write_evidence([*make_session(), *others], tmp_path / "runs.jsonl")
    evidence = read_evidence_files([file], TODAY, pack)
    assert list(kinds_that_count(evidence)) == [KINDS["laptop"]]
    assert not any(map(evidence.counts, others))


def test_a_kind_is_named_by_the_beginning_of_its_id_or_by_words() -> None:
    kinds = dict.fromkeys(KINDS.values(), 1)
    for name, kind in KINDS.items():
        assert find_kind(kind.id, kinds) == find_kind(kind.id[:4].upper(), kinds) == KINDS[name]
    assert find_kind("H100", kinds) == KINDS["gpu"]
    with pytest.raises(InputError, match="measure there"):
        find_kind("H100", {})


def test_runs_measured_now_make_this_machine_speak() -> None:
    before = of_one_kind(Evidence(tuple(make_session(machine=dict(MACHINES["server"]), session="s2"))))
    now = make_session(session="now")
    after = add_records(before, now)
    assert {run.id for run in after.runs if after.counts(run)} == {run.id for run in now}
    assert {run.id for run in add_records(before, []).runs} == {run.id for run in before.runs}


# --- asking about another machine than this one -------------------------------------------------------------------------


def test_nothing_is_measured_here_for_an_answer_about_another_kind(pack: Pack, tmp_path: Path) -> None:
    runs = make_session(machine=dict(MACHINES["gpu"]))
    with Store(tmp_path / "s.sqlite", write=True) as store:
        store.add(runs, imported=True)
    request = Request(store=tmp_path / "s.sqlite", measured_on="h100", as_of=TODAY)
    gathered = gather_evidence(request, pack, Profile({"hardware": Answer("hardware", ("nvidia-gpu",), "flag")}))
    assert any("nothing is measured" in note.en for note in gathered.warnings)
    assert len(gathered.evidence.runs) == len(runs) and any(map(gathered.evidence.counts, runs))
    with pytest.raises(InputError, match="can only measure itself"):
        gather_evidence(replace(request, probing="quick"), pack, Profile({}))
    here = inspect_machine(pack).kind
    assert isinstance(here, Kind) and here.cores > 0
