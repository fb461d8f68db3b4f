"""Intervals of paired log ratios over blocks, and what they say of "faster" and "equal"."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Judgement = Literal["confirmed", "refuted", "inconclusive"]

MIN_BLOCKS = 5
SHOWN_LEVEL = 0.90
ONE_LOOK, EACH_OF_SEVERAL = 0.05, 0.0167
"""One-sided error of each look at the data: of the only one, and of up to four that together stay below 5 %."""
MOST_BLOCKS = 200
"""More than anybody would wait for."""


@dataclass(frozen=True)
class Interval:
    """A ratio of two times over paired blocks.

    Attributes:
        ratio: geometric mean of the ratios.
        low, high: the shown 90 % interval of the ratio.
        log_low, log_high: the interval the decision rests on (level by planned looks), of the log ratio.
        blocks: how many pairs.
        sensitive: whether the order-statistic interval of the median disagrees about the sign (from 6 blocks on).
        sd: standard deviation of the log ratio between blocks.
        one_sided_error: one-sided error of the decision.
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
    """Return the one-sided error of each look, by how many were planned beforehand."""
    return ONE_LOOK if looks == 1 else EACH_OF_SEVERAL


def interval(log_ratios: Sequence[float], looks: int = 1) -> Interval:
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
    mean = statistics.fmean(log_ratios)
    deviation, level = statistics.stdev(log_ratios), error_per_look(looks)
    error = deviation / math.sqrt(n)
    shown = student_t_quantile(n - 1, (1 + SHOWN_LEVEL) / 2) * error
    decided = student_t_quantile(n - 1, 1 - level) * error
    return Interval(
        math.exp(mean),
        math.exp(mean - shown),
        math.exp(mean + shown),
        mean - decided,
        mean + decided,
        n,
        _sensitive(log_ratios, mean - decided, mean + decided, 1 - level),
        deviation,
        level,
    )


def judge_faster(one: Interval, margin: float) -> tuple[Judgement, str]:
    """Judge "A is faster than B" from the log ratio time(B)/time(A).

    Args:
        one: the interval of that ratio.
        margin: the relative margin δ; differences below it do not matter.

    Returns:
        The judgement and its reason in one of: better, reverse, no-difference, too-noisy, about-margin, few-blocks,
        outlier-sensitive.
    """
    m = math.log1p(margin)
    if one.blocks < MIN_BLOCKS:
        return "inconclusive", "few-blocks"
    if one.sensitive:
        return "inconclusive", "outlier-sensitive"
    if one.log_low > m:
        return "confirmed", "better"
    if one.log_high < -m:
        return "refuted", "reverse"
    if one.log_high <= m:
        return "refuted", "no-difference"
    return "inconclusive", "too-noisy" if one.log_high - one.log_low > 2 * m else "about-margin"


def judge_equal(one: Interval, margin: float) -> tuple[Judgement, str]:
    """Judge "A equals B" from the same interval; the reasons are those of `faster`."""
    m = math.log1p(margin)
    if one.blocks < MIN_BLOCKS:
        return "inconclusive", "few-blocks"
    if one.sensitive:
        return "inconclusive", "outlier-sensitive"
    if one.log_low > m or one.log_high < -m:
        return "refuted", "better" if one.log_low > m else "reverse"
    if one.log_low >= -m and one.log_high <= m:
        return "confirmed", "no-difference"
    return "inconclusive", "too-noisy" if one.log_high - one.log_low > 2 * m else "about-margin"


def blocks_needed(one: Interval, margin: float) -> int | None:
    """Return how many blocks of the same spread would bring the half-width below the margin; None beyond 200."""
    m = math.log1p(margin)
    for blocks in range(max(one.blocks, 2), MOST_BLOCKS + 1):
        if student_t_quantile(blocks - 1, 1 - one.one_sided_error) * one.sd / math.sqrt(blocks) <= m:
            return blocks
    return None


def student_t_quantile(freedom: int, level: float) -> float:
    """Return the point of Student's t with so many degrees of freedom below which a share `level` lies."""
    from scipy.special import stdtrit  # imported here: advice without timed evidence does not need SciPy

    return float(stdtrit(freedom, level))


def _sensitive(values: Sequence[float], low: float, high: float, level: float) -> bool:
    """Compare with the order-statistic interval of the median: do they disagree on which side of zero the truth is?"""
    n = len(values)
    if n < 6:
        return False
    from scipy.special import bdtr

    ordered = sorted(values)
    rank = 0
    while rank + 1 < n / 2 and bdtr(rank, n, 0.5) <= 1 - level:
        rank += 1
    below, above = ordered[max(rank - 1, 0)], ordered[n - max(rank, 1)]
    return (low > 0 and above < 0) or (high < 0 and below > 0) or ((low > 0 or high < 0) and below < 0 < above)
