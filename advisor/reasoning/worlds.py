"""Worlds: one joint sample of unknown answers, weights and values, from which every number of an answer is computed.

Method: stochastic multicriteria acceptability analysis (SMAA; Lahdelma & Salminen 2001) with an additive value
function on fixed scales; the unknown answers of the questionnaire are drawn in the same sample.

Values are not drawn one by one. In a world with given weights the utility of a candidate is a weighted sum of independent
normal beliefs, so it is itself normal: one standard normal number per framework and world draws it exactly. Its variance is

    Σ share² / precision + Σ over causes of [(Σ a)² - Σ a²] + BIAS_SD²,   a = share · √(precision of the cause's ground) / precision

where the middle term holds the errors of one fact together that speaks about several criteria, and the last is what all levels
of a framework may have in common. The stacks of a framework share that number. Since one stack represents its framework (see
`ranking`), how the errors of stacks correlate changes no number of an answer.

A candidate is *out* of a world where a constraint excludes it, or where it fails more requirements than another that is not
excluded. It wins none of them, and loses `OUT_COST` there: a project that has chosen it would notice and change, at a bounded
price.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from advisor.knowledge.pack import Pack
from advisor.reasoning.beliefs import PooledBelief, pool_grounds
from advisor.reasoning.columns import FALSE, Truth, any_of
from advisor.reasoning.conditions import AnswerColumns, Conditions
from advisor.reasoning.readings import Grounds
from advisor.reasoning.streams import normal
from advisor.reasoning.weighting import Values, Weighting

BIAS_SD = 0.07
"""Standard deviation of what all beliefs about a framework have in common: the levels are read by one reader. Fitted by the log
score of the open half of the back-test, which is flat from here on (rules/README.md)."""
OUT_COST = 0.3
"""Utility lost where the chosen candidate turns out not to meet what is required. A judgement: 0.2 and 0.3 gave the same answers; that
it is bounded is no judgement, for one would change. At the full utility, an answer that few give outweighed all others."""
WORLDS = 10_000


class ChoiceTotals(NamedTuple):
    """The worlds in which a question has one answer.

    Attributes:
        choice: the answer.
        total: mean utilities summed over these worlds, shape (candidates,).
        worlds: how many.
        barred: which candidate is out of all of them, shape (candidates,).
    """

    choice: str
    total: NDArray[np.float64]
    worlds: int
    barred: NDArray[np.bool_]


Beliefs = Mapping[tuple[str, str], PooledBelief]
"""By (candidate, criterion)."""


class Worlds(Struct, dict=True):
    """A reading of the knowledge, evaluated in every world.

    Attributes:
        answers: the answers in every world.
        weighting: the weights and exclusions in every world.
        candidates, frameworks: the order of the rows.
        stacks: for each framework the rows of its candidates.
        beliefs: by (candidate, criterion).
        beliefs_each: the beliefs on what is required, for each combination of answers by itself (see `Conditions.each`): what a
            project needs on each of its machines is not made up for on another. Empty where every world has one combination.
    """

    answers: AnswerColumns
    weighting: Weighting
    candidates: tuple[str, ...]
    frameworks: tuple[str, ...]
    stacks: tuple[tuple[int, ...], ...]
    beliefs: Beliefs
    beliefs_each: tuple[Beliefs, ...] = ()

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
        return np.stack([np.broadcast_to(row, self.answers.world_count) for row in rows])

    @cached_property
    def failed(self) -> NDArray[np.int8]:
        """How many requirements each candidate is believed not to meet, shape (candidates, worlds)."""
        failed = np.zeros((len(self.candidates), self.answers.world_count), dtype=np.int8)
        for criterion, least, holds in self.weighting.required:
            for row, candidate in enumerate(self.candidates):
                failed[row] += self.falls_short(candidate, criterion, least, holds)
        return failed

    def falls_short(self, candidate: str, criterion: str, least: float, required: Sequence[Truth]) -> Truth:
        """Return the worlds in which a candidate is believed to lie below what a criterion requires, in any combination of answers.

        Args:
            candidate, criterion: whose value, on what.
            least: what is required.
            required: the worlds in which it is, by combination.
        """
        return any_of(
            [
                holds & np.asarray(beliefs[candidate, criterion].mean < least)
                for beliefs, holds in zip(self.beliefs_each or (self.beliefs,), required, strict=True)
                if holds is not FALSE
            ]
        )

    @cached_property
    def out(self) -> NDArray[np.bool_]:
        """Which candidate is excluded where, or fails more requirements than another, shape (candidates, worlds)."""
        return out_among(self.excluded, self.failed)

    @cached_property
    def barred(self) -> NDArray[np.bool_]:
        """Which candidate is out of every possible world, shape (candidates,): whatever its merits, it is not chosen."""
        return np.asarray((self.out | ~self.answers.possible).all(axis=1))

    @cached_property
    def mean(self) -> Values:
        """Utility at mean values and nominal weights, less the cost of being out, shape (candidates, worlds)."""
        return self._charged(self.uncharged_mean)

    @cached_property
    def uncharged_mean(self) -> Values:
        """The same without the cost of being out."""
        return self._expected(self.weighting.shares)

    @cached_property
    def totals_by_choice(self) -> Mapping[str, list[ChoiceTotals]]:
        """For each question the totals over the possible worlds of each of its choices."""
        mean, totals = np.ascontiguousarray(self.mean.T, dtype=np.float64), {}
        out = np.ascontiguousarray(self.out.T, dtype=np.float64)
        for question, truth_by_choice in self.answers.chosen.items():
            masks = np.empty((len(truth_by_choice), self.answers.world_count))
            for row, truth in enumerate(truth_by_choice.values()):
                masks[row] = truth & self.answers.possible
            sums, counts = masks @ mean, masks.sum(axis=1).astype(int)
            barred = masks @ out == counts[:, None]
            totals[question] = [
                ChoiceTotals(*choice_totals)
                for choice_totals in zip(truth_by_choice, sums, counts.tolist(), barred, strict=True)
            ]
        return totals

    @cached_property
    def expected(self) -> Values:
        """Utility at mean values and drawn weights, less the cost of being out, shape (candidates, worlds).

        That much is known when choosing.
        """
        return self._charged(self.uncharged_expected)

    @cached_property
    def uncharged_expected(self) -> Values:
        """The same without the cost of being out."""
        return self._expected(self.weighting.drawn)

    @cached_property
    def drawn(self) -> Values:
        """Utility at drawn values and drawn weights, less the cost of being out, shape (candidates, worlds).

        That is known only afterwards.
        """
        return self._charged(self.uncharged_drawn)

    @cached_property
    def uncharged_drawn(self) -> Values:
        """The same without the cost of being out."""
        return self._drawn(self.uncharged_expected, self.weighting.drawn)

    @cached_property
    def drawn_facts(self) -> Values:
        """Utility at drawn values and nominal weights, less the cost of being out, shape (candidates, worlds)."""
        return self._charged(self._drawn(self.uncharged_mean, self.weighting.shares))

    def restricted_to(self, frameworks: Collection[str]) -> Worlds:
        """Return the same worlds for some of the frameworks; utilities already computed are reused."""
        selected_rows = [
            row for name, rows in zip(self.frameworks, self.stacks, strict=True) if name in frameworks for row in rows
        ]
        if len(selected_rows) == len(self.candidates):
            return self
        rows = sorted(selected_rows)
        stacks = [stack for name, stack in zip(self.frameworks, self.stacks, strict=True) if name in frameworks]
        restricted = Worlds(
            self.answers,
            self.weighting,
            tuple(self.candidates[row] for row in rows),
            tuple(name for name in self.frameworks if name in frameworks),
            tuple(tuple(rows.index(row) for row in stack) for stack in stacks),
            self.beliefs,
            self.beliefs_each,
        )
        adjacent = bool(rows) and rows[-1] - rows[0] < len(rows)  # then a view is enough
        independent = {"excluded", "failed", "uncharged_mean", "uncharged_expected", "uncharged_drawn"}
        for name in independent & vars(self).keys():  # who else takes part does not change these
            vars(restricted)[name] = getattr(self, name)[slice(rows[0], rows[-1] + 1) if adjacent else rows]
        return restricted

    def _expected(self, shares: Values) -> Values:
        """Return Σ share × mean value; 0.5 where every weight is 0; shape (candidates, worlds)."""
        neutral = np.float32(0.5) * self.weighting.weightless
        return np.stack([self._sum(candidate, shares, _mean) + neutral for candidate in self.candidates])

    def _drawn(self, expected: Values, shares: Values) -> Values:
        """Return utilities drawn around their expectations, shape (candidates, worlds)."""
        squares, utility = shares**2, expected.copy()
        for framework, rows in zip(self.frameworks, self.stacks, strict=True):
            error = normal(self.answers.world_count, "value", framework)
            for row in rows:
                independent_variance = self._sum(self.candidates[row], squares, _variance)
                shared_variance = self._variance_of_shared_causes(self.candidates[row], shares)
                utility[row] += np.sqrt(independent_variance + shared_variance + np.float32(BIAS_SD**2)) * error
        return utility

    def _variance_of_shared_causes(self, candidate: str, shares: Values) -> Values:
        """Return how much larger the variance is because one cause speaks about several criteria, shape (worlds,)."""
        terms_by_cause: dict[str, list[Values]] = {}
        for row, criterion in enumerate(self.criteria):
            belief = self.beliefs[candidate, criterion]
            for contribution in belief.contributions:
                if contribution.ground.cause:
                    coefficient = np.sqrt(contribution.precision) / belief.precision
                    terms_by_cause.setdefault(contribution.ground.cause, []).append(
                        shares[row] * np.float32(1) * coefficient
                    )
        added_variance = np.zeros(self.answers.world_count, dtype=np.float32)
        for terms in terms_by_cause.values():
            if len(terms) > 1:
                added_variance += sum(terms) ** 2 - sum(term**2 for term in terms)
        return added_variance

    def _charged(self, utility: Values) -> Values:
        """Return utilities less the cost of being out, shape (candidates, worlds)."""
        return np.asarray(utility - self.out * np.float32(OUT_COST), dtype=np.float32) if self.out.any() else utility

    def _sum(self, candidate: str, factors: Values, part: Callable[[PooledBelief], NDArray[np.floating]]) -> Values:
        """Return the sum over all criteria of factor × part of the belief, shape (worlds,)."""
        total = np.zeros(self.answers.world_count, dtype=np.float32)
        for row, criterion in enumerate(self.criteria):
            total += factors[row] * part(self.beliefs[candidate, criterion])
        return total


def out_among(excluded: NDArray[np.bool_], failed: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return, for each world, which candidates are excluded, or fail more requirements than another that is not excluded.

    Args:
        excluded: which of the candidates is excluded where, shape (candidates, worlds).
        failed: how many requirements each of them is believed not to meet, the same shape.
    """
    if not failed.any():
        return excluded
    fewest = np.where(excluded, np.int8(127), failed).min(axis=0)
    return np.asarray(excluded | (failed > fewest))


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
    required = {criterion for criterion, _, _ in weights.required}
    beliefs_each = [
        {
            (candidate, criterion): pool_grounds(grounds.get((candidate, criterion), ()), alone)
            for criterion in pack.criteria
            if criterion in required
            for candidate in candidates
        }
        for alone in conditions.each
        if conditions.answers.each
    ]
    return Worlds(conditions.answers, weights, candidates, tuple(pack.frameworks), stacks, beliefs, tuple(beliefs_each))
