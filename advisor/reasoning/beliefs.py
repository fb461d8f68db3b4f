"""Beliefs: what is thought of each candidate on each criterion, and what share each ground contributed.

A ground is one source's word, or one measurement, on one candidate and criterion. Independent grounds are pooled by
inverse variance (fixed-effect pooling, e.g. Borenstein et al. 2009, ch. 11), starting from a weak prior.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
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
    "report": 0.18,
    "article": 0.20,
    "judgement": 0.22,
}
OPINION_FACTOR = 1.5
"""An opinion counts, but less: the reviewer found nothing measurable in it."""
STALE_FACTOR = 1.5
"""A review older than six months counts less than half as much (1/1.5² of the precision)."""
VERSION_FACTOR = 1.5
"""So does a claim about other versions than those measured here: what it says may have changed since, or not hold yet."""

MISMATCH: Mapping[str, float] = {
    # Between what a probe measures and the project's own work. The first four are standard deviations of the log ratio
    # of two candidates. Same family: the median factor by which a probe's ratio was off in a larger job was 1.5, eager
    # TensorFlow left out, which nobody trains with (tests/benchmarks/held_out.py; ln 1.5 / 0.6745). Other family: a
    # third more, by judgement. Toy proxy: counts of a small job, such as its statements. The last two lie on the 0…1 scale.
    "own-code": 0.03,
    "same-family": 0.60,
    "other-family": 0.80,
    "toy-proxy": 0.40,
    "mechanism": 0.20,
    "exact": 0.08,
}

Side = Literal["claim", "run"]


@dataclass(frozen=True)
class StatedValue:
    """One statement inside a ground: its value, where it counts, and which claim or run made it.

    Attributes:
        sd: its own standard deviation, where it is not that of the ground.
    """

    value: float
    when: Condition
    id: str
    sd: float | None = None


@dataclass(frozen=True)
class Ground:
    """What one source says of one candidate on one criterion.

    Several statements of one source are not independent: they count once, at their mean, with a spread widened by
    their disagreement. One that repeats another counts for nothing, and one that is silent neither.

    Attributes:
        sd: standard deviation on the 0…1 scale.
    """

    side: Side
    source: str
    candidate: str
    criterion: str
    sd: float
    stated_values: tuple[StatedValue, ...]


PerWorld = NDArray[np.floating] | np.floating
"""A column, or a single number where all worlds agree."""


@dataclass
class PooledBelief:
    """Pooled beliefs about one candidate on one criterion, by world.

    Attributes:
        mean: posterior mean, shape () or (worlds,).
        precision: posterior precision, the same shape: the value is normal around the mean with variance 1 / precision.
        contributions: for each active ground its value, the variance of that, and where it counts, by world.
    """

    mean: NDArray[np.floating]
    precision: NDArray[np.floating]
    contributions: list[tuple[Ground, PerWorld, PerWorld, Truth]]

    @property
    def stated(self) -> Iterator[tuple[Ground, PerWorld, PerWorld]]:
        """Each ground with its precision and its own value, by world; reckoned anew, for columns kept cost memory and time."""
        return ((ground, _own(variance, active), value) for ground, value, variance, active in self.contributions)

    @property
    def parts(self) -> Iterator[tuple[Ground, NDArray[np.floating], PerWorld]]:
        """Each ground with its share of the belief and its own value, by world; the prior has the rest."""
        return ((ground, np.asarray(own / self.precision), value) for ground, own, value in self.stated)

    @property
    def averages(self) -> Iterator[tuple[Ground, float, float]]:
        """Each ground with its precision and its own value, on average over the worlds."""
        for ground, value, variance, active in self.contributions:
            own = mean_over_worlds(_own(variance, active)) if variance.ndim else share_of(active) / float(variance)
            yield ground, own, mean_over_worlds(value)

    @cached_property
    def average_mean(self) -> float:
        """The posterior mean, on average over the worlds."""
        return mean_over_worlds(self.mean)

    @cached_property
    def average_precision(self) -> float:
        """The posterior precision, on average over the worlds."""
        return mean_over_worlds(self.precision)

    @property
    def evidence_share(self) -> NDArray[np.floating]:
        """The share of the belief that does not come from the prior, by world."""
        return np.asarray(1 - PRIOR_PRECISION / self.precision)


def mean_over_worlds(values: PerWorld) -> float:
    """Return the mean over the worlds of what may be the same in all of them."""
    return float(values.mean() if values.ndim else values)


def pool_grounds(grounds: Iterable[Ground], conditions: Conditions) -> PooledBelief:
    """Pool what is known of one candidate on one criterion.

    Args:
        grounds: the sources and measurements that speak of it.
        conditions: the worlds.

    Returns:
        The pooled belief, as columns where it differs between worlds and as single numbers where it does not.
    """
    precision: PerWorld = np.float32(PRIOR_PRECISION)
    total: PerWorld = np.float32(PRIOR_PRECISION * PRIOR_MEAN)
    said = []
    for ground in grounds:
        value, variance, active = _statement(ground, conditions)
        if active is FALSE:
            continue
        own = _own(variance, active)
        precision, total = precision + own, total + own * value
        said.append((ground, value, variance, active))
    return PooledBelief(np.asarray(total / precision), np.asarray(precision), said)


def _own(variance: PerWorld, active: Truth) -> PerWorld:
    """Return the precision of a statement, 0 in the worlds where it does not count."""
    own = np.float32(1) / variance
    return own if active is TRUE else np.asarray(active.astype(np.float32) * own)


def _statement(ground: Ground, conditions: Conditions) -> tuple[PerWorld, PerWorld, Truth]:
    """Return value, variance and activity of one ground, by world."""
    if len(ground.stated_values) == 1:  # most of them
        (only,) = ground.stated_values
        return np.float32(only.value), np.float32((only.sd or ground.sd) ** 2), conditions.holds(only.when)
    levels = _distinct(ground, conditions)
    if not levels:
        return np.float32(0), np.float32(1), FALSE
    if len(levels) == 1:
        ((value, (variance, active)),) = levels.items()
        return np.float32(value), variance, active
    zero: NDArray[np.floating] = np.asarray(0, dtype=np.float32)
    count, total, own = zero, zero, zero
    for value, (variance, holds) in levels.items():
        count, total = count + holds, total + holds * np.float32(value)
        own = own + holds * variance
    active = count > 0
    if count.max() <= 1:
        return total, own + ~active, active  # 1 where nothing is said, for it is divided by
    counted = np.maximum(count, np.float32(1))
    squares = sum((holds * np.float32(value) ** 2 for value, (_, holds) in levels.items()), start=zero)
    mean = total / counted
    disagreement = np.maximum(squares / counted - mean**2, np.float32(0))
    return mean, own / counted + disagreement + ~active, active


def _distinct(ground: Ground, conditions: Conditions) -> dict[float, tuple[PerWorld, Truth]]:
    """Return each distinct level once, with the variance of the surest statement of it that holds, and where any does.

    A source that repeats itself does not outvote itself, and a less sure repetition does not make it less sure.
    """
    levels: dict[float, tuple[PerWorld, Truth]] = {}
    for member in sorted(ground.stated_values, key=lambda one: -(one.sd or ground.sd)):
        holds, variance = conditions.holds(member.when), np.float32((member.sd or ground.sd) ** 2)
        if holds is FALSE:
            continue
        if member.value in levels:
            before, held = levels[member.value]
            surer = before if np.all(before == variance) else np.where(holds, variance, before)
            levels[member.value] = surer, TRUE if held is TRUE or holds is TRUE else held | holds
        else:
            levels[member.value] = variance, holds
    return levels
