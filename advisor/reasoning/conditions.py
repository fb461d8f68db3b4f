"""Answers and conditions in every world, as columns: one boolean per world, or a single one where all worlds agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from advisor.knowledge.condition import Condition, comparisons_of
from advisor.knowledge.question import Impossible, Question
from advisor.reasoning.columns import FALSE, TRUE, AnswerColumns, Truth, any_of, share_of
from advisor.reasoning.combinations import applies_where, combine, with_partners
from advisor.reasoning.profile import Profile
from advisor.reasoning.streams import uncached_uniform, uniform
from advisor.text import Text

__all__ = [
    "FALSE", "TRUE", "AnswerColumns", "Conditions", "Truth", "choices_at", "draw_answers", "known_answers", "left_out",
    "not_applicable", "share_of", "shares_now",
]  # fmt: skip

MAX_REDRAWS = 8


class Conditions:
    """Evaluates each distinct condition once per set of worlds.

    Attributes:
        each: the same for every combination of answers by itself; just this where every world has one.
    """

    def __init__(self, answers: AnswerColumns) -> None:
        self.answers = answers
        self.each: tuple[Conditions, ...] = tuple(map(Conditions, answers.each)) or (self,)
        self._evaluated: dict[Condition, Truth] = {}

    def holds(self, condition: Condition) -> Truth:
        """Return in which worlds a condition holds: TRUE or FALSE itself where they agree, a column where they differ."""
        truth = self._evaluated.get(condition)
        if truth is None:
            if self.answers.each:
                truth = any_of([combination.holds(condition) for combination in self.each])
            else:
                truth = self.answers.holds(condition)
            if truth.all():
                truth = TRUE
            elif not truth.any():
                truth = FALSE
            self._evaluated[condition] = truth
        return truth


def draw_answers(
    questions: Mapping[str, Question],
    impossible: Sequence[Impossible],
    profile: Profile,
    world_count: int,
    redraws: int = MAX_REDRAWS,
) -> AnswerColumns:
    """Draw the unknown answers of a project.

    Args:
        questions: all questions, ordered so that `when` refers to earlier ones only.
        impossible: combinations of answers that cannot exist. Worlds with one are drawn again.
        profile: the known answers.
        world_count: how many to draw.
        redraws: how often impossible worlds are drawn again before they are left marked as such.

    Returns:
        The answers in every world; those to known questions are single values, whatever the number of worlds.
    """
    answers = _draw(questions, impossible, profile, world_count, attempt=0)
    for attempt in range(1, redraws + 1):
        if answers.possible.all() or not answers.possible.ndim:
            break
        rows = np.flatnonzero(~answers.possible)
        _replace(answers, rows, _draw(questions, impossible, profile, world_count, attempt, rows))
    return combine(questions, impossible, answers)


def known_answers(
    questions: Mapping[str, Question], profile: Profile, impossible: Sequence[Impossible] = ()
) -> AnswerColumns:
    """Return the known answers of a project as a single world; an unanswered question equals none of its choices.

    An answer to a question that the answers before it rule out does not count, nor does one that is in no combination
    but impossible ones.
    """
    truths: dict[str, Mapping[str, Truth]] = {}
    answers = AnswerColumns(1, truths, TRUE)
    for id, question in questions.items():
        applies = _reads_unanswered(profile, question.when) or bool(applies_where(questions, answers, question))
        truths[id] = _truths(question, profile.known(id) if applies else ())
    return combine(questions, impossible, answers)


def left_out(
    questions: Mapping[str, Question], profile: Profile, impossible: Sequence[Impossible]
) -> tuple[tuple[str, str], ...]:
    """Return the known answers, as (question, choice), that are in no combination with the others but impossible ones."""
    before, kept = known_answers(questions, profile).chosen, known_answers(questions, profile, impossible).chosen
    return tuple(
        (id, choice) for id in before for choice, truth in before[id].items() if truth and not kept[id][choice]
    )


def not_applicable(questions: Mapping[str, Question], profile: Profile) -> tuple[str, ...]:
    """Return the questions that were answered although the other answers say that they do not apply."""
    answers = known_answers(questions, profile)
    return tuple(
        id for id in questions if profile.known(id) and not any(truth.any() for truth in answers.chosen[id].values())
    )


def _reads_unanswered(profile: Profile, condition: Condition) -> bool:
    """Return whether a condition reads a question that is not answered."""
    return any(not profile.known(comparison.question) for comparison in comparisons_of(condition))


def _truths(question: Question, choices: tuple[str, ...]) -> dict[str, Truth]:
    return {choice: TRUE if choice in choices else FALSE for choice in question.choice_ids}


def _draw(
    questions: Mapping[str, Question],
    impossible: Sequence[Impossible],
    profile: Profile,
    world_count: int,
    attempt: int,
    rows: NDArray[np.intp] | None = None,
) -> AnswerColumns:
    """Draw the answers of all worlds, or of those in `rows`; every world has random numbers of its own."""
    truths: dict[str, Mapping[str, Truth]] = {}
    answers = AnswerColumns(world_count if rows is None else len(rows), truths, TRUE)
    for id, question in questions.items():
        if choices := profile.known(id):
            applies = applies_where(questions, answers, question)
            truths[id] = {choice: truth & applies for choice, truth in _truths(question, choices).items()}
        else:
            uniforms = (
                uniform(world_count, "answer", id)
                if rows is None
                else uncached_uniform(world_count, "answer", id, str(attempt))[rows]
            )
            truths[id] = choices_at(question, answers, uniforms, applies_where(questions, answers, question))
            truths[id] = with_partners(questions, impossible, answers, question)
    return replace(answers, possible=combine(questions, impossible, answers).possible)


def choices_at(
    question: Question, answers: AnswerColumns, uniforms: NDArray[np.floating], applies: Truth
) -> dict[str, Truth]:
    """Draw one choice of a question per world, each with the probability its share states.

    A question that may have several answers also gets one: the main one.

    Args:
        question: its choices are drawn by their shares.
        answers: the answers to the questions before it, on which the shares may depend.
        uniforms: numbers from [0, 1), one per world; equal numbers give equal choices.
        applies: the worlds in which the question applies; in the others nothing is chosen.
    """
    if not applies.ndim and not applies:
        return dict.fromkeys(question.choice_ids, FALSE)
    truths: dict[str, Truth] = {}
    low: NDArray[np.float64] | float = 0.0
    for choice, share in zip(question.choices, _shares(question, answers), strict=True):
        is_last = choice is question.choices[-1]
        high = 2.0 if is_last else low + share  # shares may sum to a little below 1
        truths[choice.id] = (uniforms >= low) & (uniforms < high) & applies
        low = high
    return truths


def shares_now(question: Question, answers: AnswerColumns) -> tuple[Sequence[float], Sequence[Text]]:
    """Return how common the choices of a question are in what the answers before it leave open.

    Args:
        question: one that is not answered.
        answers: the answers in every world.

    Returns:
        The share of each choice, averaged over the worlds in which the question applies; and why the shares are what they are.
    """
    counted = np.broadcast_to(answers.holds(question.when) & answers.possible, answers.world_count)
    shares = [np.broadcast_to(share, answers.world_count)[counted] for share in _shares(question, answers)]
    if not counted.any():
        return [choice.share for choice in question.choices], [question.assumes]
    assumed, others = [], np.zeros(answers.world_count, dtype=bool)
    for other in question.other_shares:
        holds = np.broadcast_to(answers.holds(other.when), answers.world_count) & counted & ~others
        assumed += [other.assumes] if holds.any() else []
        others |= holds
    return [float(share.mean()) for share in shares], [*([] if others[counted].all() else [question.assumes]), *assumed]


def _shares(question: Question, answers: AnswerColumns) -> list[NDArray[np.float64] | float]:
    """Return the share of each choice, by world where it depends on the answers so far."""
    shares: list[NDArray[np.float64] | float] = [choice.share for choice in question.choices]
    for other in reversed(question.other_shares):
        holds = answers.holds(other.when)
        if holds.any():
            shares = [
                np.where(holds, other.shares[id], share) for id, share in zip(question.choice_ids, shares, strict=True)
            ]
    return shares


def _replace(answers: AnswerColumns, rows: NDArray[np.intp], redrawn: AnswerColumns) -> None:
    """Replace some worlds of a draw, in place, by those drawn for them."""
    for question, choices in answers.chosen.items():
        for choice, truth in choices.items():
            if truth.ndim:
                truth[rows] = redrawn.chosen[question][choice]
    answers.possible[rows] = redrawn.possible
