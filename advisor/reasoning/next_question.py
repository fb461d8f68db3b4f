"""Which question to ask next, what it can change, and when no answer can change the result any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.condition import questions_of
from advisor.knowledge.pack import Pack
from advisor.reasoning.assemble import draw_worlds
from advisor.reasoning.batch import Projects, draw_projects
from advisor.reasoning.conditions import AnswerColumns, Conditions
from advisor.reasoning.profile import Profile
from advisor.reasoning.readings import Grounds
from advisor.reasoning.streams import stream
from advisor.reasoning.value_of_information import current_means
from advisor.reasoning.worlds import Worlds, evaluate, weighting

LOOK = 2000
"""Worlds drawn to look ahead: the share of overtaken ones is known to about half a per cent."""
SKIPPED_LOOK, SKIPPED_DRAWS = 1000, 32
"""Projects looked at where answers were skipped, and how often those are drawn for each."""
SETTLED = 0.01
"""The leader counts as settled when another framework leads in no larger share of the fully answered projects."""


@dataclass(frozen=True)
class QuestionValue:
    """What one open question is worth.

    Attributes:
        gain: expected utility of choosing after its answer minus before.
        information: how much its answer tells about who wins once everything is answered (mutual information, in bits).
        flips: whether one of its answers alone makes another framework lead.
    """

    question: str
    gain: float
    information: float
    flips: bool


@dataclass(frozen=True)
class QuestionPlan:
    """What asking on could bring.

    Attributes:
        leader: the framework that leads now, at mean values; None where everything is ruled out.
        overtaken: in what share of the projects still possible another framework leads once everything is answered.
        questions: those that may still be asked, the most worth asking first.
    """

    leader: str | None
    overtaken: float
    questions: tuple[QuestionValue, ...]

    @property
    def settled(self) -> bool:
        """Whether the leader can no longer be overtaken, but for a chance of `SETTLED`."""
        return self.overtaken <= SETTLED


def plan_questions(
    pack: Pack,
    grounds: Grounds,
    profile: Profile,
    overrides: dict[str, float] | None = None,
    worlds: int = LOOK,
    skipped: Collection[str] = (),
) -> QuestionPlan:
    """Look ahead from what is known of a project.

    The order is that of expected regret removed (Raiffa & Schlaifer 1961). One answer alone often removes none, though
    two together would; such questions follow in the order of what they tell about the winner (Lindley 1956). What was
    skipped stays unknown whatever else is answered: a project is then decided by the mean over the skipped answers.

    Args:
        pack, grounds: the reading that answers will be held against; frameworks from outside take no part.
        profile: what is known.
        overrides: weights set by hand.
        worlds: how many versions of the project to look at.
        skipped: questions that were asked and will not be answered.
    """
    inside = [id for id, one in pack.frameworks.items() if not one.outside]

    def evaluated(answers: AnswerColumns) -> Worlds:
        conditions = Conditions(answers)
        return evaluate(pack, grounds, conditions, weighting(pack, conditions, overrides)).restricted_to(inside)

    seen = evaluated(draw_worlds(pack, profile, worlds))
    means = current_means(seen)
    if not means.max() > 0:
        return QuestionPlan(None, 0.0, ())
    leader, projects = _framework(seen, int(means.argmax())), worlds
    unknown = [id for id in skipped if not profile.known(id)]
    if unknown:
        projects = min(worlds, SKIPPED_LOOK)
        seen = evaluated(_skipping(pack, profile, projects, unknown))
    possible, conditions = np.broadcast_to(seen.answers.possible, seen.answers.worlds), Conditions(seen.answers)
    best = _winners(seen, possible, projects)
    overtaken = float((best[possible] != seen.frameworks.index(leader)).mean())
    open_ = [question for question in pack.asked if not profile.known(question.id) and question.id not in unknown]
    found = [
        _prospect(seen, question.id, best, possible) for question in open_ if conditions.holds(question.when).any()
    ]
    ranked = sorted(found, key=lambda one: (-round(one.gain, 4), -one.information, one.question))
    return QuestionPlan(leader, overtaken, tuple(_conditions_first(pack, conditions, ranked)))


def _conditions_first(pack: Pack, conditions: Conditions, ranked: list[QuestionValue]) -> Iterator[QuestionValue]:
    """Yield questions in order, but before one that may not apply those that decide whether it does."""
    waiting = {one.question: one for one in ranked}

    def due(one: QuestionValue) -> Iterator[QuestionValue]:
        if waiting.pop(one.question, None):
            when = pack.questions[one.question].when
            for part in () if conditions.holds(when).all() else questions_of(when):
                if part.question in waiting:
                    yield from due(waiting[part.question])
            yield one

    for one in ranked:
        yield from due(one)


def _framework(worlds: Worlds, row: int) -> str:
    return next(name for name, rows in zip(worlds.frameworks, worlds.stacks, strict=True) if row in rows)


def _skipping(pack: Pack, profile: Profile, projects: int, unknown: Collection[str]) -> AnswerColumns:
    """Draw projects that differ in what may still be answered, and for each of them the answers that were skipped.

    The skipped ones are drawn by Latin hypercube (McKay, Beckman & Conover 1979): each choice gets its share in every project.
    """
    whole = draw_worlds(pack, profile, projects)
    given = {
        id: np.stack([np.broadcast_to(truth, projects) for truth in chosen.values()])
        for id, chosen in whole.chosen.items()
        if id not in unknown
    }
    strata = np.tile((np.arange(SKIPPED_DRAWS, dtype=np.float32) + np.float32(0.5)) / SKIPPED_DRAWS, (projects, 1))
    levels = {id: stream("skipped", id).permuted(strata, axis=1).reshape(-1) for id in unknown}
    return draw_projects(pack, Projects(projects, given), SKIPPED_DRAWS, levels)


def _winners(worlds: Worlds, possible: NDArray[np.bool_], projects: int) -> NDArray[np.int64]:
    """Return which framework leads in each world, at the mean values of its project and with its best stack there.

    Args:
        worlds: those of one project side by side.
        possible: which of them can exist.
        projects: how many there are.
    """
    values = np.where(possible, worlds.mean, 0).reshape(len(worlds.candidates), projects, -1)
    means = values.sum(axis=2)
    leaders = np.stack([means[list(rows)].max(axis=0) for rows in worlds.stacks]).argmax(axis=0)
    return np.repeat(leaders, values.shape[2])


def _prospect(worlds: Worlds, question: str, best: NDArray[np.int64], possible: NDArray[np.bool_]) -> QuestionValue:
    """Value one question: split the possible worlds by its answer, those it does not apply to being one part more."""
    masks = [np.broadcast_to(truth, possible.shape) & possible for truth in worlds.answers.chosen[question].values()]
    masks.append(possible & ~np.any(masks, axis=0))
    total = int(possible.sum())
    sums = np.stack([worlds.mean @ mask.astype(np.float32) for mask in masks]).astype(np.float64)
    whole = sums.sum(axis=0)
    leader = _framework(worlds, int(whole.argmax()))
    after = {_framework(worlds, int(row.argmax())) for row, mask in zip(sums, masks, strict=True) if mask.any()}
    counts = np.stack([np.bincount(best[mask], minlength=len(worlds.frameworks)) for mask in masks])
    gain = float(sums.max(axis=1).sum() - whole.max()) / total
    return QuestionValue(question, max(0.0, gain), _information(counts / total), bool(after - {leader}))


def _information(joint: NDArray[np.float64]) -> float:
    """Return the mutual information of the rows and columns of a table of shares, in bits."""
    outer = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    ratio = np.divide(joint, outer, out=np.ones_like(joint), where=joint > 0)
    return float((joint * np.log2(ratio)).sum())
