"""Read a measured amount on a criterion's fixed scale, and say how far off it may be."""

from __future__ import annotations

import math

from advisor.knowledge.criterion import MeasureScale
from advisor.reasoning.beliefs import MISMATCH


def on_scale(amount: float, reading: MeasureScale) -> float:
    """Return where an amount lies between the two ends of a scale, from 0 to 1."""
    if reading.log is not None:
        worst, best = map(math.log, reading.log)
        position = (math.log(max(amount, 1e-12)) - worst) / (best - worst)
    else:
        assert reading.linear is not None
        worst, best = reading.linear
        position = (amount - worst) / (best - worst)
    return min(max(position, 0.0), 1.0)


def measurement_sd(reading: MeasureScale, error: float) -> float:
    """Return the standard deviation of a measurement on the scale.

    It is made of the standard error and of the mismatch between what was measured and the project's own work. The
    mismatch is stated for the log ratio of two candidates: one candidate carries 1/√2 of it.

    Args:
        reading: the scale.
        error: standard error of the log ratio (0 for exact measures).
    """
    mismatch = MISMATCH[reading.nearness]
    if reading.log is None:
        return mismatch
    width = abs(math.log(reading.log[0] / reading.log[1]))
    return math.hypot(error, mismatch / math.sqrt(2)) / width
