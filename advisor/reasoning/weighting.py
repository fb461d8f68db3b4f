"""The weights of the criteria, and what is required of candidates, in every world: the same in every reading.

Each world draws its own weights around the nominal ones that the rules give, for what "major" means differs between teams.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from operator import itemgetter

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from advisor.knowledge.criterion import LEAST, WEIGHT
from advisor.knowledge.pack import Pack
from advisor.reasoning.conditions import FALSE, Conditions, Truth
from advisor.reasoning.streams import lognormal

Values = NDArray[np.float32]

WEIGHT_SD = 0.35
"""Standard deviation of the logarithm of a weight: what "major" means differs by about a factor of 1.4 between teams."""


class Weighting(Struct, frozen=True, dict=True):
    """The weights of the criteria, and what is required of candidates, in every world: the same in every reading.

    Attributes:
        criteria: the order of the rows.
        world_count: how many.
        nominal: nominal weights, shape (criteria, worlds), or (criteria, 1) where all worlds agree.
        excluded: by candidate, the worlds in which a constraint excludes it.
        required: (criterion, least believed value, the worlds in which that is required, by combination of answers: see
            `conditions.Conditions.each`).
    """

    criteria: tuple[str, ...]
    world_count: int
    nominal: Values
    excluded: Mapping[str, Truth]
    required: tuple[tuple[str, float, tuple[Truth, ...]], ...] = ()

    @property
    def weights(self) -> Values:
        """Nominal weights, shape (criteria, worlds)."""
        return self._broadcast(self.nominal)

    @cached_property
    def shares(self) -> Values:
        """Nominal weights as shares of their sum, shape (criteria, worlds); all 0 where every weight is 0."""
        return self._broadcast(_shares_of_sum(self.nominal.copy()))

    @cached_property
    def drawn(self) -> Values:
        """Weights drawn around the nominal ones, as shares of their sum, shape (criteria, worlds)."""
        weights = np.empty((len(self.criteria), self.world_count), dtype=np.float32)
        for row, criterion in enumerate(self.criteria):
            np.multiply(
                self.nominal[row], lognormal(self.world_count, WEIGHT_SD, "weight", criterion), out=weights[row]
            )
        return _shares_of_sum(weights)

    @cached_property
    def weightless(self) -> Truth:
        """The worlds in which every weight is 0."""
        return np.asarray(~self.nominal.any(axis=0))

    def _broadcast(self, rows: Values) -> Values:
        return np.broadcast_to(rows, (len(rows), self.world_count))


def weighting(pack: Pack, conditions: Conditions, overrides: Mapping[str, float] | None = None) -> Weighting:
    """Return the weight of every criterion and the exclusions of every candidate, by world.

    A criterion gets the highest weight among the rules that fire, else its default, or the one set by hand. A criterion
    without any evidence keeps its weight: every candidate then has the value of the prior, and the answer is as unsure as
    it should be. If it were left out, evidence on one hopeless candidate, or a measurement of pure noise, would bring it in
    and change the ranking.

    Args:
        pack: criteria, rules, constraints and candidates.
        conditions: the worlds.
        overrides: weights set by hand (`--weigh`), by criterion.
    """
    overrides = overrides or {}
    weights_by_criterion: dict[str, list[tuple[float, Truth]]] = {}
    for need in pack.needs.values():
        for id, importance in need.criteria.items():
            weights_by_criterion.setdefault(id, []).append((WEIGHT[importance], conditions.holds(need.when)))
    world_count = conditions.answers.world_count
    varies = any(holds.ndim for rules in weights_by_criterion.values() for _, holds in rules)
    weights = np.empty((len(pack.criteria), world_count if varies else 1), dtype=np.float32)
    for row, (id, criterion) in enumerate(pack.criteria.items()):
        weights[row] = overrides.get(id, WEIGHT[criterion.default])
        for weight, holds in sorted(weights_by_criterion.get(id, ()), key=itemgetter(0)) if id not in overrides else ():
            weights[row][holds] = weight  # ascending: the highest weight is written last
    _share_within_groups(pack, weights)
    return Weighting(
        tuple(pack.criteria), world_count, weights, _excluded(pack, conditions), _required(pack, conditions)
    )


def _share_within_groups(pack: Pack, weights: Values) -> None:
    """Let the criteria of a group share, in place, the weight of its heaviest member: they read one thing, which counts once."""
    groups: dict[str, list[int]] = {}
    for row, criterion in enumerate(pack.criteria.values()):
        if criterion.group:
            groups.setdefault(criterion.group, []).append(row)
    for rows in groups.values():
        total = weights[rows].sum(axis=0)
        weights[rows] *= np.divide(weights[rows].max(axis=0), total, out=np.zeros_like(total), where=total > 0)


def _excluded(pack: Pack, conditions: Conditions) -> dict[str, Truth]:
    excluded: dict[str, Truth] = dict.fromkeys(pack.candidates, np.asarray(False))
    for constraint in pack.constraints.values():
        for candidate in pack.excluded(constraint):
            excluded[candidate] = excluded[candidate] | conditions.holds(constraint.when)
    return excluded


def _required(pack: Pack, conditions: Conditions) -> tuple[tuple[str, float, tuple[Truth, ...]], ...]:
    return tuple(
        (criterion, LEAST[level], tuple(alone.holds(constraint.when) for alone in conditions.each))
        for constraint in pack.constraints.values()
        if constraint.requires and conditions.holds(constraint.when) is not FALSE
        for criterion, level in constraint.requires.items()
    )


def _shares_of_sum(weights: Values) -> Values:
    """Turn weights, in place, into shares of their sum over the criteria."""
    total = weights.sum(axis=0)
    weights *= np.divide(1, total, out=np.zeros_like(total), where=total > 0)
    return weights
