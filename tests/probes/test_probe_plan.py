"""Before the first process: what is registered, when it is looked at, in which order, at what price."""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from probes.candidates import CANDIDATES, REFERENCE
from probes.catalogue import PROBES, load_probes
from probes.machine import control_groups, system
from probes.parent import noise
from probes.parent.budget import Budget
from probes.parent.calibration import calibrate
from probes.parent.order import is_regular, shuffle_for_block
from probes.parent.plan import Plan
from probes.parent.process import Ending
from probes.parent.results import seconds_by_part
from probes.parent.roster import Roster
from probes.parent.tasks import Cost, block_tasks
from probes.registration import Registration, is_registration
from probes.run import BadRun, Outcome, Run

REGISTERED = Registration(
    session="ab12",
    candidates=("pytorch", "keras[jax]"),
    probes=("training-step",),
    depth="full",
    looks=(5, 8, 12, 15),
    budget=900.0,
    seed=1,
    started="2026-11-23T08:00:00+00:00",
    code={"training-step": "0123456789abcdef"},
)
TIMED = load_probes()["training-step"]


# --- registration -------------------------------------------------------------------------------------------------------


def test_a_registration_survives_a_trip_through_json() -> None:
    assert Registration.from_json(REGISTERED.to_json()) == REGISTERED
    assert is_registration(REGISTERED.to_json())
    assert not is_registration(Run(session="s", probe="p", candidate="c", outcome=Outcome.OK).to_json())


@pytest.mark.parametrize(
    "change",
    [
        {"looks": [5, 5]},
        {"looks": []},
        {"looks": [0]},
        {"looks": "5"},
        {"margin": -0.1},
        {"budget": "long"},
        {"budget": True},
        {"seed": 1.5},
        {"started": "yesterday"},
        {"probes": ["../etc"]},
        {"code": {"x": 1}},
        {"candidates": "pytorch"},
        {"extra": 1},
        {"margin": 0.01},  # changed afterwards: the id no longer fits
    ],
)
def test_what_is_not_a_registration_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadRun):
        Registration.from_json(json.dumps(json.loads(REGISTERED.to_json()) | change))


@pytest.mark.parametrize(
    ("depth", "blocks", "looks"),
    [
        ("quick", None, (5,)),
        ("full", None, (5, 8, 12, 15)),
        ("full", 9, (5, 8, 9)),
        ("full", 5, (5,)),
        ("quick", 2, (2,)),
    ],
)
def test_the_looks_follow_from_depth_and_blocks(depth: str, blocks: int | None, looks: tuple[int, ...]) -> None:
    assert Plan((), (), depth=depth, blocks=blocks).looks == looks


# --- order --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", ["ab", "abcde", "abcdefgh"])
def test_no_pair_keeps_or_alternates_its_order_over_the_first_five_blocks(names: str) -> None:
    for seed in range(30):
        orders = [shuffle_for_block(names, seed, block) for block in range(1, 6)]
        assert all(sorted(order) == list(names) for order in orders)
        for a, b in combinations(names, 2):
            assert not is_regular([order.index(a) < order.index(b) for order in orders])


def test_each_place_falls_to_each_candidate_about_equally_often() -> None:
    counts = Counter(
        (place, name)
        for seed in range(200)
        for block in range(1, 6)
        for place, name in enumerate(shuffle_for_block("abc", seed, block))
    )
    assert all(270 <= count <= 400 for count in counts.values())


@pytest.mark.parametrize(
    ("first", "regular"),
    [("11111", True), ("01010", True), ("10101", True), ("00000", True), ("11011", False), ("01100", False)],
)
def test_what_counts_as_regular(first: str, regular: bool) -> None:
    assert is_regular([digit == "1" for digit in first]) is regular


# --- what is still measured ---------------------------------------------------------------------------------------------


def failed(outcome: str, mode: str = "default", candidate: str = "pytorch") -> Run:
    return Run(
        session="s", probe="training-step", candidate=candidate, mode=mode, outcome=Outcome(outcome), why="because"
    )


def test_a_part_is_dropped_after_two_failures_and_the_others_stay() -> None:
    roster, candidate = Roster(), CANDIDATES["pytorch"]
    roster.count_failures([failed("killed")])
    assert roster.keeps(candidate, TIMED, "default")
    roster.count_failures([failed("timeout")])
    assert not roster.keeps(candidate, TIMED, "default")
    assert roster.keeps(candidate, TIMED, "production") and roster.keeps(CANDIDATES["tensorflow"], TIMED, "default")


@pytest.mark.parametrize("outcome", ["quality_mismatch", "not_written", "unsupported", "import_error"])
def test_what_would_only_fail_again_is_dropped_at_once(outcome: str) -> None:
    roster = Roster()
    roster.count_failures([failed(outcome)])
    assert not roster.keeps(CANDIDATES["pytorch"], TIMED, "default")


@pytest.mark.parametrize("outcome", ["ok", "too_noisy", "no_steady_state", "cancelled"])
def test_a_machine_that_is_busy_drops_nobody(outcome: str) -> None:
    roster = Roster()
    roster.count_failures([failed(outcome)] * 3)
    assert roster.keeps(CANDIDATES["pytorch"], TIMED, "default")


def test_where_the_time_is_short_modes_that_compile_for_long_go_first() -> None:
    tasks = block_tasks(list(CANDIDATES.values()), [TIMED], "full", 1, 1)
    roster = Roster()
    gone = roster.drop_excess(tasks, lambda cost: 1.0 if cost.probe else 3.0, seconds_per_block=30.0)
    assert {(task.candidate.id, mode) for task in gone for _, mode in task.parts} == {
        ("pytorch", "production"),
        ("pytorch", "compiled-step"),
        ("keras[torch]", "production"),
    }
    assert roster.keeps(CANDIDATES["pytorch"], TIMED, "default")
    assert Roster().drop_excess(tasks, lambda cost: 1.0, seconds_per_block=1000.0) == []


def test_a_block_without_any_part_of_a_candidate_starts_no_process_for_it() -> None:
    kept = block_tasks(
        list(CANDIDATES.values()), [TIMED], "quick", 1, 1, lambda candidate, probe, mode: candidate.id == "pytorch"
    )
    assert [task.candidate.id for task in kept] == ["numpy", "pytorch"]
    assert block_tasks(list(CANDIDATES.values()), [TIMED], "quick", 1, 1, lambda *part: False) == []
    assert kept[0].candidate is REFERENCE


# --- what it costs ------------------------------------------------------------------------------------------------------


def test_the_time_of_a_child_is_shared_out_among_its_parts() -> None:
    messages = [
        {"event": "part", "part": "training-step:default", "at": 4.0},
        {"event": "result", "part": "training-step:default", "at": 5.5},
        {"event": "part", "part": "training-step:production", "at": 5.5},
    ]
    ending = Ending(None, messages, "first_step", Outcome.TIMEOUT, "late", 9.5, 1.0)
    seconds = seconds_by_part(ending, [(TIMED, "default"), (TIMED, "production")])
    assert seconds == {("training-step", "default"): 1.5, ("training-step", "production"): 4.0, ("", ""): 4.0}


def test_a_cost_knows_its_guess(clock: Any) -> None:
    budget = Budget(100.0, clock)
    assert budget.expected_seconds(Cost("pytorch")) > budget.expected_seconds(
        Cost("pytorch", "training-step", "default")
    )
    budget.record_duration(Cost("pytorch"), 9.0)
    assert budget.expected_seconds(Cost("pytorch")) == 9.0


# --- the machine before and during --------------------------------------------------------------------------------------


def test_the_calibration_measures_the_speed_of_the_machine() -> None:
    class Slow:
        """A clock that a kernel of known cost moves."""

        now = 0.0

        def __call__(self) -> float:
            return self.now

        def kernel(self, rounds: int) -> None:
            self.now += 0.001 * rounds

    slow = Slow()
    measures = calibrate(1, seconds=0.3, clock=slow, kernel=slow.kernel)
    assert measures["calibration_ms"] == pytest.approx(1.0)
    assert measures["calibration_spread"] == pytest.approx(0.0, abs=1e-9)
    assert 0.3 <= slow.now <= 0.35


def test_the_calibration_keeps_every_processor_at_work() -> None:
    assert calibrate(2, seconds=0.02)["calibration_ms"] > 0


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("cpu.stat", "usage_usec 5\nnr_throttled 2\nthrottled_usec 2500000", 2.5),
        ("cpu/cpu.stat", "nr_periods 1\nthrottled_time 3000000000", 3.0),
        ("cpu.stat", "usage_usec 5", None),
    ],
)
def test_throttling_by_either_kind_of_control_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, text: str, expected: float | None
) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text + "\n")
    monkeypatch.setattr(control_groups, "MOUNT", tmp_path)
    monkeypatch.setattr(control_groups, "MEMBERSHIP", tmp_path / "none")
    assert system.throttled_seconds() == expected


def test_pressure_is_read_where_it_is_visible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PRESSURE", tmp_path / "cpu")
    assert system.cpu_pressure() == "unknown"
    (tmp_path / "cpu").write_text(
        "some avg10=12.50 avg60=1.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
    )
    assert system.cpu_pressure() == 0.125


def test_what_others_did_is_told_from_what_the_child_did(monkeypatch: pytest.MonkeyPatch) -> None:
    ending = Ending(None, [], "steps", Outcome.OK, "", 10.0, 6.0)
    before, after = noise.Moment(1.5, 0.25, 100.0, 1.0, None), noise.Moment(2.0, 0.5, 110.0, 2.0, None)
    monkeypatch.setattr(noise, "read_moment", lambda: after)
    monkeypatch.setattr(noise.os, "cpu_count", lambda: 2)
    seen = noise.noise_during(before, ending, alone=True)
    assert seen == {"load1": 1.5, "pressure": 0.25, "foreign_cpu": 0.2, "stolen": 0.05, "throttled": "unknown"}
    assert noise.noise_during(before, ending, alone=False)["foreign_cpu"] == "unknown"


def test_the_peak_of_memory_is_told_of_the_first_job_of_a_process_and_that_is_a_quick_one() -> None:
    timed = [probe for probe in PROBES.values() if probe.timed]
    assert timed[0].depth == "full"  # so that the order below is no accident
    for task in block_tasks([CANDIDATES["tensorflow"], CANDIDATES["pytorch"]], timed, "full", seed=1, block=1):
        parts = task.child_spec([0], "cpu")["parts"]
        assert [part["memory"] for part in parts] == [True] + [False] * (len(parts) - 1)
        assert len(parts) == 1 or task.candidate.id == "numpy" or parts[0]["probe"] == "training-step"
