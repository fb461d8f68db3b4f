"""Who wins, how often, and what it costs to be wrong.

A framework with several stacks is played by the stack one would choose: the one with the best expected utility given
the answers and weights of the world. The draw of values decides only afterwards how well that choice did, so three
stacks that are believed equal win no more often than one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from advisor.reasoning.streams import normal
from advisor.reasoning.worlds import WEIGHT_SD, Values, Worlds

Label = Literal["clear", "lean", "either-will-do", "not-enough-evidence"]

EVIDENCE_SHARE = 0.5
TIE_REGRET = 0.03
CLEAR_SHARE = 0.8
CLEAR_REGRET = 0.02


@dataclass(frozen=True)
class Standing:
    """How one candidate or framework does over all worlds.

    Attributes:
        p_best: share of the worlds it wins.
        expected_regret: mean utility lost against the best choice of each world.
        value: mean utility.
        excluded_share: share of the worlds that rule it out.
    """

    id: str
    p_best: float
    expected_regret: float
    value: float
    excluded_share: float


@dataclass(frozen=True)
class Outcome:
    """The result of one reading: frameworks and candidates by expected regret, best first."""

    frameworks: tuple[Standing, ...]
    candidates: tuple[Standing, ...]
    label: Label
    evidence_share: float

    @property
    def best(self) -> str | None:
        """The recommended candidate; None when every world rules everything out."""
        return self.candidates[0].id if self.candidates and self.candidates[0].excluded_share < 1 else None


def players(worlds: Worlds, utility: Values) -> NDArray[np.intp]:
    """Return which stack plays for each framework in each world, shape (frameworks, worlds).

    Args:
        worlds: the evaluated reading.
        utility: (candidates, worlds), what the choice of a stack is based on. Stacks that tie take turns.
    """
    turns = np.arange(utility.shape[1])
    chosen = np.empty((len(worlds.stacks), utility.shape[1]), dtype=np.intp)
    for row, stacks in enumerate(worlds.stacks):
        at = np.array(stacks)
        value = np.where(worlds.excluded[at], -np.inf, utility[at])
        best = value == value.max(axis=0)
        turn = (np.arange(len(at))[:, None] + turns) % len(at)
        chosen[row] = at[np.where(best, turn, -1).argmax(axis=0)]
    return chosen


def outcome(worlds: Worlds) -> Outcome:
    """Roll one reading up to frameworks and rank it by expected regret."""
    assert worlds.expected is not None and worlds.drawn is not None
    each = np.arange(worlds.answers.worlds)
    chosen = players(worlds, worlds.expected)
    utility = worlds.drawn[chosen, each]
    out = worlds.excluded[chosen, each]
    counted = ~out.all(axis=0) & np.broadcast_to(worlds.answers.possible, each.shape)
    contest = np.where(out, -np.inf, utility)
    best = contest.max(axis=0)
    win = contest == best
    share = win / win.sum(axis=0)
    total = max(int(counted.sum()), 1)

    def mean(rows: NDArray[np.floating]) -> float:
        return float(np.where(counted, rows, 0).sum(dtype=np.float64) / total)

    candidates = [
        Standing(
            name,
            mean(((chosen == row) * share).sum(axis=0)),
            mean(best - worlds.drawn[row]),
            mean(worlds.drawn[row]),
            float(worlds.excluded[row].mean()),
        )
        for row, name in enumerate(worlds.candidates)
    ]
    frameworks = [
        Standing(name, mean(share[row]), mean(best - utility[row]), mean(utility[row]), float(out[row].mean()))
        for row, name in enumerate(worlds.frameworks)
    ]
    order = sorted(frameworks, key=_rank)
    by_framework = {one.id: place for place, one in enumerate(order)}
    members = {
        worlds.candidates[i]: f for f, stacks in zip(worlds.frameworks, worlds.stacks, strict=True) for i in stacks
    }
    candidates.sort(key=lambda one: (one.excluded_share == 1, by_framework[members[one.id]], *_rank(one)))
    evidence = _evidence_share(worlds, [one.id for one in order[:2]])
    return Outcome(tuple(order), tuple(candidates), _label(order, evidence), evidence)


def _rank(one: Standing) -> tuple[bool, float, str]:
    return one.excluded_share == 1, one.expected_regret, one.id


def _label(frameworks: list[Standing], evidence: float) -> Label:
    if evidence < EVIDENCE_SHARE:
        return "not-enough-evidence"
    if len(frameworks) > 1 and frameworks[1].expected_regret <= TIE_REGRET:
        return "either-will-do"
    first = frameworks[0]
    return "clear" if first.p_best >= CLEAR_SHARE and first.expected_regret <= CLEAR_REGRET else "lean"


def _evidence_share(worlds: Worlds, frameworks: list[str]) -> float:
    """Return the weighted share of the beliefs of the top two frameworks that does not come from the prior."""
    total = worlds.weights.sum(axis=0)
    shares = []
    for framework in frameworks:
        for row in worlds.stacks[worlds.frameworks.index(framework)]:
            candidate = worlds.candidates[row]
            known = sum(
                worlds.weights[at] * worlds.pools[candidate, criterion].known
                for at, criterion in enumerate(worlds.criteria)
            )
            shares.append((framework, float(np.mean(np.where(total > 0, known / np.maximum(total, 1e-9), 0)))))
    best = [max((share for name, share in shares if name == framework), default=0.0) for framework in frameworks]
    return min(best, default=0.0)


@dataclass(frozen=True)
class Doubt:
    """How sure the recommended framework would be if only one thing were uncertain: p_best for each alone."""

    facts: float
    weights: float
    answers: float


def doubt(worlds: Worlds, framework: str) -> Doubt:
    """Split the doubt about a framework in three; the parts are never merged."""
    row = worlds.frameworks.index(framework)
    return Doubt(_facts_only(worlds, row), _weights_only(worlds, row), _answers_only(worlds, row))


def _answers_only(worlds: Worlds, row: int) -> float:
    """Share of answer sets it wins at mean values and nominal weights."""
    wins = _wins(worlds, worlds.mean, row)
    possible = np.broadcast_to(worlds.answers.possible, wins.shape)
    return float(wins[possible].mean()) if possible.any() else 0.0


def _wins(worlds: Worlds, utility: Values, row: int) -> NDArray[np.floating]:
    each = np.arange(utility.shape[1])
    chosen = players(worlds, utility)
    contest = np.where(worlds.excluded[chosen, each], -np.inf, utility[chosen, each])
    win = contest == contest.max(axis=0)
    return np.asarray(win[row] / win.sum(axis=0))


def _facts_only(worlds: Worlds, row: int) -> float:
    """Share of value draws it wins, answers and weights averaged: utility is linear in the errors of the sources."""
    assert worlds.noisy is not None and worlds.errors is not None and worlds.expected is not None
    total = worlds.noisy.sum(axis=0)
    fraction = np.divide(worlds.noisy, total, out=np.zeros_like(worlds.noisy), where=total > 0)
    level = worlds.expected.mean(axis=1, dtype=np.float64)
    drawn = np.repeat(level[:, None], worlds.answers.worlds, axis=1)
    for (candidate, criterion), one in worlds.pools.items():
        at = worlds.candidates.index(candidate)
        weight = fraction[worlds.criteria.index(criterion)] * ~worlds.excluded[at]
        framework = next(f for f, stacks in zip(worlds.frameworks, worlds.stacks, strict=True) if at in stacks)
        drawn[at] += np.mean(weight * np.sqrt((1 - one.known) / one.precision)) * worlds.errors.prior(
            framework, candidate, criterion
        )
        for ground, share, _ in one.parts:
            drawn[at] += np.mean(weight * np.sqrt(share / one.precision)) * worlds.errors.of(*ground.stream)
    best = [max(stacks, key=lambda i: level[i]) for stacks in worlds.stacks]
    contest = drawn[best]
    return float((contest[row] >= contest.max(axis=0)).mean())


def _weights_only(worlds: Worlds, row: int, draws: int = 256, answer_sets: int = 128) -> float:
    """Share of weight draws it wins at mean values, averaged over a slice of the answer sets."""
    part = slice(0, min(answer_sets, worlds.answers.worlds))
    nominal = worlds.weights[:, part].astype(np.float64)
    noise = np.stack([np.exp(WEIGHT_SD * normal(draws, "weight-only", criterion)) for criterion in worlds.criteria])
    total = np.maximum(nominal.T @ noise, 1e-9)
    utility = np.empty((len(worlds.candidates), draws))
    for at, candidate in enumerate(worlds.candidates):
        value = np.stack(
            [np.broadcast_to(worlds.pools[candidate, c].mean, worlds.answers.worlds)[part] for c in worlds.criteria]
        )
        kept = ~worlds.excluded[at, part]
        utility[at] = ((nominal * value).T @ noise / total * kept[:, None]).mean(axis=0)
    contest = np.stack([utility[list(stacks)].max(axis=0) for stacks in worlds.stacks])
    return float((contest[row] >= contest.max(axis=0)).mean())
