"""Worlds: one joint sample of unknown answers, weights and values, from which every number of an answer is computed.

Method: stochastic multicriteria acceptability analysis (SMAA; Lahdelma & Salminen 2001) with an additive value
function on fixed scales; the unknown answers of the questionnaire are drawn in the same sample.

Values are not drawn one by one. In a world with given weights the utility of a candidate is a weighted sum of independent
normal beliefs, so it is itself normal, with variance Σ (weight share)² / precision: one standard normal number per
framework and world draws it exactly. The stacks of a framework share that number. Since one stack represents its framework
(see `ranking`), how the errors of stacks correlate changes no number of an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import Pack
from advisor.reasoning.beliefs import PooledBelief, pool_grounds
from advisor.reasoning.conditions import AnswerColumns, Conditions, Truth
from advisor.reasoning.readings import Grounds
from advisor.reasoning.streams import lognormal, normal

Values = NDArray[np.float32]

WEIGHT_SD = 0.35
"""Standard deviation of the logarithm of a weight: what "major" means differs by about a factor of 1.4 between teams."""
WORLDS = 10_000


@dataclass(frozen=True)
class Weighting:
    """The weights of the criteria and the exclusions of candidates in every world: the same in every reading.

    Attributes:
        criteria: the order of the rows.
        worlds: how many.
        nominal: nominal weights, shape (criteria, worlds), or (criteria, 1) where all worlds agree.
        excluded: by candidate, the worlds in which a constraint excludes it.
    """

    criteria: tuple[str, ...]
    worlds: int
    nominal: Values
    excluded: Mapping[str, Truth]

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
        weights = np.empty((len(self.criteria), self.worlds), dtype=np.float32)
        for row, criterion in enumerate(self.criteria):
            np.multiply(self.nominal[row], lognormal(self.worlds, WEIGHT_SD, "weight", criterion), out=weights[row])
        return _shares_of_sum(weights)

    @cached_property
    def weightless(self) -> Truth:
        """The worlds in which every weight is 0."""
        return np.asarray(~self.nominal.any(axis=0))

    def _broadcast(self, rows: Values) -> Values:
        return np.broadcast_to(rows, (len(rows), self.worlds))


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
    fired: dict[str, list[tuple[float, Truth]]] = {}
    for need in pack.needs.values():
        for id, importance in need.criteria.items():
            fired.setdefault(id, []).append((WEIGHT[importance], conditions.holds(need.when)))
    worlds = conditions.answers.worlds
    vary = any(holds.ndim for rules in fired.values() for _, holds in rules)
    weights = np.empty((len(pack.criteria), worlds if vary else 1), dtype=np.float32)
    for row, (id, criterion) in enumerate(pack.criteria.items()):
        weights[row] = overrides.get(id, WEIGHT[criterion.default])
        for weight, holds in sorted(fired.get(id, ()), key=itemgetter(0)) if id not in overrides else ():
            weights[row][holds] = weight  # ascending: the highest weight is written last
    return Weighting(tuple(pack.criteria), worlds, weights, _excluded(pack, conditions))


def _excluded(pack: Pack, conditions: Conditions) -> dict[str, Truth]:
    excluded: dict[str, Truth] = dict.fromkeys(pack.candidates, np.asarray(False))
    for constraint in pack.constraints.values():
        for candidate in pack.excluded(constraint):
            excluded[candidate] = excluded[candidate] | conditions.holds(constraint.when)
    return excluded


@dataclass
class Worlds:
    """A reading of the knowledge, evaluated in every world.

    Attributes:
        answers: the answers in every world.
        weighting: the weights and exclusions in every world.
        candidates, frameworks: the order of the rows.
        stacks: for each framework the rows of its candidates.
        beliefs: by (candidate, criterion).
    """

    answers: AnswerColumns
    weighting: Weighting
    candidates: tuple[str, ...]
    frameworks: tuple[str, ...]
    stacks: tuple[tuple[int, ...], ...]
    beliefs: Mapping[tuple[str, str], PooledBelief]

    @property
    def criteria(self) -> tuple[str, ...]:
        """The order of the criteria."""
        return self.weighting.criteria

    @property
    def weights(self) -> Values:
        """Nominal weights, shape (criteria, worlds)."""
        return self.weighting.weights

    @cached_property
    def excluded(self) -> NDArray[np.bool_]:
        """Which candidate is excluded where, shape (candidates, worlds)."""
        rows = [self.weighting.excluded[candidate] for candidate in self.candidates]
        return np.stack([np.broadcast_to(row, self.answers.worlds) for row in rows])

    @cached_property
    def mean(self) -> Values:
        """Utility at mean values and nominal weights, shape (candidates, worlds)."""
        return self._expected(self.weighting.shares)

    @cached_property
    def totals_by_choice(self) -> Mapping[str, list[tuple[str, NDArray[np.float64], int]]]:
        """For each question its choices: (choice, mean utilities summed over its worlds, shape (candidates,), their number)."""
        mean, totals = np.ascontiguousarray(self.mean.T, dtype=np.float64), {}
        for question, truths in self.answers.chosen.items():
            masks = [np.broadcast_to(truth & self.answers.possible, self.answers.worlds) for truth in truths.values()]
            sums = np.stack(masks).astype(np.float64) @ mean
            totals[question] = [
                (choice, total, int(np.count_nonzero(mask)))
                for choice, total, mask in zip(truths, sums, masks, strict=True)
            ]
        return totals

    @cached_property
    def expected(self) -> Values:
        """Utility at mean values and drawn weights, which is known when choosing, shape (candidates, worlds)."""
        return self._expected(self.weighting.drawn)

    @cached_property
    def drawn(self) -> Values:
        """Utility at drawn values and drawn weights, which is known only afterwards, shape (candidates, worlds)."""
        return self._drawn(self.expected, self.weighting.drawn)

    @cached_property
    def drawn_facts(self) -> Values:
        """Utility at drawn values and nominal weights, shape (candidates, worlds)."""
        return self._drawn(self.mean, self.weighting.shares)

    def restricted_to(self, frameworks: Collection[str]) -> Worlds:
        """Return the same worlds for some of the frameworks; utilities already computed are reused."""
        selected = [
            row for name, rows in zip(self.frameworks, self.stacks, strict=True) if name in frameworks for row in rows
        ]
        if len(selected) == len(self.candidates):
            return self
        rows = sorted(selected)
        stacks = [stack for name, stack in zip(self.frameworks, self.stacks, strict=True) if name in frameworks]
        restricted = Worlds(
            self.answers,
            self.weighting,
            tuple(self.candidates[row] for row in rows),
            tuple(name for name in self.frameworks if name in frameworks),
            tuple(tuple(rows.index(row) for row in stack) for stack in stacks),
            self.beliefs,
        )
        adjacent = bool(rows) and rows[-1] - rows[0] < len(rows)  # then a view is enough
        for name in {"excluded", "mean", "expected", "drawn"} & vars(self).keys():
            vars(restricted)[name] = getattr(self, name)[slice(rows[0], rows[-1] + 1) if adjacent else rows]
        return restricted

    def _expected(self, shares: Values) -> Values:
        """Return Σ share × mean value; 0.5 where every weight is 0, 0 where excluded; shape (candidates, worlds)."""
        neutral = np.float32(0.5) * self.weighting.weightless
        utility = np.stack([self._sum(candidate, shares, _mean) + neutral for candidate in self.candidates])
        utility *= ~self.excluded
        return utility

    def _drawn(self, expected: Values, shares: Values) -> Values:
        """Return utilities drawn around their expectations; 0 where excluded; shape (candidates, worlds)."""
        squares, utility = shares**2, expected.copy()
        for framework, rows in zip(self.frameworks, self.stacks, strict=True):
            error = normal(self.answers.worlds, "value", framework)
            for row in rows:
                utility[row] += np.sqrt(self._sum(self.candidates[row], squares, _variance)) * error
        utility *= ~self.excluded
        return utility

    def _sum(self, candidate: str, factors: Values, part: Callable[[PooledBelief], NDArray[np.floating]]) -> Values:
        """Return the sum over all criteria of factor × part of the belief, shape (worlds,)."""
        total = np.zeros(self.answers.worlds, dtype=np.float32)
        for row, criterion in enumerate(self.criteria):
            total += factors[row] * part(self.beliefs[candidate, criterion])
        return total


def _mean(belief: PooledBelief) -> NDArray[np.floating]:
    return belief.mean


def _variance(belief: PooledBelief) -> NDArray[np.floating]:
    return np.asarray(1 / belief.precision)


def evaluate(pack: Pack, grounds: Grounds, conditions: Conditions, weights: Weighting) -> Worlds:
    """Evaluate one reading in every world.

    Args:
        pack: criteria and candidates.
        grounds: what counts in this reading.
        conditions: the worlds.
        weights: the weights and exclusions in them.
    """
    candidates = tuple(pack.candidates)
    beliefs = {
        (candidate, criterion): pool_grounds(grounds.get((candidate, criterion), ()), conditions)
        for criterion in pack.criteria
        for candidate in candidates
    }
    stacks = tuple(
        tuple(candidates.index(candidate) for candidate in pack.stacks(framework)) for framework in pack.frameworks
    )
    return Worlds(conditions.answers, weights, candidates, tuple(pack.frameworks), stacks, beliefs)


def _shares_of_sum(weights: Values) -> Values:
    """Turn weights, in place, into shares of their sum over the criteria."""
    total = weights.sum(axis=0)
    weights *= np.divide(1, total, out=np.zeros_like(total), where=total > 0)
    return weights
