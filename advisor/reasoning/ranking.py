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
"""Two frameworks whose values differ by no more are a tie where neither wins most worlds. The difference is the cost of choosing
the second. The regret alone also contains what nobody could know, which is there in exact ties as well. Called a tie although one
wins most worlds, of the open half of the back-test 13 answers were ties, of which one was; so it is 9, of the same one."""
CLEAR_SHARE = 0.9
"""At 0.8 one true tie in six was called clear, at 0.9 one in sixteen (tests/benchmarks/reasoning.py --part labels)."""
CLEAR_REGRET = 0.05
MAJORITY = 0.5
LEAST_MORE_WINS = 0.005
"""A rival whose share of won worlds is larger by no more than this wins as often: such a difference is chance in 10,000 worlds."""


class Standing(Struct, frozen=True):
    """How well one candidate or framework does over all worlds.

    Attributes:
        id: the id of the candidate or framework.
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
        frameworks, candidates: their standings, ordered by value, best first.
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
    value, representative_rows = values_of(worlds), representatives(worlds)
    first = min(
        range(len(representative_rows)), key=lambda row: (-value[representative_rows[row]], worlds.frameworks[row])
    )
    return worlds.candidates[representative_rows[first]] if np.isfinite(value[representative_rows[first]]) else None


def _mean(worlds: Worlds, rows: NDArray[np.generic]) -> NDArray[np.float64]:
    """Return the mean of each row over the possible worlds, shape (rows,)."""
    possible = worlds.answers.possible
    columns = rows if possible.all() else rows[:, possible]
    return np.asarray(columns.mean(axis=1, dtype=np.float64)) if columns.size else np.zeros(len(rows))


def rank(worlds: Worlds) -> Ranking:
    """Rank frameworks and candidates of one reading by their value."""
    representative_rows = representatives(worlds)
    values = _mean(worlds, worlds.expected)
    out_share, excluded_share = _mean(worlds, worlds.out), _mean(worlds, worlds.excluded)
    wins, mean_of_best = _wins(worlds, worlds.drawn, representative_rows)

    def standing(id: str, row: int, win_shares: NDArray[np.generic]) -> Standing:
        """Return the standing of a candidate or framework, from a candidate's row and the share of each world that is won."""
        p_best = float(win_shares.mean(dtype=np.float64)) if win_shares.size else 0.0
        regret = max(0.0, mean_of_best - float(values[row]))
        return Standing(id, p_best, regret, float(values[row]), float(excluded_share[row]), float(out_share[row]))

    counting = _counting_worlds(worlds, _representatives_out(worlds, representative_rows))
    standing_by_row = {
        row: standing(worlds.candidates[row], row, wins[index] * win_share[counting])
        for index, rows in enumerate(worlds.stacks)
        for row, win_share in zip(rows, _stack_wins(worlds, rows), strict=True)
    }
    frameworks = [
        standing(name, row, win_shares)
        for name, row, win_shares in zip(worlds.frameworks, representative_rows, wins, strict=True)
    ]
    frameworks.sort(key=_rank_key)
    framework_order = [framework.id for framework in frameworks]
    position_by_row = {
        row: framework_order.index(name)
        for name, rows in zip(worlds.frameworks, worlds.stacks, strict=True)
        for row in rows
    }

    def candidate_key(row: int) -> tuple[object, ...]:
        """Order stacks by their framework's position; the one that represents it comes first, barred ones come last of all."""
        represents = row in representative_rows
        return worlds.barred[row], position_by_row[row], not represents, *_rank_key(standing_by_row[row])

    candidates = [standing_by_row[row] for row in sorted(standing_by_row, key=candidate_key)]
    best_two = [representative_rows[worlds.frameworks.index(id)] for id in framework_order[:2]]
    evidence_share = _evidence_share(worlds, best_two)
    return Ranking(tuple(frameworks), tuple(candidates), label_of(frameworks, evidence_share), evidence_share)


def _wins(worlds: Worlds, utility: Values, representative_rows: list[int]) -> tuple[NDArray[np.generic], float]:
    """Return the share of each world that each framework wins, and the mean utility of the best.

    Args:
        worlds: the evaluated reading.
        utility: utility of each candidate, shape (candidates, worlds).
        representative_rows: for each framework the row of the stack that represents it.

    Returns:
        Shares, shape (frameworks, worlds that count), and the mean over the worlds that count.
    """
    out = _representatives_out(worlds, representative_rows)
    utility_if_in = np.where(out, np.float32(-np.inf), utility[representative_rows])
    counting = _counting_worlds(worlds, out)
    if not counting.all():
        utility_if_in = utility_if_in[:, counting]
    best = utility_if_in.max(axis=0)
    return _split_wins(utility_if_in == best), float(best.mean(dtype=np.float64)) if best.size else 0.0


def _counting_worlds(worlds: Worlds, representatives_out: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which worlds count: those that are possible, and in which not every framework's representative is out."""
    return np.asarray(~representatives_out.all(axis=0) & worlds.answers.possible)


def _representatives_out(worlds: Worlds, representative_rows: list[int]) -> NDArray[np.bool_]:
    """Return which of the stacks that represent the frameworks is out of each world, shape (frameworks, worlds).

    A stack that does not represent its framework may meet more than all that do; then the best of those win that world, but
    never one that is out of every world.
    """
    barred = worlds.barred[representative_rows] & ~worlds.barred[representative_rows].all()
    excluded = worlds.excluded[representative_rows] | barred[:, np.newaxis]
    return out_among(excluded, worlds.failed[representative_rows])


def _stack_wins(worlds: Worlds, stacks: tuple[int, ...]) -> NDArray[np.bool_] | NDArray[np.floating]:
    """Return, for each world, how a framework's win is split among its stacks: the one with the highest expected utility gets it."""
    rows = list(stacks)
    if len(rows) == 1:
        return np.ones((1, worlds.answers.world_count), dtype=np.bool_)
    utility = np.where(worlds.excluded[rows], -np.inf, worlds.expected[rows])
    return _split_wins(utility == utility.max(axis=0))


def _split_wins(best: NDArray[np.bool_]) -> NDArray[np.bool_] | NDArray[np.floating]:
    """Return the share of a win each row gets in each world: where several are best, they share it equally."""
    count = best.sum(axis=0, dtype=np.int16)
    return best if count.max(initial=0) <= 1 else best / np.maximum(count, np.int16(1))


def _rank_key(standing: Standing) -> tuple[bool, bool, float, str]:
    return standing.excluded_share == 1, standing.out_share == 1, -standing.value, standing.id


def label_of(frameworks: Sequence[Standing], evidence_share: float) -> Label:
    """Return the label of a ranking: how sure it is, and never surer than the shares of the worlds that are won.

    Args:
        frameworks: best first.
        evidence_share: share of the beliefs about the two best that comes from evidence, not from the prior.
    """
    leader = frameworks[0]
    if evidence_share < EVIDENCE_SHARE or leader.excluded_share == 1:
        return "not-enough-evidence"
    if max(standing.p_best for standing in frameworks) > leader.p_best + LEAST_MORE_WINS:
        return "depends"
    is_tie = len(tied(frameworks)) > 1
    if leader.p_best < MAJORITY:
        return "either-will-do" if is_tie else "depends"
    is_sure = leader.p_best >= CLEAR_SHARE and leader.expected_regret <= CLEAR_REGRET
    return "clear" if is_sure and not is_tie else "lean"


def tied(frameworks: Sequence[Standing]) -> tuple[str, ...]:
    """Return the first framework and those whose value is as good as its own, best first."""
    first = frameworks[0]
    others = [standing for standing in frameworks[1:] if standing.out_share < 1]
    return (first.id, *(standing.id for standing in others if first.value - standing.value <= TIE_GAP))


def _evidence_share(worlds: Worlds, rows: list[int]) -> float:
    """Return the weighted share of a candidate's beliefs that comes from evidence: the smallest among the candidates in `rows`."""
    shares = []
    for row in rows:
        by_world = np.zeros(worlds.answers.world_count, dtype=np.float32)
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


def doubt(worlds: Worlds, worlds_at_common_answers: Worlds, framework: str) -> Doubt:
    """Split the doubt about a framework into its three sources.

    Args:
        worlds: the evaluated reading.
        worlds_at_common_answers: the same reading with every unanswered question at its most common answer.
        framework: the recommended framework.
    """
    representative_rows, index = representatives(worlds), worlds.frameworks.index(framework)
    common = worlds_at_common_answers
    return Doubt(
        facts=_win_share(common, common.drawn_facts, representative_rows, index),
        weights=_win_share(common, common.expected, representative_rows, index),
        answers=_win_share(worlds, worlds.mean, representative_rows, index),
    )


def _win_share(worlds: Worlds, utility: Values, representative_rows: list[int], index: int) -> float:
    """Return the share of the worlds that the framework at `index` wins at some utilities; 0 where no world counts."""
    wins, _ = _wins(worlds, utility, representative_rows)
    return float(wins[index].mean(dtype=np.float64)) if wins.size else 0.0
