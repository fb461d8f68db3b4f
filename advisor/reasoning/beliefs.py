"""Beliefs: the estimated value of each candidate on each criterion, and the share of each ground in it.

A ground is what one source, or one measurement, says of one candidate on one criterion. Independent grounds are pooled by
inverse variance (fixed-effect pooling, e.g. Borenstein et al. 2009, ch. 11), starting from a weak prior. All values and standard
deviations are on the criterion's scale, 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from advisor.knowledge.condition import Condition
from advisor.reasoning.conditions import FALSE, TRUE, Conditions, Truth, share_of

PRIOR_MEAN = 0.5
PRIOR_FRAMEWORK_SD = 0.25
PRIOR_STACK_SD = 0.10
PRIOR_PRECISION = 1 / (PRIOR_FRAMEWORK_SD**2 + PRIOR_STACK_SD**2)

SOURCE_SD: Mapping[str, float] = {
    # How far a level written by this kind of source may lie from the truth, on the 0…1 scale. One band of a level is
    # 0.2 wide: a document that is right about the level is right to about half a band.
    "measurement": 0.10,
    "installed-source": 0.10,
    "documentation": 0.12,
    "index": 0.14,
    "inspection": 0.18,
    "report": 0.18,
    "article": 0.20,
    "judgement": 0.22,
    "hearsay": 0.25,  # a report's 0.18, and as much again for the retelling: 0.18·√2
}
OPINION_FACTOR = 1.5
"""An opinion counts, but less: the reviewer found nothing measurable in it."""
STALE_FACTOR = 1.5
"""A review older than six months counts less than half as much (1/1.5² of the precision)."""
VERSION_FACTOR = 1.5
"""So does a claim about other versions than those measured here: what it says may have changed since, or not hold yet."""
OTHER_WORK_FACTOR = 1.4
"""So do published numbers from another kind of work or hardware (`measured-on`): what was measured here at another kind of work is
off by 0.80 in the log of a ratio (`MISMATCH`), 0.17 on a scale from 30 to 0.3; beside the 0.18 of a report that makes 0.25."""

MISMATCH: Mapping[str, float] = {
    # Between what a probe measures and the project's own work, whose size is unknown: where it is known, its distance is
    # (`evidence.size_trend`). The first four are standard deviations of the log ratio of two candidates. Same family: the
    # median factor by which a probe's ratio was off in a larger job was 1.5, eager TensorFlow left out, which nobody trains
    # with (a check of 2026-11-24; ln 1.5 / 0.6745). Other family: a third more, by judgement. A record of sizes has 0.65 and
    # 0.70 (tests/benchmarks/held_out.py). Toy proxy: counts of a small job, such as its statements. The last two lie on the
    # 0…1 scale.
    "own-code": 0.03,
    "same-family": 0.60,
    "other-family": 0.80,
    "toy-proxy": 0.40,
    "mechanism": 0.20,
    "exact": 0.08,
}

Side = Literal["claim", "run"]


class StatedValue(Struct, frozen=True):
    """A value stated by one claim or run.

    Attributes:
        value: 0 to 1.
        when: the projects it is stated for.
        id: the id of the claim, or `probe.measure`.
        sd: its standard deviation; None: that of its ground.
    """

    value: float
    when: Condition
    id: str
    sd: float | None = None


class Ground(Struct, frozen=True):
    """What one source says of one candidate on one criterion.

    Several statements of one source are not independent: they count as one, at their mean, with a variance increased by
    their disagreement. Repeating a value changes nothing.

    Attributes:
        side: whether it comes from claims or from runs.
        sd: standard deviation of a value of this source.
        cause: the fact behind all its statements; empty where none is named. Sources that tell of one fact are one ground, and
            its error is one error on every criterion it speaks about (see `reasoning.worlds`).
    """

    side: Side
    source: str
    candidate: str
    criterion: str
    sd: float
    stated_values: tuple[StatedValue, ...]
    cause: str = ""


PerWorld = NDArray[np.floating] | np.floating
"""Shape (worlds,), or a single number where all worlds agree."""


class Contribution(NamedTuple):
    """A ground as it enters a belief: its value, the variance of that, and the worlds in which it counts."""

    ground: Ground
    value: PerWorld
    variance: PerWorld
    active: Truth

    @property
    def precision(self) -> PerWorld:
        """1 / variance, 0 in the worlds where the ground does not count. Not kept: columns cost more memory than time."""
        precision = np.float32(1) / self.variance
        return precision if self.active is TRUE else np.asarray(self.active.astype(np.float32) * precision)


class PooledBelief(Struct, dict=True):
    """The belief about one candidate on one criterion, by world.

    Attributes:
        mean: posterior mean, shape () or (worlds,).
        precision: posterior precision, the same shape: the value is normal around the mean with variance 1 / precision.
        contributions: what each ground that counts in some world contributes.
    """

    mean: NDArray[np.floating]
    precision: NDArray[np.floating]
    contributions: list[Contribution]

    @property
    def parts(self) -> Iterator[tuple[Ground, NDArray[np.floating], PerWorld]]:
        """Each ground with its share of the belief and its value, by world; the rest of the belief is the prior."""
        return (
            (contribution.ground, np.asarray(contribution.precision / self.precision), contribution.value)
            for contribution in self.contributions
        )

    @property
    def averages(self) -> Iterator[tuple[Ground, float, float]]:
        """Each ground with its precision and its value, both averaged over the worlds."""
        for contribution in self.contributions:
            ground, value, variance, active = contribution
            if variance.ndim:
                precision = mean_over_worlds(contribution.precision)
            else:
                precision = share_of(active) / float(variance)
            yield ground, precision, mean_over_worlds(value)

    @cached_property
    def average_mean(self) -> float:
        """The posterior mean, averaged over the worlds."""
        return mean_over_worlds(self.mean)

    @cached_property
    def average_precision(self) -> float:
        """The posterior precision, averaged over the worlds."""
        return mean_over_worlds(self.precision)

    @property
    def evidence_share(self) -> NDArray[np.floating]:
        """The share of the belief that comes from evidence, not from the prior, by world."""
        return np.asarray(1 - PRIOR_PRECISION / self.precision)


def mean_over_worlds(values: PerWorld) -> float:
    """Return the mean of a column, or the number itself where all worlds agree."""
    return float(values.mean() if values.ndim else values)


def pool_grounds(grounds: Iterable[Ground], conditions: Conditions) -> PooledBelief:
    """Pool the grounds about one candidate on one criterion with the prior.

    Args:
        grounds: what sources and measurements say of it.
        conditions: the worlds.

    Returns:
        The pooled belief: columns where it differs between worlds, single numbers where it does not.
    """
    precision: PerWorld = np.float32(PRIOR_PRECISION)
    weighted_sum: PerWorld = np.float32(PRIOR_PRECISION * PRIOR_MEAN)
    contributions = []
    for ground in grounds:
        contribution = _contribution(ground, conditions)
        if contribution.active is FALSE:
            continue
        added_precision = contribution.precision
        precision, weighted_sum = precision + added_precision, weighted_sum + added_precision * contribution.value
        contributions.append(contribution)
    return PooledBelief(np.asarray(weighted_sum / precision), np.asarray(precision), contributions)


def _contribution(ground: Ground, conditions: Conditions) -> Contribution:
    """Return what a ground says in each world: the mean of its distinct values there, and the variance of that mean."""
    if len(ground.stated_values) == 1:  # most grounds
        (stated,) = ground.stated_values
        sd = stated.sd or ground.sd
        return Contribution(ground, np.float32(stated.value), np.float32(sd**2), conditions.holds(stated.when))
    distinct_values = _distinct_values(ground, conditions)
    if not distinct_values:
        return Contribution(ground, np.float32(0), np.float32(1), FALSE)
    if len(distinct_values) == 1:
        ((value, (variance, active)),) = distinct_values.items()
        return Contribution(ground, np.float32(value), variance, active)
    zero: NDArray[np.floating] = np.asarray(0, dtype=np.float32)
    count, sum_of_values, sum_of_variances = zero, zero, zero
    for value, (variance, holds) in distinct_values.items():
        count, sum_of_values = count + holds, sum_of_values + holds * np.float32(value)
        sum_of_variances = sum_of_variances + holds * variance
    active = count > 0
    if count.max() <= 1:  # `~active`: a variance of 1 where nothing is stated, since it is a divisor
        return Contribution(ground, sum_of_values, sum_of_variances + ~active, active)
    divisor = np.maximum(count, np.float32(1))
    squares = sum((holds * np.float32(value) ** 2 for value, (_, holds) in distinct_values.items()), start=zero)
    mean = sum_of_values / divisor
    disagreement = np.maximum(squares / divisor - mean**2, np.float32(0))
    return Contribution(ground, mean, sum_of_variances / divisor + disagreement + ~active, active)


def _distinct_values(ground: Ground, conditions: Conditions) -> dict[float, tuple[PerWorld, Truth]]:
    """Return, for each distinct value, its smallest variance among the statements that hold, and the worlds in which any holds.

    A source that repeats itself does not outvote itself, and a less certain repetition does not make it less certain.
    """
    distinct_values: dict[float, tuple[PerWorld, Truth]] = {}
    for stated in sorted(ground.stated_values, key=lambda stated: -(stated.sd or ground.sd)):
        holds, variance = conditions.holds(stated.when), np.float32((stated.sd or ground.sd) ** 2)
        if holds is FALSE:
            continue
        if stated.value in distinct_values:
            larger_variance, held_before = distinct_values[stated.value]
            smallest_variance = (
                larger_variance if np.all(larger_variance == variance) else np.where(holds, variance, larger_variance)
            )
            distinct_values[stated.value] = (
                smallest_variance,
                TRUE if held_before is TRUE or holds is TRUE else held_before | holds,
            )
        else:
            distinct_values[stated.value] = variance, holds
    return distinct_values
