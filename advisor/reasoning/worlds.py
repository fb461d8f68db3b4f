"""Worlds: one joint sample of unknown answers, weights and values, from which every number of an answer comes.

Method: stochastic multicriteria acceptability analysis (SMAA; Lahdelma & Salminen 2001) with an additive value
function on fixed scales, the unknown answers of the questionnaire drawn in the same sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import Pack
from advisor.reasoning.beliefs import Conditions, Errors, Pool, pool
from advisor.reasoning.conditions import Answers
from advisor.reasoning.readings import Grounds

Values = NDArray[np.float32]

WEIGHT_SD = 0.35
"""Spread of the logarithm of a weight: what "major" means differs by about a factor of 1.4 between teams."""
WORLDS = 10_000


@dataclass
class Worlds:
    """A reading of the knowledge, evaluated in every world.

    Attributes:
        candidates, frameworks, criteria: the order of the axes.
        pools: belief by (candidate, criterion).
        weights: (criteria, worlds) nominal weights.
        noisy: the same with the spread of weights; None when only means were asked for.
        excluded: (candidates, worlds).
        mean: (candidates, worlds) utility at mean values and nominal weights.
        expected: (candidates, worlds) utility at mean values and noisy weights: what could be known when choosing.
        drawn: (candidates, worlds) utility at drawn values and noisy weights: what will turn out.
    """

    answers: Answers
    candidates: tuple[str, ...]
    frameworks: tuple[str, ...]
    stacks: tuple[tuple[int, ...], ...]
    criteria: tuple[str, ...]
    pools: Mapping[tuple[str, str], Pool]
    weights: Values
    noisy: Values | None
    excluded: NDArray[np.bool_]
    mean: Values
    expected: Values | None
    drawn: Values | None
    errors: Errors | None


def evaluate(
    pack: Pack,
    grounds: Grounds,
    answers: Answers,
    *,
    conditions: Conditions | None = None,
    errors: Errors | None = None,
    overrides: Mapping[str, float] | None = None,
) -> Worlds:
    """Evaluate one reading in every world.

    Args:
        pack: criteria, rules, constraints and candidates.
        grounds: what counts in this reading.
        answers: the worlds.
        conditions: an evaluator to share between readings.
        errors: where errors are drawn from; without it only means are computed.
        overrides: weights set by hand (`--weigh`), by criterion.
    """
    conditions = conditions or Conditions(answers)
    candidates, criteria = tuple(pack.candidates), tuple(pack.criteria)
    pools = {
        (candidate, criterion): pool(
            grounds.get((candidate, criterion), ()),
            conditions,
            prior=(pack.candidates[candidate].framework, candidate, criterion),
            errors=errors,
        )
        for criterion in criteria
        for candidate in candidates
    }
    n = answers.worlds
    weights = _weights(pack, conditions, overrides or {}, n)
    noisy = weights * _spread(criteria, errors) if errors is not None else None
    excluded = np.stack([np.broadcast_to(one, n) for one in _excluded(pack, conditions)])
    return Worlds(
        answers,
        candidates,
        tuple(pack.frameworks),
        tuple(tuple(candidates.index(c) for c in pack.stacks(f)) for f in pack.frameworks),
        criteria,
        pools,
        weights,
        noisy,
        excluded,
        _utility(candidates, criteria, pools, weights, excluded, drawn=False),
        None if noisy is None else _utility(candidates, criteria, pools, noisy, excluded, drawn=False),
        None if noisy is None else _utility(candidates, criteria, pools, noisy, excluded, drawn=True),
        errors,
    )


def _weights(pack: Pack, conditions: Conditions, overrides: Mapping[str, float], n: int) -> Values:
    """Importance by rules (the highest that fires, else the default), or as set by hand.

    A criterion that matters and that nobody knows anything about keeps its weight: every candidate then stands at the
    prior, and the answer is as unsure as it should be. Leaving it out would let a hopeless candidate, or a measurement
    of pure noise, bring it in and turn the ranking.
    """
    weights = np.zeros((len(pack.criteria), n), dtype=np.float32)
    for row, (id, criterion) in enumerate(pack.criteria.items()):
        fired = np.full(n, -1.0, dtype=np.float32)
        for need in pack.needs.values():
            if id in need.criteria:
                holds = conditions.holds(need.when)
                fired = np.maximum(fired, np.where(holds, np.float32(WEIGHT[need.criteria[id]]), np.float32(-1)))
        weights[row] = overrides.get(id, np.where(fired < 0, np.float32(WEIGHT[criterion.default]), fired))
    return weights


def _spread(criteria: tuple[str, ...], errors: Errors) -> Values:
    rows = [np.exp(WEIGHT_SD * errors.of("weight", criterion)) for criterion in criteria]
    return np.stack(rows) if rows else np.zeros((0, errors.worlds), dtype=np.float32)


def _excluded(pack: Pack, conditions: Conditions) -> list[NDArray[np.bool_]]:
    excluded = {candidate: np.asarray(False) for candidate in pack.candidates}
    for constraint in pack.constraints.values():
        holds = conditions.holds(constraint.when)
        for name in constraint.excludes:
            for candidate in pack.members(name):
                excluded[candidate] = excluded[candidate] | holds
    return list(excluded.values())


def utility_of(worlds: Worlds, weights: Values, *, drawn: bool) -> Values:
    """Return the utilities of an evaluated reading at other weights, at drawn or at mean values."""
    return _utility(worlds.candidates, worlds.criteria, worlds.pools, weights, worlds.excluded, drawn=drawn)


def _utility(
    candidates: tuple[str, ...],
    criteria: tuple[str, ...],
    pools: Mapping[tuple[str, str], Pool],
    weights: Values,
    excluded: NDArray[np.bool_],
    *,
    drawn: bool,
) -> Values:
    """Return Σ weight × value / Σ weight; 0.5 where nothing matters, 0 where excluded."""
    total = weights.sum(axis=0)
    scale = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    utility = np.zeros(excluded.shape, dtype=np.float32)
    for row, candidate in enumerate(candidates):
        for at, criterion in enumerate(criteria):
            one = pools[candidate, criterion]
            value = one.draw if drawn else one.mean
            assert value is not None
            utility[row] += weights[at] * value
        utility[row] = np.where(total > 0, utility[row] * scale, 0.5)
    utility[excluded] = 0.0
    return utility
