"""Intervals against SciPy, in simulation, and the table of verdicts row by row."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from scipy import stats

from advisor.evidence.intervals import (
    Interval,
    Judgement,
    _is_outlier_sensitive,
    blocks_needed,
    interval_of,
    judge_equal,
    judge_faster,
    student_t_quantile,
)

MARGIN = 0.05
M = math.log1p(MARGIN)
EXAMPLES = [
    [0.1, 0.12, 0.09, 0.11, 0.1],
    [-0.3, 0.2],
    [0.0, 0.0, 0.0, 0.0, 1e-9],
    [0.5, -0.4, 0.3, -0.2, 0.1, 0.0, 0.7],
    [math.log(1.5)] * 3 + [math.log(1.4)] * 12,
]


def decided(low: float, high: float, blocks: int = 5, *, sensitive: bool = False) -> Interval:
    middle = math.exp((low + high) / 2)
    return Interval(middle, math.exp(low), math.exp(high), low, high, blocks, sensitive)


@pytest.mark.parametrize("logs", EXAMPLES)
def test_the_shown_interval_is_students_of_the_mean_log_ratio(logs: list[float]) -> None:
    estimate = interval_of(logs)
    low, high = stats.t.interval(0.90, len(logs) - 1, np.mean(logs), stats.sem(logs))
    assert estimate.ratio == pytest.approx(math.exp(np.mean(logs)))
    assert (estimate.low, estimate.high) == pytest.approx((math.exp(low), math.exp(high)))
    assert estimate.blocks == len(logs)


@pytest.mark.parametrize("logs", EXAMPLES)
@pytest.mark.parametrize(("looks", "level"), [(1, 0.05), (4, 0.0167)])
def test_the_decision_rests_on_the_one_sided_level_of_the_planned_looks(
    logs: list[float], looks: int, level: float
) -> None:
    estimate = interval_of(logs, looks)
    low, high = stats.t.interval(1 - 2 * level, len(logs) - 1, np.mean(logs), stats.sem(logs))
    assert (estimate.log_low, estimate.log_high) == pytest.approx((low, high))


def test_more_looks_never_narrow_the_decision() -> None:
    single, four = interval_of(EXAMPLES[0], 1), interval_of(EXAMPLES[0], 4)
    assert four.log_low < single.log_low < single.log_high < four.log_high
    assert (single.low, single.high) == (four.low, four.high)


@pytest.mark.parametrize("logs", [[], [0.1]])
def test_an_interval_needs_two_blocks(logs: list[float]) -> None:
    with pytest.raises(ValueError, match="two blocks"):
        interval_of(logs)


NOISE = {
    "normal": lambda rng, shape: rng.normal(0, 0.03, shape),
    "exponential": lambda rng, shape: rng.exponential(0.03, shape),
    "heavy tails": lambda rng, shape: 0.03 * rng.standard_t(3, shape),
    "uniform": lambda rng, shape: rng.uniform(0, 0.1, shape),
}


@pytest.mark.parametrize("shape", NOISE)
def test_ninety_per_cent_intervals_of_five_blocks_cover_the_truth(shape: str) -> None:
    truth, rng = math.log(1.2), np.random.default_rng(20261123)
    times = NOISE[shape](rng, (2000, 2, 5))
    intervals = [interval_of((truth + slow - fast).tolist()) for slow, fast in times]
    covered = np.mean([estimate.low <= math.exp(truth) <= estimate.high for estimate in intervals])
    assert 0.87 <= covered <= 0.95


def wrong_winners(level_for: int, sessions: int = 2000) -> float:
    """The share of sessions of four looks that call A faster by more than the margin when it is exactly that."""
    rng, wrong = np.random.default_rng(7), 0
    for logs in rng.normal(M, 0.03, (sessions, 15)):
        looks = (judge_faster(interval_of(logs[:blocks].tolist(), level_for), MARGIN)[0] for blocks in (5, 8, 12, 15))
        wrong += any(word == "confirmed" for word in looks)
    return wrong / sessions


def test_four_planned_looks_share_five_per_cent() -> None:
    assert 0.01 <= wrong_winners(level_for=4) <= 0.05


def test_unplanned_looks_would_not() -> None:
    """Why the level depends on the looks: without the correction the error more than doubles."""
    assert wrong_winners(level_for=1, sessions=800) > 0.08


def test_a_drifting_machine_names_no_winner_between_equals() -> None:
    """Blocks are paired: what slows both alike cancels."""
    rng = np.random.default_rng(6)
    drift = np.linspace(0, 1.0, 5)
    pairs = rng.normal(0, 0.03, (1500, 2, 5)) + drift
    words = [judge_faster(interval_of((a - b).tolist()), MARGIN)[0] for a, b in pairs]
    assert words.count("confirmed") / len(words) <= 0.01


# The table of MEASURING §2, in its order: bounds, "A is faster than B", "A equals B".
ROWS: list[tuple[float, float, Judgement, str, Judgement]] = [
    (M + 0.01, M + 0.2, "confirmed", "better", "refuted"),
    (-M - 0.2, -M - 0.01, "refuted", "reverse", "refuted"),
    (-M + 0.001, M - 0.001, "refuted", "no-difference", "confirmed"),
    (-M, M - 0.001, "refuted", "no-difference", "confirmed"),
    (-M - 0.01, M - 0.001, "refuted", "no-difference", "inconclusive"),
    (-5.0, M - 0.001, "refuted", "no-difference", "inconclusive"),
    (-M - 0.1, M + 0.1, "inconclusive", "too-noisy", "inconclusive"),
    (0.5 * M, 3 * M, "inconclusive", "too-noisy", "inconclusive"),
    (0.8 * M, 1.2 * M, "inconclusive", "about-margin", "inconclusive"),
    (-0.5 * M, 1.4 * M, "inconclusive", "about-margin", "inconclusive"),
]


@pytest.mark.parametrize(("low", "high", "is_faster", "why", "is_equal"), ROWS)
def test_the_table_of_verdicts(low: float, high: float, is_faster: Judgement, why: str, is_equal: Judgement) -> None:
    assert judge_faster(decided(low, high), MARGIN) == (is_faster, why)
    assert judge_equal(decided(low, high), MARGIN)[0] == is_equal


def test_an_interval_that_just_fills_the_margin_is_no_practical_difference() -> None:
    assert judge_faster(decided(-M, M), MARGIN) == ("refuted", "no-difference")


def test_an_interval_that_ends_at_the_margin_is_not_beyond_it() -> None:
    above, below = decided(M, 2 * M), decided(-2 * M, -M)
    assert [judge_faster(interval, MARGIN)[0] for interval in (above, below)] == ["inconclusive", "refuted"]
    assert judge_faster(below, MARGIN)[1] == "no-difference"
    assert [judge_equal(interval, MARGIN)[0] for interval in (above, below)] == ["inconclusive", "inconclusive"]


@pytest.mark.parametrize(("low", "high", "why"), [(0.2, 0.3, "better"), (-0.3, -0.2, "reverse")])
def test_what_refutes_equality_says_in_which_direction(low: float, high: float, why: str) -> None:
    assert judge_equal(decided(low, high), MARGIN) == ("refuted", why)


@pytest.mark.parametrize("judge", [judge_faster, judge_equal])
@pytest.mark.parametrize("blocks", [2, 3, 4])
def test_fewer_than_five_blocks_decide_nothing(judge: object, blocks: int) -> None:
    assert judge(decided(0.5, 0.6, blocks), MARGIN) == ("inconclusive", "few-blocks")  # type: ignore[operator]
    assert judge(decided(0.5, 0.6, 5), MARGIN)[0] != "inconclusive"  # type: ignore[operator]


@pytest.mark.parametrize("judge", [judge_faster, judge_equal])
def test_a_verdict_that_hangs_on_outliers_is_none(judge: object) -> None:
    assert judge(decided(0.5, 0.6, 8, sensitive=True), MARGIN) == ("inconclusive", "outlier-sensitive")  # type: ignore[operator]


def test_one_deviating_block_of_six_makes_a_verdict_outlier_sensitive() -> None:
    steady, one_off = [0.20, 0.21, 0.19, 0.20, 0.22, 0.20], [0.20, 0.21, 0.19, 0.20, 0.22, -0.01]
    assert not interval_of(steady).sensitive
    assert interval_of(one_off).log_low > 0
    assert interval_of(one_off).sensitive


@pytest.mark.parametrize("blocks", [6, 8, 12, 15])
def test_the_check_is_the_order_statistic_interval_of_the_median(blocks: int) -> None:
    """Sensitive exactly where Student's interval sees a sign and SciPy's interval of the median does not see it too."""
    rng, seen = random.Random(blocks), set()
    for _ in range(60):
        logs = [rng.gauss(0.05, 0.1) if rng.random() < 0.8 else rng.gauss(-0.3, 0.4) for _ in range(blocks)]
        estimate = interval_of(logs)
        median = stats.quantile_test(logs, p=0.5).confidence_interval(0.90)
        signed = estimate.log_low > 0 or estimate.log_high < 0
        agrees = median.low > 0 if estimate.log_low > 0 else median.high < 0
        assert estimate.sensitive == (signed and not agrees)
        seen.add(estimate.sensitive)
    assert seen == {True, False} or blocks == 6


@pytest.mark.parametrize(
    ("logs", "low", "high"),
    [
        ([-1.0] * 8, 0.0, 1.0),
        ([1.0] * 8, -1.0, 0.0),
        ([0.0] * 8, 0.1, 1.0),
        ([0.0] * 8, -1.0, -0.1),
        ([1.0] * 8, 0.1, 1.0),
    ],
)
def test_an_interval_that_only_touches_zero_disagrees_with_nothing(logs: list[float], low: float, high: float) -> None:
    assert not _is_outlier_sensitive(logs, low, high, 0.95)


@pytest.mark.parametrize(("logs", "low", "high"), [([-1.0] * 8, 0.1, 1.0), ([1.0] * 8, -1.0, -0.1)])
def test_an_interval_on_the_other_side_of_zero_than_the_median_disagrees(
    logs: list[float], low: float, high: float
) -> None:
    assert _is_outlier_sensitive(logs, low, high, 0.95)


def test_a_half_width_of_just_the_margin_needs_no_more_blocks() -> None:
    logs = [0.0, 0.02, -0.02, 0.01, -0.01, 0.0]
    interval = interval_of(logs)
    width = student_t_quantile(5, 1 - interval.one_sided_error) * interval.sd / math.sqrt(6)
    assert blocks_needed(interval, math.expm1(width) * (1 + 1e-9)) == 6
    assert blocks_needed(interval, math.expm1(width) * (1 - 1e-6)) == 7
