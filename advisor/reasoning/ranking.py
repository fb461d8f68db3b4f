"""Who wins, how often, and what it costs to be wrong.

A framework with several stacks is played by one of them: the one with the best expected utility over all worlds, which is
the stack one would install today. Three stacks that are believed equal therefore win no more often than one, and no
framework gets the value of stacks nobody could combine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from advisor.reasoning.worlds import Values, Worlds

Label = Literal["clear", "lean", "either-will-do", "not-enough-evidence"]

EVIDENCE_SHARE = 0.5
TIE_GAP = 0.03
"""Two frameworks whose expected regrets differ by no more are a tie. The difference is what choosing the second costs;
its regret alone also holds what nobody could know, which exact ties have as well."""
CLEAR_SHARE = 0.9
"""At 0.8 one true tie in six was called clear, at 0.9 one in sixteen (tests/benchmarks/reasoning.py --part labels)."""
CLEAR_REGRET = 0.05


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
class Ranking:
    """The result of one reading: frameworks and candidates by expected regret, best first."""

    frameworks: tuple[Standing, ...]
    candidates: tuple[Standing, ...]
    label: Label
    evidence_share: float

    @property
    def best(self) -> str | None:
        """The recommended candidate; None when every world rules everything out."""
        return self.candidates[0].id if self.candidates and self.candidates[0].excluded_share < 1 else None


def representatives(worlds: Worlds) -> list[int]:
    """Return the row of the candidate that plays for each framework; equal ones are told apart by name."""
    level = _mean(worlds, worlds.expected)
    return [min(stacks, key=lambda row: (-level[row], worlds.candidates[row])) for stacks in worlds.stacks]


def _mean(worlds: Worlds, rows: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return the mean of each row over the worlds that can exist."""
    possible = worlds.answers.possible
    kept = rows if possible.all() else rows[:, possible]
    return np.asarray(kept.mean(axis=1, dtype=np.float64)) if kept.size else np.zeros(len(rows))


def rank(worlds: Worlds) -> Ranking:
    """Roll one reading up to frameworks and rank it by expected regret."""
    played = representatives(worlds)
    utility, out = worlds.drawn[played], worlds.excluded[played]
    counted = ~out.all(axis=0) & np.broadcast_to(worlds.answers.possible, utility.shape[1])
    best = utility.max(axis=0)
    share = _shared((utility == best) & ~out)
    total = max(int(counted.sum()), 1)
    kept = slice(None) if counted.all() else counted

    def mean(values: NDArray[np.generic]) -> float:
        return float(values[kept].sum(dtype=np.float64) / total)

    excluded = _mean(worlds, worlds.excluded)
    candidates = {}
    for row, stacks in enumerate(worlds.stacks):
        for stack, part in zip(stacks, _stack_shares(worlds, stacks), strict=True):
            name, drawn = worlds.candidates[stack], worlds.drawn[stack]
            regret = mean(best - drawn)
            candidates[stack] = Standing(name, mean(share[row] * part), regret, mean(drawn), float(excluded[stack]))
    frameworks = [
        Standing(name, mean(share[row]), mean(best - utility[row]), mean(utility[row]), float(excluded[played[row]]))
        for row, name in enumerate(worlds.frameworks)
    ]
    order = sorted(frameworks, key=_rank)
    place = {
        stack: [one.id for one in order].index(name)
        for name, stacks in zip(worlds.frameworks, worlds.stacks, strict=True)
        for stack in stacks
    }
    ranked = sorted(
        candidates,
        key=lambda row: (candidates[row].excluded_share == 1, place[row], row not in played, *_rank(candidates[row])),
    )
    evidence = _evidence_share(worlds, [played[worlds.frameworks.index(one.id)] for one in order[:2]])
    return Ranking(tuple(order), tuple(candidates[row] for row in ranked), label_of(order, evidence), evidence)


def _stack_shares(worlds: Worlds, stacks: tuple[int, ...]) -> NDArray[np.bool_] | NDArray[np.floating]:
    """Return in which share of each world each stack is the best of its framework by expectation."""
    rows = list(stacks)
    if len(rows) == 1:
        return np.ones((1, worlds.answers.worlds), dtype=np.bool_)
    value = np.where(worlds.excluded[rows], -1, worlds.expected[rows])
    return _shared(value == value.max(axis=0))


def _shared(best: NDArray[np.bool_]) -> NDArray[np.bool_] | NDArray[np.floating]:
    """Return what share of a win each row gets in each world: all of it, but where several are best."""
    count = best.sum(axis=0, dtype=np.int16)
    return best if count.max(initial=0) <= 1 else best / np.maximum(count, np.int16(1))


def _rank(one: Standing) -> tuple[bool, float, str]:
    return one.excluded_share == 1, one.expected_regret, one.id


def label_of(frameworks: Sequence[Standing], evidence: float) -> Label:
    """Say in a word how an outcome is to be taken.

    Args:
        frameworks: best first.
        evidence: share of what is believed of the best two that does not come from the prior.
    """
    first = frameworks[0]
    if evidence < EVIDENCE_SHARE or first.excluded_share == 1:
        return "not-enough-evidence"
    others = [one for one in frameworks[1:] if one.excluded_share < 1]
    if others and others[0].expected_regret - first.expected_regret <= TIE_GAP:
        return "either-will-do"
    return "clear" if first.p_best >= CLEAR_SHARE and first.expected_regret <= CLEAR_REGRET else "lean"


def _evidence_share(worlds: Worlds, rows: list[int]) -> float:
    """Return the weighted share of the beliefs that does not come from the prior, of the less known of the candidates."""
    shares = []
    for row in rows:
        known = np.zeros(worlds.answers.worlds, dtype=np.float32)
        for at, criterion in enumerate(worlds.criteria):
            known += worlds.weighting.shares[at] * worlds.beliefs[worlds.candidates[row], criterion].evidence_share
        shares.append(float(np.mean(known)))
    return min(shares, default=0.0)


@dataclass(frozen=True)
class Doubt:
    """How sure the recommended framework would be if only one thing were uncertain: p_best for each alone.

    While one varies the others stand still: facts at their means, weights at their nominal values, unanswered
    questions at their most common answers. The three are never merged.
    """

    facts: float
    weights: float
    answers: float


def doubt(worlds: Worlds, common: Worlds, framework: str) -> Doubt:
    """Split the doubt about a framework in three.

    Args:
        worlds: the evaluated reading.
        common: the same reading with every unanswered question at its most common answer.
        framework: the recommended one.
    """
    played, row = representatives(worlds), worlds.frameworks.index(framework)
    return Doubt(
        _win_share(common.drawn_facts, played, row),
        _win_share(common.expected, played, row),
        _answers_only(worlds, played, row),
    )


def _win_share(utility: Values, played: list[int], row: int) -> float:
    contest = utility[played]
    win = contest == contest.max(axis=0)
    return float((win[row] / win.sum(axis=0)).mean())


def _answers_only(worlds: Worlds, played: list[int], row: int) -> float:
    """Share of answer sets it wins at mean values and nominal weights."""
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.worlds)
    return _win_share(worlds.mean[:, possible], played, row) if possible.any() else 0.0
