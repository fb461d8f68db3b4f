"""Conditions and rules on columns of worlds: one boolean per world, or a single one where all worlds agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.condition import All, AnyOf, Condition, Is
from advisor.knowledge.question import Question
from advisor.reasoning.profile import Profile
from advisor.reasoning.streams import fresh_uniform, uniform

Truth = NDArray[np.bool_]
"""Shape () where every world agrees, else (worlds,)."""

TRUE, FALSE = np.array(True), np.array(False)


def share_of(truth: Truth) -> float:
    """Return in what share of the worlds something is so."""
    return np.count_nonzero(truth) / truth.size


MAX_REDRAWS = 8


@dataclass(frozen=True)
class AnswerColumns:
    """The answers in every world: for each question and choice, in which worlds it was given."""

    worlds: int
    chosen: Mapping[str, Mapping[str, Truth]]
    possible: Truth
    """Worlds whose combination of answers can exist."""

    def holds(self, condition: Condition) -> Truth:
        """Evaluate a condition in every world; a question that does not apply equals none of its choices."""
        if isinstance(condition, Is):
            chosen = self.chosen[condition.question]
            return _any([chosen[choice] for choice in condition.choices])
        if isinstance(condition, All):
            return reduce(np.logical_and, map(self.holds, condition.parts), TRUE)
        if isinstance(condition, AnyOf):
            return _any([self.holds(part) for part in condition.parts])
        return np.logical_not(self.holds(condition.part))


def _any(parts: list[Truth]) -> Truth:
    return reduce(np.logical_or, parts, FALSE)


class Conditions:
    """Evaluates each distinct condition once per set of worlds."""

    def __init__(self, answers: AnswerColumns) -> None:
        self.answers = answers
        self._known: dict[Condition, Truth] = {}

    def holds(self, condition: Condition) -> Truth:
        """Return in which worlds the condition holds: a column only where they differ."""
        known = self._known.get(condition)
        if known is None:
            known = np.asarray(self.answers.holds(condition))
            if known.all():
                known = TRUE
            elif not known.any():
                known = FALSE
            self._known[condition] = known
        return known


def draw_answers(
    questions: Mapping[str, Question],
    impossible: tuple[Condition, ...],
    profile: Profile,
    worlds: int,
    redraws: int = MAX_REDRAWS,
) -> AnswerColumns:
    """Draw the unknown answers of a project.

    Args:
        questions: the vocabulary, in an order where `when` looks back only.
        impossible: combinations that cannot exist; drawn again, and dropped if they keep coming up.
        profile: what is known.
        worlds: how many versions of the project to draw.
        redraws: how often to draw impossible worlds again before they are left marked as such.

    Returns:
        The answers in every world. Known questions hold a single value, whatever the number of worlds.
    """
    answers = _draw(questions, impossible, profile, worlds, attempt=0)
    for attempt in range(1, redraws + 1):
        if answers.possible.all() or not answers.possible.ndim:
            break
        bad = np.flatnonzero(~answers.possible)
        _mend(answers, bad, _draw(questions, impossible, profile, worlds, attempt, bad))
    return answers


def known_answers(questions: Mapping[str, Question], profile: Profile) -> AnswerColumns:
    """Return what is known of a project as its single world; a question without an answer equals none of its choices."""
    chosen = {id: _known(question, profile.known(id)) for id, question in questions.items()}
    return AnswerColumns(1, chosen, TRUE)


def _known(question: Question, choices: tuple[str, ...]) -> dict[str, Truth]:
    return {choice: TRUE if choice in choices else FALSE for choice in question.choice_ids}


def _draw(
    questions: Mapping[str, Question],
    impossible: tuple[Condition, ...],
    profile: Profile,
    worlds: int,
    attempt: int,
    only: NDArray[np.intp] | None = None,
) -> AnswerColumns:
    """Draw the answers of all worlds, or of some of them; each world's numbers are its own."""
    chosen: dict[str, Mapping[str, Truth]] = {}
    answers = AnswerColumns(worlds if only is None else len(only), chosen, TRUE)
    for id, question in questions.items():
        if known := profile.known(id):
            chosen[id] = _known(question, known)
        else:
            level = (
                uniform(worlds, "answer", id)
                if only is None
                else fresh_uniform(worlds, "answer", id, str(attempt))[only]
            )
            chosen[id] = choices_at(question, level, answers.holds(question.when))
    clash = _any([answers.holds(condition) for condition in impossible])
    return AnswerColumns(answers.worlds, chosen, np.logical_not(clash))


def choices_at(question: Question, level: NDArray[np.floating], applies: Truth) -> dict[str, Truth]:
    """Draw one choice per world by the stated shares; a set question gets one choice, its main one.

    Args:
        question: with its choices.
        level: uniform numbers from [0, 1), one per world.
        applies: in which worlds the question applies; elsewhere nothing is chosen.
    """
    if not applies.ndim and not applies:
        return dict.fromkeys(question.choice_ids, FALSE)
    chosen, low = {}, 0.0
    for choice in question.choices:
        high = low + choice.share
        chosen[choice.id] = (level >= low) & (level < (high if choice is not question.choices[-1] else 2.0)) & applies
        low = high
    return chosen


def _mend(answers: AnswerColumns, bad: NDArray[np.intp], again: AnswerColumns) -> None:
    """Replace the impossible worlds of a draw, in place, by others drawn for them."""
    for question, choices in answers.chosen.items():
        for choice, truth in choices.items():
            if truth.ndim:
                truth[bad] = again.chosen[question][choice]
    answers.possible[bad] = again.possible
