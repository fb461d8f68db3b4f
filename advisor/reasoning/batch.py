"""Many projects at once: their answers as columns, and their mean utilities from one evaluation."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.pack import Pack
from advisor.reasoning.conditions import AnswerColumns, Conditions, Truth, choices_at
from advisor.reasoning.profile import Profile
from advisor.reasoning.readings import Grounds
from advisor.reasoning.streams import Column, uniform
from advisor.reasoning.worlds import evaluate, weighting

MOST_COLUMNS = 100_000
"""The most worlds evaluated at a time; more need memory and save no time."""

Utilities = NDArray[np.float64]


@dataclass(frozen=True)
class Projects:
    """The answers of many projects.

    Attributes:
        count: how many projects.
        answered: by question, shape (choices, projects): true where a project gave a choice. A project that gave no choice
            of a question has not answered it. Questions nobody answered may be absent.
    """

    count: int
    answered: Mapping[str, NDArray[np.bool_]]

    def part(self, start: int, end: int) -> Projects:
        """Return the projects from `start` up to `end`."""
        return Projects(
            min(end, self.count) - start, {id: answered[:, start:end] for id, answered in self.answered.items()}
        )


def projects_of(pack: Pack, profiles: Sequence[Profile]) -> Projects:
    """Return the answers of profiles as columns."""
    answered = {}
    for id, question in pack.questions.items():
        answers = [profile.known(id) for profile in profiles]
        if any(answers):
            rows = [[choice in answer for answer in answers] for choice in question.choice_ids]
            answered[id] = np.array(rows, dtype=np.bool_)
    return Projects(len(profiles), answered)


def draw_projects(
    pack: Pack, projects: Projects, worlds: int, uniforms: Mapping[str, Column] | None = None
) -> AnswerColumns:
    """Draw the unknown answers of every project, from the same uniform numbers for each so that projects can be compared.

    Args:
        pack: its questions and impossible combinations. Worlds with an impossible combination are marked, not drawn again.
        projects: the known answers.
        worlds: how many per project.
        uniforms: by question, other uniform numbers to draw its answers from, shape (projects × worlds,).

    Returns:
        Columns of length projects × worlds, those of one project next to each other.
    """
    truths: dict[str, Mapping[str, Truth]] = {}
    answers = AnswerColumns(projects.count * worlds, truths, np.array(True))

    def uniforms_of(id: str) -> Column:
        return uniforms[id] if uniforms and id in uniforms else np.tile(uniform(worlds, "answer", id), projects.count)

    for id, question in pack.questions.items():
        answered = projects.answered.get(id)
        if answered is None:
            truths[id] = choices_at(question, uniforms_of(id), answers.holds(question.when))
        elif (answered == answered[:, :1]).all() and answered.any():
            truths[id] = {choice: np.asarray(row[0]) for choice, row in zip(question.choice_ids, answered, strict=True)}
        else:
            repeated = np.repeat(answered, worlds, axis=1)
            unanswered = ~repeated.any(axis=0)
            drawn: Mapping[str, Truth] = {}
            if unanswered.any():
                drawn = choices_at(question, uniforms_of(id), answers.holds(question.when) & unanswered)
            truths[id] = {
                choice: row | drawn.get(choice, False)
                for choice, row in zip(question.choice_ids, repeated, strict=True)
            }
    clash = np.array(False)
    for impossible in pack.impossible:
        clash = clash | answers.holds(impossible.when)
    return AnswerColumns(answers.worlds, truths, ~clash)


def mean_utilities(
    pack: Pack,
    grounds: Grounds,
    projects: Projects,
    worlds: int,
    overrides: Mapping[str, float] | None = None,
    frameworks: Collection[str] | None = None,
) -> Utilities:
    """Return the mean utility of every candidate in every project, at mean values and nominal weights.

    Args:
        pack, grounds: the reading to evaluate.
        projects: the known answers.
        worlds: how many per project its unknown answers are drawn in; 1 where every answer is known.
        overrides: weights set by hand, by criterion.
        frameworks: only their candidates (default: all), in the order of the pack.

    Returns:
        Shape (projects, candidates); NaN for a project all of whose worlds are impossible.
    """
    size = max(1, MOST_COLUMNS // worlds)
    parts = [
        _means(pack, grounds, projects.part(start, start + size), worlds, overrides, frameworks)
        for start in range(0, projects.count, size)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 0))


def _means(
    pack: Pack,
    grounds: Grounds,
    projects: Projects,
    worlds: int,
    overrides: Mapping[str, float] | None,
    frameworks: Collection[str] | None,
) -> Utilities:
    answers = draw_projects(pack, projects, worlds)
    conditions = Conditions(answers)
    evaluated = evaluate(pack, grounds, conditions, weighting(pack, conditions, overrides))
    rows = [row for row, candidate in enumerate(evaluated.candidates) if _is_of(pack, candidate, frameworks)]
    possible = np.broadcast_to(answers.possible, answers.worlds).reshape(projects.count, worlds)
    utility = evaluated.mean[rows].reshape(len(rows), projects.count, worlds)
    total = np.where(possible, utility, 0).sum(axis=2, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray((total / possible.sum(axis=1)).T)


def _is_of(pack: Pack, candidate: str, frameworks: Collection[str] | None) -> bool:
    return frameworks is None or pack.candidates[candidate].framework in frameworks


def with_changes(profile: Profile, changes: Sequence[tuple[str, str]]) -> Profile:
    """Return a profile with the answers to some questions replaced by one choice each.

    Args:
        profile: the project.
        changes: (question, choice) pairs.
    """
    for question, choice in changes:
        profile = profile.with_answer(question, (choice,))
    return profile


def single_answer_changes(pack: Pack, profile: Profile) -> Iterator[tuple[str, str]]:
    """Yield (question, choice) for every single choice that differs from the present answer to its question."""
    for question in pack.questions.values():
        for choice in question.choice_ids:
            if profile.known(question.id) != (choice,):
                yield question.id, choice
