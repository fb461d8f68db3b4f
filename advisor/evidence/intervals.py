"""Confidence intervals of paired log ratios over blocks, and the judgements "faster" and "equal" from them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Judgement = Literal["confirmed", "refuted", "inconclusive"]

MIN_BLOCKS = 5
SHOWN_LEVEL = 0.90
ONE_LOOK, EACH_OF_SEVERAL = 0.05, 0.0167
"""One-sided error of a look at the data: of a single one, and of each of up to four, which together stay below 5 %."""
MOST_BLOCKS = 200
"""No more are recommended: nobody would wait for them."""


class Interval(Struct, frozen=True):
    """A ratio of two times over paired blocks.

    Attributes:
        ratio: geometric mean of the ratios.
        low, high: the 90 % interval of the ratio, for display.
        log_low, log_high: the interval of the log ratio that the judgement rests on.
        blocks: how many pairs.
        sensitive: whether the order-statistic interval of the median disagrees about the sign (with 6 blocks or more).
        sd: standard deviation of the log ratio between blocks.
        one_sided_error: of the judgement.
    """

    ratio: float
    low: float
    high: float
    log_low: float
    log_high: float
    blocks: int
    sensitive: bool = False
    sd: float = 0.0
    one_sided_error: float = ONE_LOOK


def error_per_look(looks: int) -> float:
    """Return the one-sided error probability of each look at the data, given how many were planned."""
    return ONE_LOOK if looks == 1 else EACH_OF_SEVERAL


def interval_of(log_ratios: Sequence[float], looks: int = 1) -> Interval:
    """Return Student's interval of the mean log ratio of paired blocks.

    Args:
        log_ratios: one per block, natural logarithms; at least two.
        looks: how many looks at the data were planned.

    Raises:
        ValueError: fewer than two blocks.
    """
    n = len(log_ratios)
    if n < 2:
        raise ValueError("an interval needs two blocks")
    mean, sd = statistics.fmean(log_ratios), statistics.stdev(log_ratios)
    standard_error, one_sided_error = sd / math.sqrt(n), error_per_look(looks)
    half_width_shown = student_t_quantile(n - 1, (1 + SHOWN_LEVEL) / 2) * standard_error
    half_width_judged = student_t_quantile(n - 1, 1 - one_sided_error) * standard_error
    return Interval(
        ratio=math.exp(mean),
        low=math.exp(mean - half_width_shown),
        high=math.exp(mean + half_width_shown),
        log_low=mean - half_width_judged,
        log_high=mean + half_width_judged,
        blocks=n,
        sensitive=_is_outlier_sensitive(
            log_ratios, mean - half_width_judged, mean + half_width_judged, 1 - one_sided_error
        ),
        sd=sd,
        one_sided_error=one_sided_error,
    )


def judge_faster(interval: Interval, margin: float) -> tuple[Judgement, str]:
    """Judge "A is faster than B" from the log ratio time(B)/time(A).

    Args:
        interval: of that ratio.
        margin: the relative margin δ; smaller differences do not matter.

    Returns:
        The judgement and its reason, one of: better, reverse, no-difference, too-noisy, about-margin, few-blocks,
        outlier-sensitive.
    """
    log_margin = math.log1p(margin)
    if interval.blocks < MIN_BLOCKS:
        return "inconclusive", "few-blocks"
    if interval.sensitive:
        return "inconclusive", "outlier-sensitive"
    if interval.log_low > log_margin:
        return "confirmed", "better"
    if interval.log_high < -log_margin:
        return "refuted", "reverse"
    if interval.log_high <= log_margin:
        return "refuted", "no-difference"
    return "inconclusive", _inconclusive_reason(interval, log_margin)


def judge_equal(interval: Interval, margin: float) -> tuple[Judgement, str]:
    """Judge "A equals B" from the same interval; arguments and reasons are those of `judge_faster`."""
    log_margin = math.log1p(margin)
    if interval.blocks < MIN_BLOCKS:
        return "inconclusive", "few-blocks"
    if interval.sensitive:
        return "inconclusive", "outlier-sensitive"
    if interval.log_low > log_margin or interval.log_high < -log_margin:
        return "refuted", "better" if interval.log_low > log_margin else "reverse"
    if interval.log_low >= -log_margin and interval.log_high <= log_margin:
        return "confirmed", "no-difference"
    return "inconclusive", _inconclusive_reason(interval, log_margin)


def _inconclusive_reason(interval: Interval, log_margin: float) -> str:
    """Return why an interval decides nothing: too wide, or across the margin."""
    return "too-noisy" if interval.log_high - interval.log_low > 2 * log_margin else "about-margin"


def blocks_needed(interval: Interval, margin: float) -> int | None:
    """Return how many blocks of the same standard deviation would bring the half-width below the margin; None beyond 200."""
    log_margin = math.log1p(margin)
    for blocks in range(max(interval.blocks, 2), MOST_BLOCKS + 1):
        quantile = student_t_quantile(blocks - 1, 1 - interval.one_sided_error)
        if quantile * interval.sd / math.sqrt(blocks) <= log_margin:
            return blocks
    return None


def student_t_quantile(degrees_of_freedom: int, probability: float) -> float:
    """Return the quantile of Student's t distribution: the point below which a probability lies."""
    from scipy.special import stdtrit  # imported here: advice without timed evidence does not need SciPy

    return float(stdtrit(degrees_of_freedom, probability))


def _is_outlier_sensitive(log_ratios: Sequence[float], low: float, high: float, confidence: float) -> bool:
    """Return whether the order-statistic interval of the median disagrees with another interval about the sign.

    Args:
        log_ratios: one per block.
        low, high: the other interval.
        confidence: one-sided, 0.5 to 1.
    """
    n = len(log_ratios)
    if n < 6:
        return False
    from scipy.special import bdtr

    ordered = sorted(log_ratios)
    rank = 0
    while bdtr(rank, n, 0.5) <= 1 - confidence:
        rank += 1
    below, above = ordered[max(rank - 1, 0)], ordered[n - max(rank, 1)]
    return (low > 0 and above < 0) or (high < 0 and below > 0) or ((low > 0 or high < 0) and below < 0 < above)
