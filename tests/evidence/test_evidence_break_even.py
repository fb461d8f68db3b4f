"""Where a slow start pays: the crossing is where the arithmetic says, its interval holds what it promises."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from made_runs import make_run

from advisor.evidence.break_even import BreakEven, Cost, Crossing, Curve, break_even, crossing_of, ratio_interval
from advisor.evidence.matmul_share import median_matmul_shares
from advisor.evidence.runs import Evidence
from advisor.evidence.tiers import CandidateMode
from probes.run import Run


def curve(name: str, start: float, step: float, blocks: int = 5, wobble: float = 0.0) -> Curve:
    """A curve of known cost; `wobble` moves every other block's step up or down."""
    costs = {block: Cost(start, step + wobble * (-1) ** block) for block in range(1, blocks + 1)}
    return Curve(CandidateMode(name, "default"), costs)


def run(candidate: str, mode: str, block: int, step_ms: float, first: float, build: float = 0.5, **more: object) -> Run:
    start = {"import_s": 1.0 + block / 100, "build_s": build, "first_step_s": first}
    return make_run("training-step", candidate, mode=mode, block=block, measures=start | {"step_ms": step_ms} | more)


def test_two_ways_cross_where_their_costs_are_equal() -> None:
    crossing = crossing_of(curve("eager", start=2.0, step=0.003), curve("compiled", start=12.0, step=0.001))
    assert crossing is not None
    assert (crossing.first.candidate, crossing.then.candidate, crossing.blocks) == ("eager", "compiled", 5)
    assert crossing.steps == pytest.approx(5000)
    assert crossing.low == pytest.approx(5000) and crossing.high == pytest.approx(5000)
    assert curve("eager", 2.0, 0.003).seconds_until(5000) == pytest.approx(
        curve("compiled", 12.0, 0.001).seconds_until(5000)
    )


def test_the_order_they_are_given_in_changes_nothing() -> None:
    first, other = curve("eager", 2.0, 0.003, wobble=2e-4), curve("compiled", 12.0, 0.001)
    assert crossing_of(first, other) == crossing_of(other, first)


def test_what_starts_sooner_and_steps_faster_is_never_caught_up() -> None:
    assert crossing_of(curve("a", 1.0, 0.001), curve("b", 2.0, 0.002)) is None
    assert crossing_of(curve("a", 1.0, 0.001), curve("b", 1.0, 0.002)) is None


def test_steps_that_cannot_be_told_apart_leave_the_end_open() -> None:
    crossing = crossing_of(curve("a", 1.0, 0.0025, wobble=1e-3), curve("b", 2.0, 0.0019))
    assert crossing is not None and crossing.high == math.inf
    assert 0 < crossing.low < crossing.steps


def test_one_block_has_no_interval_and_other_blocks_no_crossing() -> None:
    crossing = crossing_of(curve("a", 1.0, 0.002, blocks=1), curve("b", 2.0, 0.001, blocks=5))
    assert crossing == Crossing(
        CandidateMode("a", "default"), CandidateMode("b", "default"), pytest.approx(1000), 0.0, math.inf, 1
    )
    apart = Curve(CandidateMode("b", "default"), {9: Cost(2.0, 0.001)})
    assert crossing_of(curve("a", 1.0, 0.002), apart) is None


def test_the_interval_covers_what_it_says() -> None:
    """1000 seeded measurements of 5 blocks, correlated as starts and steps of one block are."""
    random = np.random.default_rng(7)
    held = 0
    for _ in range(1000):
        shared = random.normal(0, 1, 5)
        starts = 10 + 1.5 * (shared + random.normal(0, 1, 5))
        steps = 2e-3 + 2e-4 * (shared + random.normal(0, 1, 5))
        low, high = ratio_interval(list(starts), list(steps))
        held += low <= 5000 <= high
    assert 870 <= held <= 930


def test_ways_are_read_from_the_runs_of_one_probe() -> None:
    runs = [run("pytorch", "default", block, 3.0, 0.1) for block in range(1, 6)]
    runs += [run("tensorflow", "default", block, 8.0, 0.2, build=2.0) for block in range(1, 6)]
    runs += [run("tensorflow", "production", block, 1.0, 0.7, build=0.1) for block in range(1, 6)]
    runs += [run("numpy", "reference", block, 5.0, 0.0) for block in range(1, 6)]
    costs = break_even(Evidence(tuple(runs)), "training-step")
    torch, eager, compiled = (
        CandidateMode("pytorch", "default"),
        CandidateMode("tensorflow", "default"),
        CandidateMode("tensorflow", "production"),
    )
    assert [curve.candidate_mode for curve in costs.curves] == [torch, eager, compiled]
    steps = {(crossing.first, crossing.then): crossing.steps for crossing in costs.crossings}
    assert set(steps) == {(eager, compiled), (torch, compiled)}
    assert steps[eager, compiled] == pytest.approx(0.5 / 7e-3)
    assert steps[torch, compiled] == pytest.approx((1.5 + 0.6) / 2e-3)
    assert (costs.fastest_at(100), costs.fastest_at(1e5)) == (torch, compiled)
    assert [(crossing.first, crossing.then) for crossing in costs.leader_changes()] == [(torch, compiled)]
    assert [(crossing.first, crossing.then) for crossing in costs.mode_crossings()] == [(eager, compiled)]


def test_the_cheapest_changes_from_one_to_the_next() -> None:
    """Three lines: 1 + 3n, 3 + 2n, 10 + n cross at 2, 4.5 and 7; the crossing at 4.5 is of two that are not cheapest."""
    curves = [curve("a", 1, 3), curve("b", 3, 2), curve("c", 10, 1)]
    crossings = [crossing for pair in combinations(curves, 2) if (crossing := crossing_of(*pair))]
    changes = BreakEven(tuple(curves), tuple(crossings)).leader_changes()
    assert [(change.first.candidate, change.then.candidate, change.steps) for change in changes] == [
        ("a", "b", 2),
        ("b", "c", 7),
    ]


def test_the_second_mode_of_a_process_is_charged_the_longer_build() -> None:
    runs = [
        run("tensorflow", mode, 1, 1.0, 0.0, build=build) for mode, build in (("default", 2.0), ("production", 0.1))
    ]
    starts = [curve.blocks[1].start for curve in break_even(Evidence(tuple(runs)), "training-step").curves]
    assert starts == [pytest.approx(1.01 + 2.0)] * 2


def test_where_an_import_was_not_timed_the_median_of_the_blocks_counts_in_which_it_was() -> None:
    runs = [run("pytorch", "default", block, 3.0, 0.1) for block in range(1, 6)]
    for later in runs[2:]:
        del later.measures["import_s"]
    (pytorch,) = break_even(Evidence(tuple(runs)), "training-step").curves
    assert [pytorch.blocks[block].start for block in range(1, 6)] == [
        pytest.approx(seconds + 0.6) for seconds in (1.01, 1.02, 1.015, 1.015, 1.015)
    ]


def test_a_production_mode_that_is_the_default_stands_once() -> None:
    runs = [run("keras[jax]", "default", 1, 1.0, 0.5), run("keras[jax]", "production", 1, 1.0, 0.5, same_as="default")]
    [only] = break_even(Evidence(tuple(runs)), "training-step").curves
    assert only.candidate_mode == CandidateMode("keras[jax]", "default")


def test_nothing_measured_is_nothing_to_compare() -> None:
    costs = break_even(Evidence(), "training-step")
    assert (costs.fastest_at(10), costs.leader_changes(), costs.mode_crossings()) == (None, (), ())


def test_the_share_of_the_machines_rate_is_taken_inside_the_blocks() -> None:
    runs = []
    for block, rate in ((1, 100.0), (2, 50.0), (3, 100.0)):
        runs.append(run("numpy", "reference", block, 1.0, 0.0, machine_gflops=rate))
        runs.append(run("pytorch", "default", block, 1.0, 0.0, gflops=rate / 4))
    runs.append(run("tensorflow", "default", 9, 1.0, 0.0, gflops=10.0))
    assert median_matmul_shares(Evidence(tuple(runs)), "training-step") == {"pytorch": pytest.approx(0.25)}
