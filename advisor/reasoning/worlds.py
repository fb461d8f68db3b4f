"""Worlds: one joint sample of unknown answers, weights and values, from which every number of an answer comes.

Method: stochastic multicriteria acceptability analysis (SMAA; Lahdelma & Salminen 2001) with an additive value
function on fixed scales, the unknown answers of the questionnaire drawn in the same sample.

Values are not drawn one by one. In a world with given weights the utility of a candidate is a weighted sum of independent
normal beliefs, so it is itself normal, with variance Σ (weight share)² / precision: one standard normal number per
framework and world draws it exactly. Stacks of a framework share that number; since one stack plays for its framework
(see `ranking`), how the errors of stacks hang together changes no number of an answer.
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
"""Spread of the logarithm of a weight: what "major" means differs by about a factor of 1.4 between teams."""
WORLDS = 10_000


@dataclass(frozen=True)
class Weighting:
    """What matters, and what is ruled out, in every world: the same in every reading.

    Attributes:
        nominal: nominal weights, (criteria, worlds), or (criteria, 1) where all worlds agree.
        excluded: by candidate, in which worlds it is ruled out.
    """

    criteria: tuple[str, ...]
    worlds: int
    nominal: Values
    excluded: Mapping[str, Truth]

    @property
    def weights(self) -> Values:
        """Nominal weights, (criteria, worlds)."""
        return self._columns(self.nominal)

    @cached_property
    def shares(self) -> Values:
        """Nominal weights as shares of their sum, (criteria, worlds); all 0 where nothing matters."""
        return self._columns(_shares(self.nominal.copy()))

    @cached_property
    def drawn(self) -> Values:
        """The same for weights drawn around the nominal ones."""
        found = np.empty((len(self.criteria), self.worlds), dtype=np.float32)
        for row, criterion in enumerate(self.criteria):
            np.multiply(self.nominal[row], lognormal(self.worlds, WEIGHT_SD, "weight", criterion), out=found[row])
        return _shares(found)

    @cached_property
    def weightless(self) -> Truth:
        """In which worlds nothing matters."""
        return np.asarray(~self.nominal.any(axis=0))

    def _columns(self, rows: Values) -> Values:
        return np.broadcast_to(rows, (len(rows), self.worlds))


def weighting(pack: Pack, conditions: Conditions, overrides: Mapping[str, float] | None = None) -> Weighting:
    """Return what matters to a project, and what cannot be chosen.

    A criterion weighs what the highest rule that fires says, else its default, or what is set by hand. One that matters
    and that nobody knows anything about keeps its weight: every candidate then stands at the prior, and the answer is
    as unsure as it should be. Leaving it out would let a hopeless candidate, or a measurement of pure noise, bring it in and
    turn the ranking.

    Args:
        pack: criteria, rules, constraints and candidates.
        conditions: the worlds.
        overrides: weights set by hand (`--weigh`), by criterion.
    """
    overrides = overrides or {}
    fired: dict[str, list[tuple[float, Truth]]] = {}
    for need in pack.needs.values():
        for criterion, importance in need.criteria.items():
            fired.setdefault(criterion, []).append((WEIGHT[importance], conditions.holds(need.when)))
    worlds = conditions.answers.worlds
    vary = any(holds.ndim for rules in fired.values() for _, holds in rules)
    levels = np.empty((len(pack.criteria), worlds if vary else 1), dtype=np.float32)
    for row, (id, one) in enumerate(pack.criteria.items()):
        levels[row] = overrides.get(id, WEIGHT[one.default])
        for weight, holds in sorted(fired.get(id, ()), key=itemgetter(0)) if id not in overrides else ():
            levels[row][holds] = weight  # the highest that fires has the last word
    excluded: dict[str, Truth] = dict.fromkeys(pack.candidates, np.asarray(False))
    for constraint in pack.constraints.values():
        for candidate in pack.excluded(constraint):
            excluded[candidate] = excluded[candidate] | conditions.holds(constraint.when)
    return Weighting(tuple(pack.criteria), worlds, levels, excluded)


@dataclass
class Worlds:
    """A reading of the knowledge, evaluated in every world.

    Attributes:
        candidates, frameworks: the order of the rows.
        stacks: the rows of each framework's candidates.
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
        """Nominal weights, (criteria, worlds)."""
        return self.weighting.weights

    @cached_property
    def excluded(self) -> NDArray[np.bool_]:
        """Who is ruled out where, (candidates, worlds)."""
        return np.stack([np.broadcast_to(self.weighting.excluded[one], self.answers.worlds) for one in self.candidates])

    @cached_property
    def mean(self) -> Values:
        """Utility at mean values and nominal weights, (candidates, worlds)."""
        return self._expected(self.weighting.shares)

    @cached_property
    def totals_by_choice(self) -> Mapping[str, list[tuple[str, NDArray[np.float64], int]]]:
        """For each question its choices, each with the candidates' mean utilities summed over its worlds, and how many those are."""
        mean, found = np.ascontiguousarray(self.mean.T, dtype=np.float64), {}
        for question, chosen in self.answers.chosen.items():
            given = [np.broadcast_to(truth & self.answers.possible, self.answers.worlds) for truth in chosen.values()]
            sums = np.stack(given).astype(np.float64) @ mean
            found[question] = [
                (choice, total, int(np.count_nonzero(mask)))
                for choice, total, mask in zip(chosen, sums, given, strict=True)
            ]
        return found

    @cached_property
    def expected(self) -> Values:
        """Utility at mean values and drawn weights: what could be known when choosing, (candidates, worlds)."""
        return self._expected(self.weighting.drawn)

    @cached_property
    def drawn(self) -> Values:
        """Utility at drawn values and drawn weights: what will turn out, (candidates, worlds)."""
        return self._drawn(self.expected, self.weighting.drawn)

    @cached_property
    def drawn_facts(self) -> Values:
        """Utility at drawn values and nominal weights, (candidates, worlds)."""
        return self._drawn(self.mean, self.weighting.shares)

    def restricted_to(self, frameworks: Collection[str]) -> Worlds:
        """Return the same worlds for some of the frameworks; what was computed already is kept."""
        kept = [
            row for name, rows in zip(self.frameworks, self.stacks, strict=True) if name in frameworks for row in rows
        ]
        if len(kept) == len(self.candidates):
            return self
        names = tuple(name for name in self.frameworks if name in frameworks)
        stacks = [rows for name, rows in zip(self.frameworks, self.stacks, strict=True) if name in frameworks]
        found = Worlds(
            self.answers,
            self.weighting,
            tuple(self.candidates[row] for row in sorted(kept)),
            names,
            tuple(tuple(sorted(kept).index(row) for row in rows) for rows in stacks),
            self.beliefs,
        )
        rows = sorted(kept)
        side_by_side = bool(rows) and rows[-1] - rows[0] < len(rows)  # then a view is enough
        for name in {"excluded", "mean", "expected", "drawn"} & vars(self).keys():
            vars(found)[name] = getattr(self, name)[slice(rows[0], rows[-1] + 1) if side_by_side else rows]
        return found

    def _expected(self, shares: Values) -> Values:
        """Return Σ share × value; 0.5 where nothing matters, 0 where excluded."""
        nothing = np.float32(0.5) * self.weighting.weightless
        found = np.stack([self._summed(candidate, shares, _mean) + nothing for candidate in self.candidates])
        found *= ~self.excluded
        return found

    def _drawn(self, expected: Values, shares: Values) -> Values:
        """Return utilities drawn around their expectations; 0 where excluded."""
        squares, found = shares**2, expected.copy()
        for framework, rows in zip(self.frameworks, self.stacks, strict=True):
            error = normal(self.answers.worlds, "value", framework)
            for row in rows:
                found[row] += np.sqrt(self._summed(self.candidates[row], squares, _variance)) * error
        found *= ~self.excluded
        return found

    def _summed(self, candidate: str, factors: Values, part: Callable[[PooledBelief], NDArray[np.floating]]) -> Values:
        """Return the sum over all criteria of factor × part of the belief, (worlds,)."""
        total = np.zeros(self.answers.worlds, dtype=np.float32)
        for row, criterion in enumerate(self.criteria):
            total += factors[row] * part(self.beliefs[candidate, criterion])
        return total


def _mean(belief: PooledBelief) -> NDArray[np.floating]:
    return belief.mean


def _variance(belief: PooledBelief) -> NDArray[np.floating]:
    return np.asarray(1 / belief.precision)


def evaluate(pack: Pack, grounds: Grounds, conditions: Conditions, at_stake: Weighting) -> Worlds:
    """Evaluate one reading in every world.

    Args:
        pack: criteria and candidates.
        grounds: what counts in this reading.
        conditions: the worlds.
        at_stake: what matters in them.
    """
    candidates = tuple(pack.candidates)
    pools = {
        (candidate, criterion): pool_grounds(grounds.get((candidate, criterion), ()), conditions)
        for criterion in pack.criteria
        for candidate in candidates
    }
    stacks = tuple(tuple(candidates.index(one) for one in pack.stacks(framework)) for framework in pack.frameworks)
    return Worlds(conditions.answers, at_stake, candidates, tuple(pack.frameworks), stacks, pools)


def _shares(weights: Values) -> Values:
    """Turn weights, in place, into shares of their sum."""
    total = weights.sum(axis=0)
    weights *= np.divide(1, total, out=np.zeros_like(total), where=total > 0)
    return weights
