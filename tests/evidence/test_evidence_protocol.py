"""The protocol in simulation, and every mistake it guards against: each must break a bound that the protocol keeps.

Times are drawn per process; what happens inside a process is one value, as it is in the analysis.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from advisor.evidence.intervals import Interval, blocks_needed, interval_of, judge_equal, judge_faster
from advisor.knowledge.criterion import MeasureScale
from advisor.reasoning.scale import measurement_sd
from advisor.text import Text
from probes.parent.order import shuffle_for_block
from probes.parent.pilot import BEATEN
from probes.registration import LOOKS, MARGIN

M = math.log1p(MARGIN)
NOISE = 0.02
Rng = np.random.Generator
Draw = Callable[[Rng, tuple[int, ...]], np.ndarray]
Disturbance = Callable[[np.ndarray], np.ndarray]
Orders = Callable[[int, int], Sequence[str]]
Interval90 = Callable[[Sequence[float]], tuple[float, float]]

# --- the interval ---------------------------------------------------------------------------------------------------

SHAPES: dict[str, Draw] = {
    "normal": lambda rng, shape: rng.normal(0, 0.03, shape),
    "skewed": lambda rng, shape: rng.exponential(0.03, shape),
    "heavy tails": lambda rng, shape: 0.03 * rng.standard_t(3, shape),
    "two speeds": lambda rng, shape: 0.08 * (rng.random(shape) < 0.4) + rng.normal(0, 0.01, shape),
}


def students(logs: Sequence[float]) -> tuple[float, float]:
    estimate = interval_of(logs)
    return math.log(estimate.low), math.log(estimate.high)


def bootstrap(logs: Sequence[float]) -> tuple[float, float]:
    """The mistake: percentiles of resampled means."""
    values = np.asarray(logs)
    rng = np.random.default_rng(int(1e9 * abs(values[0])) % 2**32)
    means = rng.choice(values, (300, len(values))).mean(axis=1)
    return float(np.quantile(means, 0.05)), float(np.quantile(means, 0.95))


def coverage(how: Interval90, draw: Draw, blocks: int, sessions: int = 1500) -> float:
    """The share of 90 % intervals that hold the true log ratio of two candidates."""
    rng, truth = np.random.default_rng(20261123), math.log(1.2)
    times = draw(rng, (sessions, 2, blocks))
    intervals = [how((truth + slow - fast).tolist()) for slow, fast in times]
    return float(np.mean([low <= truth <= high for low, high in intervals]))


@pytest.mark.parametrize("blocks", [5, 8, 15])
@pytest.mark.parametrize("shape", SHAPES)
def test_ninety_per_cent_intervals_cover_the_truth(shape: str, blocks: int) -> None:
    assert 0.87 <= coverage(students, SHAPES[shape], blocks) <= 0.95


@pytest.mark.parametrize("shape", SHAPES)
def test_a_percentile_bootstrap_of_five_blocks_does_not(shape: str) -> None:
    assert coverage(bootstrap, SHAPES[shape], 5, 600) < 0.87


def test_the_blocks_said_to_be_needed_are_needed() -> None:
    rng = np.random.default_rng(1)
    noisy = interval_of(rng.normal(0, 0.2, 5).tolist(), 4)
    needed = blocks_needed(noisy, MARGIN)
    assert needed is not None and needed > 12
    widths = [interval_of(rng.normal(0, noisy.sd, needed).tolist(), 4) for _ in range(200)]
    reached = np.mean([(width.log_high - width.log_low) / 2 <= M for width in widths])
    assert 0.3 < reached < 0.8  # about half of them: it is an estimate
    assert blocks_needed(interval_of([0.0, 9.0, -9.0]), MARGIN) is None


# --- looks and pooling, with a truth exactly at the margin --------------------------------------------------------------

Analysis = Callable[[np.ndarray], bool]


def with_looks(logs: np.ndarray, looks: Sequence[int] = LOOKS["full"], planned: int = 4) -> bool:
    """Whether a winner is named at any look; `logs` are (blocks, windows) of log ratios."""
    values = logs.mean(axis=1)
    return any(judge_faster(interval_of(values[:look].tolist(), planned), MARGIN)[0] == "confirmed" for look in looks)


def one_look(logs: np.ndarray) -> bool:
    return with_looks(logs, LOOKS["quick"], 1)


def unadjusted(logs: np.ndarray) -> bool:
    """The mistake: looking four times, each time as if it were the only one."""
    return with_looks(logs, planned=1)


def pooled(logs: np.ndarray) -> bool:
    """The mistake: the windows of a process taken for independent values."""
    return judge_faster(interval_of(logs[:5].ravel().tolist(), 1), MARGIN)[0] == "confirmed"


def wrong_at_the_margin(analysis: Analysis, sessions: int = 3000) -> float:
    """How often a difference of exactly the margin is called larger than it."""
    rng = np.random.default_rng(7)
    processes = rng.normal(M, math.sqrt(2) * NOISE, (sessions, 15, 1))
    windows = processes + rng.normal(0, 0.005, (sessions, 15, 20))
    return float(np.mean([analysis(logs) for logs in windows]))


def test_at_most_one_winner_in_twenty_is_wrong_with_the_looks_on() -> None:
    assert wrong_at_the_margin(with_looks) <= 0.05


def test_one_look_is_wrong_as_often_as_its_level_says() -> None:
    assert wrong_at_the_margin(one_look) == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("mistake", [unadjusted, pooled])
def test_more_are_wrong_with_a_mistake(mistake: Analysis) -> None:
    assert wrong_at_the_margin(mistake) > 0.08


# --- the order of processes, between equals on a disturbed machine --------------------------------------------------------


def at_random(seed: int, block: int) -> Sequence[str]:
    return shuffle_for_block("AB", seed, block)


def unrestricted(seed: int, block: int) -> Sequence[str]:
    """The mistake of leaving even a constant order to chance."""
    return random.Random(f"{seed}:{block}").sample("AB", 2)


def alternating(_seed: int, _block: int) -> Sequence[str]:
    """The mistake A-B-A-B."""
    return "AB"


def one_after_the_other(_seed: int, block: int) -> Sequence[str]:
    """The mistake A-A-A-B-B-B; paired by number afterwards."""
    return "AA" if block <= 2 else "BB" if block > 3 else "AB"


def drift(rng: Rng) -> Disturbance:
    """The machine slows down or speeds up by up to half over the session."""
    slope = rng.uniform(-0.05, 0.05)
    return lambda at: slope * at


def episode(rng: Rng) -> Disturbance:
    """Somebody else works for a while."""
    begin, length = rng.uniform(-3, 10), rng.uniform(2, 8)
    return lambda at: 0.4 * ((begin < at) & (at < begin + length))


def rhythm(rng: Rng) -> Disturbance:
    """A load of 30 % that comes and goes once per block."""
    phase = rng.uniform(0, 2)
    return lambda at: 0.26 * ((at + phase) % 2 < 1)


def winners(orders: Orders, disturbance: Callable[[Rng], Disturbance], blocks: int = 5, sessions: int = 1000) -> float:
    """The share of sessions in which one of two equals is called faster."""
    rng, named = np.random.default_rng(11), 0
    for seed in range(sessions):
        order = [candidate for block in range(1, blocks + 1) for candidate in orders(seed, block)]
        ends = np.cumsum(rng.normal(1, 0.02, len(order)))
        times = rng.normal(0, NOISE, len(order)) + disturbance(rng)(ends - 0.5)
        a, b = (times[[name == candidate for name in order]] for candidate in "AB")
        estimate = interval_of((b - a).tolist())
        named += judge_equal(estimate, MARGIN)[1] in ("better", "reverse")
    return named / sessions


@pytest.mark.parametrize("disturbance", [drift, episode, rhythm])
def test_a_disturbed_machine_names_no_winner_between_equals(disturbance: Callable[[Rng], Disturbance]) -> None:
    assert winners(at_random, disturbance) <= 0.01


def test_a_fixed_order_takes_a_rhythm_for_a_winner() -> None:
    assert winners(alternating, rhythm, sessions=200) > 0.9


def test_an_order_that_may_be_regular_by_chance_does_so_now_and_then() -> None:
    assert winners(unrestricted, rhythm) > 0.03


@pytest.mark.parametrize("disturbance", [drift, episode])
def test_one_candidate_after_the_other_takes_a_drift_or_a_load_for_a_winner(
    disturbance: Callable[[Rng], Disturbance],
) -> None:
    assert winners(one_after_the_other, disturbance, sessions=400) > 0.1


# --- the best way of each candidate, after a pilot has dropped ways ---------------------------------------------------------

WAY_NOISE = 0.01
"""What the steps of two ways differ by in one process; what the process adds to both is `NOISE`."""
WAYS = np.array([0.0, 0.02, 0.1, 0.5])
"""Log steps of a candidate's ways over its fastest."""


def first_look_keeps(times: np.ndarray, beaten: float) -> np.ndarray:
    """Which ways the first block leaves: the default, which is the first, and those not beaten by another, shape (ways,)."""
    keeps = times[0] - times[0].min() <= math.log(beaten)
    return keeps | (np.arange(len(keeps)) == 0)


def best_way(times: np.ndarray, beaten: float = BEATEN) -> np.ndarray:
    """The times of the way with the shortest median among those left, of (blocks, ways), shape (blocks,)."""
    medians = np.where(first_look_keeps(times, beaten), np.median(times, axis=0), np.inf)
    return times[:, medians.argmin()]


def winners_by_best_way(
    slower: float, disturbance: Callable[[Rng], Disturbance] | None, blocks: int = 5, sessions: int = 2000
) -> float:
    """The share of sessions in which the first of two candidates, whose ways are all faster by `slower`, is called so.

    Between equals also where the second is. Each candidate's ways share a process.
    """
    rng, named = np.random.default_rng(13), 0
    for seed in range(sessions):
        order = [candidate for block in range(1, blocks + 1) for candidate in at_random(seed, block)]
        disturbed = disturbance(rng) if disturbance else np.zeros_like
        extra = rng.normal(0, NOISE, len(order)) + disturbed(np.arange(len(order)) + 0.5)
        a, b = (
            best_way(
                WAYS + extra[[name == who for name in order], None] + rng.normal(0, WAY_NOISE, (blocks, len(WAYS)))
            )
            for who in "AB"
        )
        word = judge_equal(interval_of((b + slower - a).tolist()), MARGIN)[1]
        named += word == "better" or (not slower and word == "reverse")
    return named / sessions


def best_way_lost(beaten: float, noise: float, sessions: int = 4000) -> float:
    """How often the first look drops the fastest of a candidate's ways, where each way has a process of its own."""
    ways = WAYS[::-1]  # the fastest is not the default
    times = ways + np.random.default_rng(17).normal(0, noise, (sessions, 1, len(ways)))
    return float(np.mean([not first_look_keeps(first, beaten)[-1] for first in times]))


@pytest.mark.parametrize("disturbance", [None, drift, episode, rhythm])
def test_equals_in_their_best_ways_have_no_winner(disturbance: Callable[[Rng], Disturbance] | None) -> None:
    assert winners_by_best_way(0.0, disturbance) <= 0.01


def test_a_slowdown_of_fifteen_per_cent_is_told_between_best_ways() -> None:
    assert winners_by_best_way(math.log(1.15), None) >= 0.95


def test_a_difference_of_the_margin_between_best_ways_is_seldom_called_larger() -> None:
    assert winners_by_best_way(M, None) <= 0.065  # 0.05 by its level; the choice of the way adds little


def test_the_first_look_keeps_the_fastest_way_also_on_a_noisy_machine() -> None:
    assert best_way_lost(BEATEN, noise=0.08) <= 0.01


def test_a_first_look_that_drops_what_is_a_little_slower_loses_the_fastest() -> None:
    assert best_way_lost(1.05, noise=0.08) > 0.2


# --- from a probe to the user's job ------------------------------------------------------------------------------------


def with_mismatch(error: float) -> float:
    label = Text(en="step", zh="单步")
    reading = MeasureScale(
        probe="training-step", measure="step_ms", label=label, log=(math.e, 1.0), nearness="same-family"
    )
    return measurement_sd(reading, error)


def without_mismatch(error: float) -> float:
    """The mistake: the standard error of the probe taken for that of the user's job."""
    return error


def job_in_reach(sd: Callable[[float], float], sessions: int = 2000) -> float:
    """How often the user's job lies within the 90 % interval that the belief about it implies; one log unit is the scale."""
    rng = np.random.default_rng(5)
    error = NOISE / math.sqrt(5)
    measured = rng.normal(0, error, sessions)
    job = rng.normal(0, 0.60 / math.sqrt(2), sessions)
    return float(np.mean(np.abs(job - measured) <= 1.645 * sd(error)))


def test_the_users_job_lies_where_the_belief_says() -> None:
    assert 0.87 <= job_in_reach(with_mismatch) <= 0.95


def test_without_the_mismatch_it_does_not() -> None:
    assert job_in_reach(without_mismatch) < 0.3


def test_an_interval_of_identical_blocks_has_no_width_and_no_spread() -> None:
    constant: Interval = interval_of([0.1] * 6)
    assert (constant.sd, constant.sensitive) == (0.0, False)
