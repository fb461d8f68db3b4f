"""A measured amount on a criterion's fixed scale, and its standard deviation there."""

from __future__ import annotations

import math

from advisor.knowledge.criterion import MeasureScale
from advisor.reasoning.beliefs import MISMATCH


def on_scale(amount: float, scale: MeasureScale) -> float:
    """Return the value of an amount on a scale, from 0 to 1.

    Args:
        amount: in the unit of the scale's two ends.
        scale: with `log` or `linear` ends; amounts beyond an end get the value of that end.
    """
    if scale.log is not None:
        worst, best = map(math.log, scale.log)
        value = (math.log(max(amount, 1e-12)) - worst) / (best - worst)
    else:
        assert scale.linear is not None
        worst, best = scale.linear
        value = (amount - worst) / (best - worst)
    return min(max(value, 0.0), 1.0)


def measurement_sd(scale: MeasureScale, standard_error: float) -> float:
    """Return the standard deviation of a measurement on the 0…1 scale.

    It combines the standard error with the mismatch between the probe and the project's own work. The mismatch is stated
    for the log ratio of two candidates; one candidate contributes 1/√2 of it.

    Args:
        scale: the scale the measurement is read on.
        standard_error: the standard error of the log ratio (0 for exact measures).
    """
    mismatch = MISMATCH[scale.nearness]
    if scale.log is None:
        return mismatch
    width = abs(math.log(scale.log[0] / scale.log[1]))
    return math.hypot(standard_error, mismatch / math.sqrt(2)) / width
