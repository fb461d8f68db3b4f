"""Every project there can be: complete enumeration of the answers a question about rules depends on, or a fixed sample.

A question that does not apply has no answer; combinations that cannot exist are left out. Where several answers may be
given every set of them counts; `none` is never combined. A space that would be larger than `MOST` is sampled instead, by numbers that
belong to its questions, and says that it is not complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import combinations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from advisor.knowledge.condition import Condition, comparisons_of
from advisor.knowledge.pack import Pack
from advisor.knowledge.question import Question
from advisor.reasoning.combinations import combine
from advisor.reasoning.conditions import AnswerColumns, Conditions, Truth
from advisor.reasoning.streams import uniform
from advisor.verification.defect import Example

MOST = 200_000
"""A space with more combinations of answers is sampled."""
SAMPLE = 20_000
MOST_SUBSETS = 6
"""Where more choices of a question may be combined than this, only single choices, pairs and all of them together are tried."""

Picked = NDArray[np.intp]
"""For each project the number of the option given to a question, -1 where the question does not apply."""


class AnswerSpace(Struct, frozen=True, dict=True):
    """Projects, as columns.

    Attributes:
        options: the questions it is about, and the answers each may get.
        picked: for each question the number of the option each project gives.
        complete: whether no project is missing.
    """

    options: Mapping[str, list[tuple[str, ...]]]
    picked: Mapping[str, Picked]
    answers: AnswerColumns
    complete: bool

    @cached_property
    def conditions(self) -> Conditions:
        """The evaluator of conditions about its questions; each condition is evaluated once."""
        return Conditions(self.answers)

    def holds(self, condition: Condition) -> NDArray[np.bool_]:
        """Return for which projects a condition holds."""
        return np.broadcast_to(self.conditions.holds(condition), self.answers.world_count)

    def first_example(self, matching: NDArray[np.bool_], questions: Iterable[str] | None = None) -> Example | None:
        """Return the answers of the first project that matches; None where none does.

        Args:
            matching: whether each project matches.
            questions: whose answers to return (default: all questions).
        """
        return self.example(int(np.argmax(matching)), questions) if matching.any() else None

    def example(self, row: int, questions: Iterable[str] | None = None) -> Example:
        """Return the answers of one project."""
        ids = [id for id in self.options if questions is None or id in set(questions)]
        return {id: self.options[id][self.picked[id][row]] for id in ids if self.picked[id][row] >= 0}

    @cached_property
    def has_single_answers(self) -> NDArray[np.bool_]:
        """Which projects give no question more than one answer."""
        single = np.ones(self.answers.world_count, dtype=bool)
        for id, options in self.options.items():
            single &= np.array([*(len(choices) == 1 for choices in options), True])[self.picked[id]]
        return single

    @property
    def extent(self) -> str:
        """The number of projects looked at, in words: all or a sample."""
        return f"the {self.answers.world_count}" if self.complete else f"{self.answers.world_count} sampled"


class AnswerSpaces:
    """The answer spaces of one pack, each made once."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._made: dict[frozenset[str], AnswerSpace] = {}

    def space_of_conditions(self, *conditions: Condition) -> AnswerSpace:
        """Return the space of the questions that conditions compare, and of the questions on which these depend."""
        return self.space_of_questions(
            {part.question for condition in conditions for part in comparisons_of(condition)}
        )

    def space_of_questions(self, questions: Iterable[str]) -> AnswerSpace:
        """Return the space of some questions, and of the questions on which these depend."""
        question_ids = self.with_dependencies(questions)
        if question_ids not in self._made:
            questions_by_id = {id: question for id, question in self.pack.questions.items() if id in question_ids}
            self._made[question_ids] = self._enumerate(questions_by_id) or sample_space(
                self.pack, questions_by_id, MOST // 10
            )
        return self._made[question_ids]

    @cached_property
    def sample_of_all(self) -> AnswerSpace:
        """A sample over all questions, every answer of a question equally likely."""
        return sample_space(self.pack, self.pack.questions, SAMPLE)

    def with_dependencies(self, questions: Iterable[str]) -> frozenset[str]:
        """Return the questions and all those that decide whether they apply, or which answers are possible together."""
        complete_set, to_follow = set[str](), set(questions)
        while to_follow:
            complete_set |= to_follow
            dependencies = {part.question for id in to_follow for part in comparisons_of(self.pack.questions[id].when)}
            for combination in self.pack.impossible:
                questions_together = {part.question for part in comparisons_of(combination.when)}
                dependencies |= questions_together if questions_together & to_follow else set()
            to_follow = dependencies - complete_set
        return frozenset(complete_set)

    def _enumerate(self, questions: Mapping[str, Question]) -> AnswerSpace | None:
        """Return the space of all combinations; None if there are too many."""
        options = {id: list(answer_options(question)) for id, question in questions.items()}
        truths: dict[str, Mapping[str, Truth]] = {}
        picked: dict[str, Picked] = {}
        count = 1
        for id, question in questions.items():
            applies = np.broadcast_to(AnswerColumns(count, truths, np.array(True)).holds(question.when), count)
            options_per_project = np.where(applies, len(options[id]), 1)
            if (total := int(options_per_project.sum())) > MOST:
                return None
            row = np.repeat(np.arange(count), options_per_project)
            option = np.arange(total) - np.repeat(
                np.cumsum(options_per_project) - options_per_project, options_per_project
            )
            picked = {id: column[row] for id, column in picked.items()}
            picked[id] = np.where(applies[row], option, -1)
            truths = {id: _truth_by_choice(questions[id], options[id], picked[id]) for id in picked}
            count = total
        return _possible_space(self.pack, options, picked, all(map(_has_all_subsets, questions.values())))


def answer_options(question: Question) -> Iterator[tuple[str, ...]]:
    """Yield the answers a question can get: each choice, and sets of choices where several may be given.

    Where the project must work with each of several answers, the single ones are enough: with several a condition holds
    where it does with one of them.
    """
    yield from ((id,) for id in question.choice_ids)
    if not question.several or question.each:
        return
    combinable = [id for id in question.choice_ids if id != "none"]
    sizes = range(2, len(combinable) + 1) if _has_all_subsets(question) else (2, len(combinable))
    for size in sizes:
        yield from combinations(combinable, size)


def _has_all_subsets(question: Question) -> bool:
    """Return whether every set of choices is an option, rather than only pairs and the full set."""
    return (
        not question.several or question.each or len([id for id in question.choice_ids if id != "none"]) <= MOST_SUBSETS
    )


def _truth_by_choice(question: Question, options: list[tuple[str, ...]], picked: Picked) -> dict[str, Truth]:
    """Return for each choice of a question which projects give it."""
    table = np.array([[id in choices for choices in options] + [False] for id in question.choice_ids])
    return {id: table[number][picked] for number, id in enumerate(question.choice_ids)}  # -1 finds the last: False


def _possible_space(
    pack: Pack, options: Mapping[str, list[tuple[str, ...]]], picked: Mapping[str, Picked], complete: bool
) -> AnswerSpace:
    """Return the space of those projects whose answers are possible together."""
    is_possible = np.broadcast_to(make_columns(pack, options, picked).possible, _project_count(picked))
    possible_picks = {id: column[is_possible] for id, column in picked.items()}
    return AnswerSpace(options, possible_picks, make_columns(pack, options, possible_picks), complete)


def make_columns(
    pack: Pack, options: Mapping[str, list[tuple[str, ...]]], picked: Mapping[str, Picked]
) -> AnswerColumns:
    """Return picked options as columns of answers, with the mask of those that are possible together."""
    truths = {id: _truth_by_choice(pack.questions[id], options[id], picked[id]) for id in options}
    return combine(pack.questions, pack.impossible, AnswerColumns(_project_count(picked), truths, np.array(True)))


def _project_count(picked: Mapping[str, Picked]) -> int:
    """Return the number of projects."""
    return len(next(iter(picked.values()))) if picked else 1


def draw_options(options: Mapping[str, list[tuple[str, ...]]], size: int) -> dict[str, Picked]:
    """Draw an option for every question, each equally likely, whether or not the question applies."""
    return {
        id: (uniform(size, "verification", id).astype(np.float64) * len(choices)).astype(np.intp)
        for id, choices in options.items()
    }


def drop_inapplicable(
    pack: Pack, options: Mapping[str, list[tuple[str, ...]]], drawn: Mapping[str, Picked]
) -> dict[str, Picked]:
    """Return the options with the answers to questions that do not apply removed."""
    picked: dict[str, Picked] = {}
    truths: dict[str, Mapping[str, Truth]] = {}
    for id in options:
        question, size = pack.questions[id], len(drawn[id])
        applies = np.broadcast_to(AnswerColumns(size, truths, np.array(True)).holds(question.when), size)
        picked[id] = np.where(applies, drawn[id], -1)
        truths[id] = _truth_by_choice(question, options[id], picked[id])
    return picked


def sample_space(pack: Pack, questions: Mapping[str, Question], size: int) -> AnswerSpace:
    """Return the space of projects drawn at random, the same ones every time."""
    options = {id: list(answer_options(question)) for id, question in questions.items()}
    return _possible_space(pack, options, drop_inapplicable(pack, options, draw_options(options, size)), False)
