"""Projects that must work with each of several answers: their combinations that can exist, and the worlds once for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from advisor.knowledge.condition import comparisons_of
from advisor.knowledge.question import Impossible, Question
from advisor.reasoning.columns import FALSE, TRUE, AnswerColumns, Truth, any_of


class _Combination(Struct, frozen=True):
    """One choice (or nothing) for each question whose answers are combined, and the worlds in which they were given."""

    choices: Mapping[str, str]
    given: Truth

    def alone(self, answers: AnswerColumns) -> AnswerColumns:
        """Return answers with this combination in every world."""
        constant = {
            id: {choice: TRUE if choice == self.choices[id] else FALSE for choice in answers.chosen[id]}
            for id in self.choices
        }
        return AnswerColumns(answers.world_count, {**answers.chosen, **constant}, TRUE)


NOTHING = ""
"""Stands in a combination for a question that does not apply, or that is not answered."""


def combine(
    questions: Mapping[str, Question], impossible: Sequence[Impossible], answers: AnswerColumns
) -> AnswerColumns:
    """Return answers with the worlds that can exist, and each combination by itself where some world has several.

    Combinations that cannot exist are dropped, and so are rare ones where another is left. A world is impossible where
    no combination can exist.
    """
    readable = [
        rule for rule in impossible if {part.question for part in comparisons_of(rule.when)} <= answers.chosen.keys()
    ]
    if not _combined_questions(questions, answers):
        clash = any_of([answers.holds(rule.when) for rule in readable if not rule.rare])
        return replace(answers, possible=np.logical_not(clash))
    combinations = list(_combinations(questions, answers))
    can_exist, common = [], []
    for combination in combinations:
        alone = combination.alone(answers)
        clash, rare = (
            any_of([alone.holds(rule.when) for rule in readable if rule.rare is flag]) for flag in (False, True)
        )
        can_exist.append(combination.given & ~clash)
        common.append(can_exist[-1] & ~rare)
    possible, has_common = any_of(can_exist), any_of(common)
    kept = np.stack(
        np.broadcast_arrays(
            *(
                usual | (can & ~has_common) | (combination.given & ~possible)
                for usual, can, combination in zip(common, can_exist, combinations, strict=True)
            )
        )
    )
    number = np.cumsum(kept, axis=0)
    each = []
    for position in range(1, int(number[-1].max()) + 1):
        picked = kept & (number == np.where(number[-1] >= position, position, 1))
        each.append(
            replace(answers, chosen={**answers.chosen, **_chosen(answers, combinations, picked)}, possible=possible)
        )
    chosen = {**answers.chosen, **_chosen(answers, combinations, kept)}
    return AnswerColumns(answers.world_count, chosen, possible, tuple(each) if len(each) > 1 else ())


def applies_where(questions: Mapping[str, Question], answers: AnswerColumns, question: Question) -> Truth:
    """Return the worlds in which a question applies to some combination of the answers so far."""
    reads_combined = any(questions[part.question].each for part in comparisons_of(question.when))
    return (combine(questions, (), answers) if reads_combined else answers).holds(question.when)


def with_partners(
    questions: Mapping[str, Question],
    impossible: Sequence[Impossible],
    answers: AnswerColumns,
    question: Question,
    where: Truth = TRUE,
) -> Mapping[str, Truth]:
    """Return the drawn answers to a question, and for each combination with which none of them can exist the commonest that can.

    Args:
        questions, impossible: of the pack.
        answers: the answers to the questions up to this one.
        question: its answers were drawn.
        where: the worlds in which they were.
    """
    drawn = answers.chosen[question.id]
    earlier = replace(answers, chosen={id: chosen for id, chosen in answers.chosen.items() if id != question.id})
    if not question.each or not _combined_questions(questions, earlier):
        return drawn
    completed, combinations = dict(drawn), list(_combinations(questions, earlier))
    several = np.sum(np.broadcast_arrays(*(combination.given for combination in combinations)), axis=0) > 1
    for combination in combinations:
        applies = where & combination.given & several & combination.alone(earlier).holds(question.when)
        partners = []
        for choice in sorted(question.choices, key=lambda choice: -choice.share):
            pair = {**combination.choices, question.id: choice.id}
            if not any(_clashes(rule, pair) for rule in impossible):
                partners.append(choice.id)
        if partners:
            alone = applies & ~any_of([drawn[id] for id in partners])
            completed[partners[0]] = completed[partners[0]] | alone
    return completed


def _clashes(rule: Impossible, pair: Mapping[str, str]) -> bool:
    """Return whether a rule about the questions of a combination alone says that it cannot exist, or is rare."""
    parts = list(comparisons_of(rule.when))
    if not {part.question for part in parts} <= pair.keys():
        return False
    chosen = {
        part.question: {id: np.array(id == pair[part.question]) for id in (*part.choices, pair[part.question])}
        for part in parts
    }
    return bool(AnswerColumns(1, chosen, TRUE).holds(rule.when))


def _combined_questions(questions: Mapping[str, Question], answers: AnswerColumns) -> list[str]:
    """Return the questions whose answers are combined, in order; none where no world gives several answers to one of them."""
    ids = [id for id in answers.chosen if questions[id].each]
    several = (np.sum(np.broadcast_arrays(*answers.chosen[id].values()), axis=0).max(initial=0) > 1 for id in ids)
    return ids if any(several) else []


def _combinations(questions: Mapping[str, Question], answers: AnswerColumns) -> Iterator[_Combination]:
    """Yield the combinations of the answers of some world, whether or not they can exist."""
    combinations = [_Combination({}, TRUE)]
    for id in _combined_questions(questions, answers):
        combinations = [
            extended
            for combination in combinations
            for extended in _extend(questions, answers, combination, questions[id])
        ]
    yield from combinations


def _extend(
    questions: Mapping[str, Question], answers: AnswerColumns, combination: _Combination, question: Question
) -> Iterator[_Combination]:
    """Yield a combination with each answer to one more question, or with nothing where it does not apply or is not answered."""
    applies = combination.alone(answers).holds(question.when)
    for part in comparisons_of(question.when):  # while one of these is open, it may apply
        if questions[part.question].each:
            applies = applies | ~any_of(list(answers.chosen[part.question].values()))
    truths = {choice: combination.given & applies & truth for choice, truth in answers.chosen[question.id].items()}
    truths[NOTHING] = combination.given & ~any_of(list(truths.values()))
    for choice, where_given in truths.items():
        if where_given.any():
            yield _Combination({**combination.choices, question.id: choice}, where_given)


def _chosen(
    answers: AnswerColumns, combinations: Sequence[_Combination], picked: NDArray[np.bool_]
) -> dict[str, Mapping[str, Truth]]:
    """Return the answers to the combined questions in the combinations picked in each world, shape (combinations,) or (combinations, worlds)."""
    return {
        id: {
            choice: any_of(
                [
                    row
                    for row, combination in zip(picked, combinations, strict=True)
                    if combination.choices[id] == choice
                ]
            )
            for choice in answers.chosen[id]
        }
        for id in combinations[0].choices
    }
