"""Which framework wins, how often, and what a wrong choice costs.

A framework with several stacks is represented by one of them: the stack with the best expected utility over all worlds, which
is the one to install today. Three stacks believed equal therefore win no more often than one, and no framework is credited
with choosing the best stack in each world, which nobody could know.

There is one order and one base. Frameworks are ordered by their value, the mean utility over all worlds at drawn weights; the
regret of each is what its value lies below the mean of the best in every world; and the shares of the worlds they win add to 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from advisor.reasoning.weighting import Values
from advisor.reasoning.worlds import Worlds, out_among
from advisor.words import Label

EVIDENCE_SHARE = 0.5
TIE_GAP = 0.03
"""Two frameworks whose values differ by no more are a tie. The difference is the cost of choosing the second. The regret alone
also contains what nobody could know, which is there in exact ties as well."""
CLEAR_SHARE = 0.9
"""At 0.8 one true tie in six was called clear, at 0.9 one in sixteen (tests/benchmarks/reasoning.py --part labels)."""
CLEAR_REGRET = 0.05
MAJORITY = 0.5
LEAST_MORE_WINS = 0.005
"""A rival that wins in a larger share of the worlds by no more wins as often: that much is chance in 10,000 worlds."""


class Standing(Struct, frozen=True):
    """How well one candidate or framework does over all worlds.

    Attributes:
        id: of the candidate or framework.
        p_best: share of the worlds it wins, 0 to 1; those of all frameworks add to 1.
        expected_regret: how far its value lies below the mean utility of the best choice of each world.
        value: mean utility, less the cost of the worlds it is out of; below 1.
        excluded_share: share of the worlds in which a constraint excludes it.
        out_share: share of the worlds in which it is excluded, or fails more requirements than another.
    """

    id: str
    p_best: float
    expected_regret: float
    value: float
    excluded_share: float
    out_share: float


class Ranking(Struct, frozen=True):
    """The result of one reading.

    Attributes:
        frameworks, candidates: by value, best first.
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
    value = values_of(worlds)
    return [min(stacks, key=lambda row: (-value[row], worlds.candidates[row])) for stacks in worlds.stacks]


def values_of(worlds: Worlds) -> NDArray[np.float64]:
    """Return the value of each candidate, shape (candidates,): its mean utility at drawn weights; -inf where it is barred."""
    return np.where(worlds.barred, -np.inf, _mean(worlds, worlds.expected))


def leader_of(worlds: Worlds) -> str | None:
    """Return the candidate that `rank` puts first; None where everybody is excluded everywhere."""
    value, chosen = values_of(worlds), representatives(worlds)
    first = min(range(len(chosen)), key=lambda row: (-value[chosen[row]], worlds.frameworks[row]))
    return worlds.candidates[chosen[first]] if np.isfinite(value[chosen[first]]) else None


def _mean(worlds: Worlds, rows: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return the mean of each row over the possible worlds, shape (rows,)."""
    possible = worlds.answers.possible
    columns = rows if possible.all() else rows[:, possible]
    return np.asarray(columns.mean(axis=1, dtype=np.float64)) if columns.size else np.zeros(len(rows))


def rank(worlds: Worlds) -> Ranking:
    """Rank frameworks and candidates of one reading by their value."""
    chosen = representatives(worlds)
    value, out, excluded = _mean(worlds, worlds.expected), _mean(worlds, worlds.out), _mean(worlds, worlds.excluded)
    wins, mean_of_best = _wins(worlds, worlds.drawn, chosen)

    def standing(id: str, row: int, win: NDArray[np.generic]) -> Standing:
        p_best = float(win.mean(dtype=np.float64)) if win.size else 0.0
        regret = max(0.0, mean_of_best - float(value[row]))
        return Standing(id, p_best, regret, float(value[row]), float(excluded[row]), float(out[row]))

    counted = ~_out_among_chosen(worlds, chosen).all(axis=0) & worlds.answers.possible
    candidates = {
        stack: standing(worlds.candidates[stack], stack, wins[framework] * part[counted])
        for framework, stacks in enumerate(worlds.stacks)
        for stack, part in zip(stacks, _stack_wins(worlds, stacks), strict=True)
    }
    frameworks = [standing(name, chosen[row], wins[row]) for row, name in enumerate(worlds.frameworks)]
    ranked = sorted(frameworks, key=_rank_key)
    place = {
        stack: [framework.id for framework in ranked].index(name)
        for name, stacks in zip(worlds.frameworks, worlds.stacks, strict=True)
        for stack in stacks
    }
    stack_order = sorted(
        candidates,
        key=lambda row: (worlds.barred[row], place[row], row not in chosen, *_rank_key(candidates[row])),
    )
    evidence = _evidence_share(worlds, [chosen[worlds.frameworks.index(standing.id)] for standing in ranked[:2]])
    return Ranking(tuple(ranked), tuple(candidates[row] for row in stack_order), label_of(ranked, evidence), evidence)


def _wins(worlds: Worlds, utility: Values, chosen: list[int]) -> tuple[NDArray[np.generic], float]:
    """Return the share of each world that each framework wins, and the mean utility of the best.

    Args:
        worlds: the evaluated reading.
        utility: of the candidates, shape (candidates, worlds).
        chosen: the rows that represent the frameworks.

    Returns:
        Shares, shape (frameworks, worlds that count): the possible ones in which not all are excluded.
    """
    out = _out_among_chosen(worlds, chosen)
    counted = ~out.all(axis=0) & worlds.answers.possible
    allowed = np.where(out, np.float32(-np.inf), utility[chosen])
    if not counted.all():
        allowed = allowed[:, counted]
    best = allowed.max(axis=0)
    return _split_wins(allowed == best), float(best.mean(dtype=np.float64)) if best.size else 0.0


def _out_among_chosen(worlds: Worlds, chosen: list[int]) -> NDArray[np.bool_]:
    """Return which of the stacks that represent the frameworks is out of each world, shape (frameworks, worlds).

    A stack that does not represent its framework may meet more than all that do; then the best of those win that world, but
    never one that is out of every world.
    """
    barred = worlds.barred[chosen] & ~worlds.barred[chosen].all()
    return out_among(worlds.excluded[chosen] | barred[:, np.newaxis], worlds.failed[chosen])


def _stack_wins(worlds: Worlds, stacks: tuple[int, ...]) -> NDArray[np.bool_] | NDArray[np.floating]:
    """Return the share of its framework's win that each stack gets in each world: the best by expectation gets it."""
    rows = list(stacks)
    if len(rows) == 1:
        return np.ones((1, worlds.answers.worlds), dtype=np.bool_)
    utility = np.where(worlds.excluded[rows], -np.inf, worlds.expected[rows])
    return _split_wins(utility == utility.max(axis=0))


def _split_wins(best: NDArray[np.bool_]) -> NDArray[np.bool_] | NDArray[np.floating]:
    """Return the share of a win each row gets in each world: where several are best, they share it equally."""
    count = best.sum(axis=0, dtype=np.int16)
    return best if count.max(initial=0) <= 1 else best / np.maximum(count, np.int16(1))


def _rank_key(standing: Standing) -> tuple[bool, bool, float, str]:
    return standing.excluded_share == 1, standing.out_share == 1, -standing.value, standing.id


def label_of(frameworks: Sequence[Standing], evidence: float) -> Label:
    """Return the label of a ranking: how sure it is, and never surer than the shares of the worlds that are won.

    Args:
        frameworks: best first.
        evidence: share of the beliefs about the two best that comes from evidence, not from the prior.
    """
    leader = frameworks[0]
    if evidence < EVIDENCE_SHARE or leader.excluded_share == 1:
        return "not-enough-evidence"
    if max(standing.p_best for standing in frameworks) > leader.p_best + LEAST_MORE_WINS:
        return "depends"
    if len(tied(frameworks)) > 1:
        return "either-will-do"
    if leader.p_best < MAJORITY:
        return "depends"
    return "clear" if leader.p_best >= CLEAR_SHARE and leader.expected_regret <= CLEAR_REGRET else "lean"


def tied(frameworks: Sequence[Standing]) -> tuple[str, ...]:
    """Return the first framework and those whose value is as good as its own, best first."""
    first = frameworks[0]
    others = [standing for standing in frameworks[1:] if standing.out_share < 1]
    return (first.id, *(standing.id for standing in others if first.value - standing.value <= TIE_GAP))


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


class Doubt(Struct, frozen=True):
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
        facts=_win_share(common, common.drawn_facts, representative_rows, row),
        weights=_win_share(common, common.expected, representative_rows, row),
        answers=_win_share(worlds, worlds.mean, representative_rows, row),
    )


def _win_share(worlds: Worlds, utility: Values, chosen: list[int], row: int) -> float:
    """Return the share of the worlds a framework wins at some utilities; 0 where no world counts."""
    wins, _ = _wins(worlds, utility, chosen)
    return float(wins[row].mean(dtype=np.float64)) if wins.size else 0.0
