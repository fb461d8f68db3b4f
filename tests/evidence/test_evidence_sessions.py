"""Whole sessions on a simulated machine of known truth: what is registered, when it stops, and what is then said."""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "probes"))  # simulated_machine
from simulated_machine import SimulatedMachine

from advisor.evidence.collect import cpu_reasons
from advisor.evidence.paired_comparison import PairedComparison, compare
from advisor.evidence.runs import Evidence
from advisor.evidence.settled import is_settled
from probes.registration import MARGIN, Registration
from probes.run import Outcome, Run

PROBE = "simulated"


def evidence_of(machine: SimulatedMachine, folder: Path, **options: object) -> Evidence:
    """Measure on a machine with the planned looks, as `advise probe` does."""
    registered: dict[str, Registration] = {}

    def decided(runs: list[Run]) -> bool:
        return is_settled(Evidence(tuple(runs), registered=registered))

    events = machine.measure(folder, decided=decided, **options)
    registered |= {event.session: event for event in events if isinstance(event, Registration)}
    return Evidence(tuple(event for event in events if isinstance(event, Run)), registered=registered)


def compared(
    machine: SimulatedMachine, folder: Path, a: str = "a", b: str = "b", **options: object
) -> PairedComparison:
    return compare(evidence_of(machine, folder, **options), PROBE, "default", "step_ms", a, b)


def winner(comparison: PairedComparison) -> str | None:
    """Who is called faster by more than the margin."""
    judgement, why = comparison.judge_faster(MARGIN)
    if judgement == "confirmed":
        return comparison.a
    return comparison.b if why.en == "the reverse holds" else None


def blocks(evidence: Evidence) -> int:
    return max((run.block or 0 for run in evidence.runs), default=0)


# --- A/A, and a difference that is there ------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", ["quick", "full"])
def test_forty_comparisons_of_a_candidate_with_itself_name_no_winner(tmp_path: Path, depth: str) -> None:
    machines = [SimulatedMachine({"a": 1.0, "b": 1.0}, seed=seed) for seed in range(40)]
    named = [winner(compared(machine, tmp_path, depth=depth, seed=machine.seed)) for machine in machines]
    assert 40 - named.count(None) <= 2


def test_a_slowdown_of_a_tenth_is_found(tmp_path: Path) -> None:
    machines = [SimulatedMachine({"a": 1.0, "b": 1.1}, noise=0.02, seed=seed) for seed in range(40)]
    named = [winner(compared(machine, tmp_path, depth="full", seed=machine.seed)) for machine in machines]
    assert named.count("a") >= 38
    assert "b" not in named


def hog(seed: int, share: float) -> Callable[[float], float]:
    """Another program that works half of the time, for six seconds at a time: about as long as a process."""
    dice = random.Random(seed)
    working = [dice.random() < 0.5 for _ in range(1000)]
    return lambda at: share if working[int(at // 6)] else 0.0


@pytest.mark.parametrize("visible", [True, False])
def test_a_busy_machine_flips_no_verdict(tmp_path: Path, visible: bool) -> None:
    """A program that takes half the machine now and then; whether or not the system shows it."""
    winners = []
    for seed in range(30):
        machine = SimulatedMachine({"a": 1.0, "b": 1.15}, foreign=hog(seed, 0.5), visible=visible, seed=seed)
        comparison = compared(machine, tmp_path, depth="quick", seed=seed)
        winners.append((winner(comparison), comparison.judge_faster(MARGIN)[1].en))
    assert "b" not in [who for who, _ in winners]
    undecided = {why for who, why in winners if who is None}
    assert undecided and all("noisy" in why or "margin" in why for why in undecided)


def test_what_is_disturbed_all_the_time_is_called_too_noisy(tmp_path: Path) -> None:
    evidence = evidence_of(SimulatedMachine({"a": 1.0, "b": 1.3}, foreign=lambda at: 0.4), tmp_path)
    assert {run.outcome for run in evidence.runs} == {Outcome.TOO_NOISY}
    judgement, why = compare(evidence, PROBE, "default", "step_ms", "a", "b").judge_faster(MARGIN)
    assert (judgement, why.en) == ("inconclusive", "fewer than 5 valid blocks (too noisy)")


# --- looks ------------------------------------------------------------------------------------------------------------


def test_it_stops_at_the_first_look_that_decides(tmp_path: Path) -> None:
    assert blocks(evidence_of(SimulatedMachine({"a": 1.0, "b": 2.0}), tmp_path, depth="full")) == 5
    assert blocks(evidence_of(SimulatedMachine({"a": 1.0, "b": 1.0}, noise=0.005), tmp_path, depth="full")) == 5


def test_what_lies_at_the_margin_is_looked_at_to_the_end(tmp_path: Path) -> None:
    evidence = evidence_of(SimulatedMachine({"a": 1.0, "b": 1 + MARGIN}), tmp_path, depth="full")
    assert blocks(evidence) == 15
    assert compare(evidence, PROBE, "default", "step_ms", "a", "b").judge_faster(MARGIN)[0] == "inconclusive"


def test_one_open_pair_keeps_all_going(tmp_path: Path) -> None:
    steps = {"a": 1.0, "b": 1 + MARGIN, "c": 3.0}
    assert blocks(evidence_of(SimulatedMachine(steps), tmp_path, depth="full")) == 15


def test_between_looks_nobody_looks(tmp_path: Path) -> None:
    seen: list[int] = []

    def decided(runs: list[Run]) -> bool:
        seen.append(max(run.block or 0 for run in runs))
        return False

    SimulatedMachine({"a": 1.0, "b": 1.0}).measure(tmp_path, depth="full", decided=decided)
    assert seen == [5, 8, 12]  # the last look is the verdict itself


def test_the_level_is_that_of_the_registered_looks(tmp_path: Path) -> None:
    quick = evidence_of(SimulatedMachine({"a": 1.0, "b": 1.2}), tmp_path, depth="quick")
    full = evidence_of(SimulatedMachine({"a": 1.0, "b": 1.2}), tmp_path, depth="full")
    forgotten = Evidence(quick.runs)
    levels = [compare(runs, PROBE, "default", "step_ms", "a", "b").interval for runs in (quick, full, forgotten)]
    assert [level.one_sided_error for level in levels if level] == [0.05, 0.0167, 0.0167]


# --- registered, failed, discarded --------------------------------------------------------------------------------------


def test_the_plan_is_registered_before_anything_is_started(tmp_path: Path) -> None:
    machine = SimulatedMachine({"a": 1.0, "b": 1.0})
    first, *rest = machine.measure(tmp_path, depth="full", seed=7, budget_seconds=500.0)
    assert isinstance(first, Registration) and not any(isinstance(other, Registration) for other in rest)
    assert (first.candidates, first.probes) == (("a", "b"), ("simulated",))
    assert (first.looks, first.margin, first.measure) == ((5, 8, 12, 15), 0.05, "step_ms")
    assert (first.seed, first.budget, first.own) == (7, 500.0, ("simulated",))
    assert set(first.code) == {"simulated"}
    assert Registration.from_json(first.to_json()) == first


def test_a_full_measurement_begins_with_a_pilot_that_does_not_count(tmp_path: Path) -> None:
    evidence = evidence_of(SimulatedMachine({"a": 1.0, "b": 2.0}), tmp_path, depth="full")
    pilot = [run for run in evidence.runs if run.noise.get("pilot")]
    assert [run.candidate for run in evidence.runs[:2]] == [run.candidate for run in pilot]
    assert all(run.block is None and evidence.why_not(run) == "pilot block" for run in pilot)
    assert all("calibration_ms" in run.noise for run in evidence.runs if run not in pilot)
    quick = evidence_of(SimulatedMachine({"a": 1.0, "b": 2.0}), tmp_path, depth="quick")
    assert not any(run.noise.get("pilot") for run in quick.runs)


@pytest.mark.parametrize(("failed", "verdict"), [((), "confirmed"), ((3,), "confirmed"), ((2, 5), "inconclusive")])
def test_more_than_a_fifth_of_failures_void_the_verdict(tmp_path: Path, failed: tuple[int, ...], verdict: str) -> None:
    machine = SimulatedMachine({"a": 1.0, "b": 2.0}, fails=frozenset(("b", block) for block in failed))
    evidence = evidence_of(machine, tmp_path)
    assert sum(run.outcome is Outcome.KILLED for run in evidence.runs) == len(failed)  # kept
    judgement, why = compare(evidence, PROBE, "default", "step_ms", "a", "b").judge_faster(MARGIN)
    assert judgement == verdict
    if len(failed) == 2:
        assert why.en == "2 of 5 processes of b failed" and "5 个进程中有 2 个失败" in why.zh


def test_what_fails_twice_is_dropped_and_the_others_go_on(tmp_path: Path) -> None:
    machine = SimulatedMachine({"a": 1.0, "b": 2.0, "c": 1.0}, fails=frozenset({("b", 1), ("b", 2)}))
    evidence = evidence_of(machine, tmp_path)
    first = [run for run in evidence.runs if not run.measures.get("retried")]
    tries = {who: [run.block for run in first if run.candidate == who] for who in "abc"}
    assert tries == {"a": [1, 2, 3, 4, 5], "b": [1, 2], "c": [1, 2, 3, 4, 5]}


# --- what the budget holds ----------------------------------------------------------------------------------------------


def test_the_budget_goes_to_the_first_probes(tmp_path: Path) -> None:
    """Three probes of 2 s each and room for five blocks of two of them."""
    machine = SimulatedMachine({"a": 1.0, "b": 1.2}, seconds=1.0, part_seconds=2.0)
    evidence = evidence_of(machine, tmp_path, probes=("one", "two", "three"), budget_seconds=62.0)
    done = {
        name: {run.block for run in evidence.runs if run.probe == name and run.outcome == "ok"}
        for name in ("one", "two", "three")
    }
    assert done == {"one": {1, 2, 3, 4, 5}, "two": {1, 2, 3, 4, 5}, "three": {1}}
    [why] = {run.why for run in evidence.runs if run.outcome is Outcome.CANCELLED}
    assert why == "the time budget of 62 s has no room for 5 blocks of it"
    assert machine.now <= 62.0 * 1.05


def test_the_first_probe_is_measured_as_long_as_there_is_time(tmp_path: Path) -> None:
    machine = SimulatedMachine({"a": 1.0, "b": 1.2})
    evidence = evidence_of(machine, tmp_path, budget_seconds=30.0)
    assert blocks(evidence) == 3
    assert machine.now <= 30.0


# --- equal conditions ---------------------------------------------------------------------------------------------------


def changed(evidence: Evidence, candidate: str, block: int, **fields: object) -> Evidence:
    runs = [
        run.with_changes(**fields) if (run.candidate, run.block) == (candidate, block) else run for run in evidence.runs
    ]
    return Evidence(tuple(runs), registered=evidence.registered)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"threads": 1}, "different numbers of threads"),
        ({"versions": {"python": "3.12.0"}}, "versions changed between the blocks"),
        ({"machine": {"cpu": "another"}}, "the machine changed between the blocks"),
        ({"measures": {"step_ms": 1.0, "device": "cuda:0"}}, "measured on different devices"),
    ],
)
def test_unequal_conditions_void_the_verdict(tmp_path: Path, fields: dict[str, object], why: str) -> None:
    evidence = evidence_of(SimulatedMachine({"a": 1.0, "b": 2.0}), tmp_path)
    assert compare(evidence, PROBE, "default", "step_ms", "a", "b").judge_faster(MARGIN)[0] == "confirmed"
    for judged in ("judge_faster", "judge_equal"):
        comparison = compare(changed(evidence, "b", 3, **fields), PROBE, "default", "step_ms", "a", "b")
        judgement, reason = getattr(comparison, judged)(MARGIN)
        assert (judgement, reason.en) == ("inconclusive", why)


def test_a_noisy_comparison_says_how_many_blocks_it_would_take(tmp_path: Path) -> None:
    evidence = evidence_of(SimulatedMachine({"a": 1.0, "b": 1.05}, noise=0.08), tmp_path)
    judgement, why = compare(evidence, PROBE, "default", "step_ms", "a", "b").judge_faster(MARGIN)
    assert judgement == "inconclusive" and why.en.startswith("too noisy, about ")
    assert 6 <= int(why.en.split()[3]) <= 100 and "约需" in why.zh


def test_the_interval_holds_the_truth_of_the_machine(tmp_path: Path) -> None:
    held = []
    for seed in range(60):
        interval = compared(SimulatedMachine({"a": 1.0, "b": 1.4}, noise=0.05, seed=seed), tmp_path, seed=seed).interval
        assert interval is not None
        held.append(interval.low <= 1.4 <= interval.high)
    assert 0.8 <= sum(held) / len(held) <= 0.98
    assert math.isfinite(sum(held))


def test_a_gpu_that_was_not_used_is_said_with_the_install_that_would_change_it(tmp_path: Path) -> None:
    machine = SimulatedMachine({"a": 1.0, "b": 1.0}, gpus=("NVIDIA H100",), device={"a": "cuda"})
    [note] = cpu_reasons(evidence_of(machine, tmp_path).runs)
    assert note.en == "timed on the CPU: b cannot use the GPU: pip install 'framework-advisor[gpu]'"
    assert cpu_reasons(evidence_of(SimulatedMachine({"a": 1.0}), tmp_path).runs) == ()
