"""Where a series of step times settles: warm-up cut, steadiness test, median.

A series is steady when the medians of its thirds differ by no more than 3 %, or by no more than its own scatter
explains. The second half of the rule is needed: on a shared or virtual machine, windows of one process scatter by 5 to
20 % without any trend, and their thirds then differ by more than 3 % most of the time. Scatter is judged as in Tukey's
range test: each third is split in three, and the range of the thirds is held against the spread of the ninths inside
their thirds. A trend or a jump moves the thirds apart without spreading the ninths as much, and still shows. Scatter
that would explain more than 25 % explains nothing: such a series is called noisy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

STEADY_SPREAD = 0.03
NOISY_SPREAD = 0.25
FEWEST_WINDOWS = 9
TUKEY = 4.34 / math.sqrt(3)  # 95 % point of the studentised range of 3 means, 6 degrees of freedom; 3 values per mean


@dataclass(frozen=True)
class Settled:
    """The steady part of a series: its median in seconds, where it begins, and whether it is steady.

    `spread` is the relative difference between the medians of the thirds, `allowed` how large it may be; `noisy` that
    the scatter would explain more than any median should be off, so that steadiness cannot be told.
    """

    median: float
    start: int
    steady: bool
    spread: float
    allowed: float
    noisy: bool = False

    def warmup_share(self, windows: int) -> float:
        """Return the warm-up as a share of all windows, 0 to 0.5."""
        return self.start / windows if windows else 0.0


def cut_warmup(step_seconds: Sequence[float]) -> Settled:
    """Cut the warm-up off `step_seconds` (in order) and judge whether the rest is steady.

    Raises:
        ValueError: there are no times, or a time is not above zero.
    """
    if not step_seconds or not all(math.isfinite(value) and value > 0 for value in step_seconds):
        raise ValueError("step times must be positive and finite")
    start = warmup_length([math.log(value) for value in step_seconds])
    steady_seconds = step_seconds[start:]
    if len(steady_seconds) < FEWEST_WINDOWS:
        return Settled(median(steady_seconds), start, False, math.inf, STEADY_SPREAD)
    spread = relative_range(part_medians(steady_seconds, 3))
    spread_of_noise = TUKEY * scatter_inside_thirds(steady_seconds)
    allowed_spread = max(STEADY_SPREAD, min(spread_of_noise, NOISY_SPREAD))
    noisy = spread > STEADY_SPREAD and spread_of_noise > NOISY_SPREAD
    return Settled(median(steady_seconds), start, spread <= allowed_spread and not noisy, spread, allowed_spread, noisy)


def warmup_length(values: Sequence[float]) -> int:
    """Return how many leading values to drop by the marginal standard error rule: at most half of them.

    The cut d minimises the squared standard error of the mean of the remaining values,
    sum((x - mean)^2) / (n - d)^2 (White 1997, "An effective truncation heuristic for bias reduction in
    simulation output"). Sums are taken from the end, so the work is linear.
    """
    centre = values[-1]
    best_start, best_error = 0, math.inf
    total = squares = 0.0
    for start in range(len(values) - 1, -1, -1):
        shifted = values[start] - centre
        total, squares = total + shifted, squares + shifted * shifted
        count = len(values) - start
        error = max(squares - total * total / count, 0.0) / count**2
        if start <= len(values) // 2 and error <= best_error:
            best_start, best_error = start, error
    return best_start


def part_medians(values: Sequence[float], count: int) -> list[float]:
    """Return the medians of `count` equal parts, in order; what is left over belongs to the last."""
    size = len(values) // count
    ends = [*(size * number for number in range(1, count)), len(values)]
    return [median(values[size * number : end]) for number, end in enumerate(ends)]


def relative_range(medians: Sequence[float]) -> float:
    """Return the largest of some medians divided by the smallest, less 1."""
    return max(medians) / min(medians) - 1


def scatter_inside_thirds(values: Sequence[float]) -> float:
    """Return the standard deviation of the log medians of ninths around their third's mean, pooled."""
    logs = [math.log(value) for value in part_medians(values, 9)]
    thirds = [logs[first : first + 3] for first in (0, 3, 6)]
    squares = sum((value - sum(third) / 3) ** 2 for third in thirds for value in third)
    return math.sqrt(squares / 6)


def relative_spread(values: Sequence[float]) -> float:
    """Return the interquartile range divided by the median."""
    ordered = sorted(values)
    low, high = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
    return (high - low) / median(ordered)
