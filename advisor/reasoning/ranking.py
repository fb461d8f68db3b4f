"""Which framework wins, how often, and what a wrong choice costs.

A framework with several stacks is represented by one of them: the stack with the best expected utility over all worlds, which
is the one to install today. Three stacks believed equal therefore win no more often than one, and no framework is credited
with choosing the best stack in each world, which nobody could know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.reasoning.worlds import Values, Worlds
from advisor.words import Label

EVIDENCE_SHARE = 0.5
TIE_GAP = 0.03
"""Two frameworks whose expected regrets differ by no more are a tie. The difference is the cost of choosing the second. The
regret alone also contains what nobody could know, which is there in exact ties as well."""
CLEAR_SHARE = 0.9
"""At 0.8 one true tie in six was called clear, at 0.9 one in sixteen (tests/benchmarks/reasoning.py --part labels)."""
CLEAR_REGRET = 0.05


@dataclass(frozen=True)
class Standing:
    """How well one candidate or framework does over all worlds.

    Attributes:
        id: of the candidate or framework.
        p_best: share of the worlds it wins, 0 to 1.
        expected_regret: mean utility lost against the best choice of each world.
        value: mean utility, 0 to 1.
        excluded_share: share of the worlds in which it is excluded.
    """

    id: str
    p_best: float
    expected_regret: float
    value: float
    excluded_share: float


@dataclass(frozen=True)
class Ranking:
    """The result of one reading.

    Attributes:
        frameworks, candidates: by expected regret, best first.
        label: how sure the result is, in a word.
        evidence_share: share of the beliefs about the two best that comes from evidence, not from the prior.
    """

    frameworks: tuple[Standing, ...]
    candidates: tuple[Standing, ...]
    label: Label
    evidence_share: float

    @property
    def best(self) -> str | None:
        """The recommended candidate; None where every candidate is excluded in every world."""
        return self.candidates[0].id if self.candidates and self.candidates[0].excluded_share < 1 else None


def representatives(worlds: Worlds) -> list[int]:
    """Return for each framework the row of the stack that represents it; of equal ones the first by name."""
    utility = _mean(worlds, worlds.expected)
    return [min(stacks, key=lambda row: (-utility[row], worlds.candidates[row])) for stacks in worlds.stacks]


def _mean(worlds: Worlds, rows: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return the mean of each row over the possible worlds, shape (rows,)."""
    possible = worlds.answers.possible
    columns = rows if possible.all() else rows[:, possible]
    return np.asarray(columns.mean(axis=1, dtype=np.float64)) if columns.size else np.zeros(len(rows))


def rank(worlds: Worlds) -> Ranking:
    """Rank frameworks and candidates of one reading by expected regret."""
    representative_rows = representatives(worlds)
    utility, excluded = worlds.drawn[representative_rows], worlds.excluded[representative_rows]
    counted = ~excluded.all(axis=0) & np.broadcast_to(worlds.answers.possible, utility.shape[1])
    best = utility.max(axis=0)
    win = _split_wins((utility == best) & ~excluded)
    total = max(int(counted.sum()), 1)
    columns = slice(None) if counted.all() else counted

    def mean(values: NDArray[np.generic]) -> float:
        return float(values[columns].sum(dtype=np.float64) / total)

    excluded_share = _mean(worlds, worlds.excluded)
    candidates = {}
    for framework, stacks in enumerate(worlds.stacks):
        for stack, part in zip(stacks, _stack_wins(worlds, stacks), strict=True):
            drawn = worlds.drawn[stack]
            p_best, regret = mean(win[framework] * part), mean(best - drawn)
            candidates[stack] = Standing(
                worlds.candidates[stack], p_best, regret, mean(drawn), float(excluded_share[stack])
            )
    frameworks = [
        Standing(
            name,
            mean(win[row]),
            mean(best - utility[row]),
            mean(utility[row]),
            float(excluded_share[representative_rows[row]]),
        )
        for row, name in enumerate(worlds.frameworks)
    ]
    ranked = sorted(frameworks, key=_rank_key)
    position = {
        stack: [standing.id for standing in ranked].index(name)
        for name, stacks in zip(worlds.frameworks, worlds.stacks, strict=True)
        for stack in stacks
    }
    stack_order = sorted(
        candidates,
        key=lambda row: (
            candidates[row].excluded_share == 1,
            position[row],
            row not in representative_rows,
            *_rank_key(candidates[row]),
        ),
    )
    evidence = _evidence_share(
        worlds, [representative_rows[worlds.frameworks.index(standing.id)] for standing in ranked[:2]]
    )
    return Ranking(tuple(ranked), tuple(candidates[row] for row in stack_order), label_of(ranked, evidence), evidence)


def _stack_wins(worlds: Worlds, stacks: tuple[int, ...]) -> NDArray[np.bool_] | NDArray[np.floating]:
    """Return the share of its framework's win that each stack gets in each world: the best by expectation gets it."""
    rows = list(stacks)
    if len(rows) == 1:
        return np.ones((1, worlds.answers.worlds), dtype=np.bool_)
    utility = np.where(worlds.excluded[rows], -1, worlds.expected[rows])
    return _split_wins(utility == utility.max(axis=0))


def _split_wins(best: NDArray[np.bool_]) -> NDArray[np.bool_] | NDArray[np.floating]:
    """Return the share of a win each row gets in each world: where several are best, they share it equally."""
    count = best.sum(axis=0, dtype=np.int16)
    return best if count.max(initial=0) <= 1 else best / np.maximum(count, np.int16(1))


def _rank_key(standing: Standing) -> tuple[bool, float, str]:
    return standing.excluded_share == 1, standing.expected_regret, standing.id


def label_of(frameworks: Sequence[Standing], evidence: float) -> Label:
    """Return the label of a ranking.

    Args:
        frameworks: best first.
        evidence: share of the beliefs about the two best that comes from evidence, not from the prior.
    """
    leader = frameworks[0]
    if evidence < EVIDENCE_SHARE or leader.excluded_share == 1:
        return "not-enough-evidence"
    rivals = [standing for standing in frameworks[1:] if standing.excluded_share < 1]
    if rivals and rivals[0].expected_regret - leader.expected_regret <= TIE_GAP:
        return "either-will-do"
    return "clear" if leader.p_best >= CLEAR_SHARE and leader.expected_regret <= CLEAR_REGRET else "lean"


def _evidence_share(worlds: Worlds, rows: list[int]) -> float:
    """Return the weighted share of a candidate's beliefs that comes from evidence: the smallest among some candidates."""
    shares = []
    for row in rows:
        by_world = np.zeros(worlds.answers.worlds, dtype=np.float32)
        for index, criterion in enumerate(worlds.criteria):
            belief = worlds.beliefs[worlds.candidates[row], criterion]
            by_world += worlds.weighting.shares[index] * belief.evidence_share
        shares.append(float(np.mean(by_world)))
    return min(shares, default=0.0)


@dataclass(frozen=True)
class Doubt:
    """How sure the recommended framework would be if only one thing were uncertain: its p_best for each alone.

    While one varies the others are fixed: facts at their means, weights at their nominal values, unanswered questions at
    their most common answers. The three are never combined into one number.
    """

    facts: float
    weights: float
    answers: float


def doubt(worlds: Worlds, common: Worlds, framework: str) -> Doubt:
    """Split the doubt about a framework into its three sources.

    Args:
        worlds: the evaluated reading.
        common: the same reading with every unanswered question at its most common answer.
        framework: the recommended one.
    """
    representative_rows, row = representatives(worlds), worlds.frameworks.index(framework)
    return Doubt(
        facts=_win_share(common.drawn_facts, representative_rows, row),
        weights=_win_share(common.expected, representative_rows, row),
        answers=_win_share_over_answers(worlds, representative_rows, row),
    )


def _win_share(utility: Values, representative_rows: list[int], row: int) -> float:
    contestants = utility[representative_rows]
    win = contestants == contestants.max(axis=0)
    return float((win[row] / win.sum(axis=0)).mean())


def _win_share_over_answers(worlds: Worlds, representative_rows: list[int], row: int) -> float:
    """Return the share of the possible answers for which a framework wins at mean values and nominal weights."""
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.worlds)
    return _win_share(worlds.mean[:, possible], representative_rows, row) if possible.any() else 0.0
