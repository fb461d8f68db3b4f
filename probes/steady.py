"""Where a series of step times settles: warm-up cut, steadiness test, median."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

STEADY_SPREAD = 0.03
FEWEST_WINDOWS = 9


@dataclass(frozen=True)
class Settled:
    """The steady part of a series: its median in seconds, where it begins, and whether it is steady."""

    median: float
    start: int
    steady: bool
    spread: float

    def share(self, windows: int) -> float:
        """The warm-up as a share of all windows, 0 to 0.5."""
        return self.start / windows if windows else 0.0


def settle(times: Sequence[float]) -> Settled:
    """Cut the warm-up of `times` (seconds per step, in order) and judge the rest.

    Raises:
        ValueError: no times, or one that is not above zero.
    """
    if not times or not all(math.isfinite(value) and value > 0 for value in times):
        raise ValueError("step times must be positive and finite")
    start = mser([math.log(value) for value in times])
    rest = times[start:]
    spread = thirds_spread(rest)
    steady = len(rest) >= FEWEST_WINDOWS and spread <= STEADY_SPREAD
    return Settled(median(rest), start, steady, spread)


def mser(values: Sequence[float]) -> int:
    """How many leading values to drop: the marginal standard error rule, at most half of them.

    The cut d minimises the squared standard error of the mean of the remaining values,
    sum((x - mean)^2) / (n - d)^2 (White 1997, "An effective truncation heuristic for bias reduction in
    simulation output"). Sums are taken from the end, so the work is linear.
    """
    centre = values[-1]
    best, best_error = 0, math.inf
    total = squares = 0.0
    for start in range(len(values) - 1, -1, -1):
        shifted = values[start] - centre
        total, squares = total + shifted, squares + shifted * shifted
        count = len(values) - start
        error = max(squares - total * total / count, 0.0) / count**2
        if start <= len(values) // 2 and error <= best_error:
            best, best_error = start, error
    return best


def thirds_spread(values: Sequence[float]) -> float:
    """The largest relative difference between the medians of the first, middle and last third."""
    third = len(values) // 3
    if third == 0:
        return math.inf
    medians = [median(values[:third]), median(values[third : 2 * third]), median(values[-third:])]
    return max(medians) / min(medians) - 1


def relative_spread(values: Sequence[float]) -> float:
    """The interquartile range divided by the median."""
    ordered = sorted(values)
    low, high = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
    return (high - low) / median(ordered)
