"""Many projects at once: their answers as columns, their mean utilities in one evaluation."""

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
"""Worlds evaluated at a time: more would only fill the memory."""

Utilities = NDArray[np.float64]


@dataclass(frozen=True)
class Projects:
    """The answers of many projects.

    Attributes:
        count: how many projects.
        given: question → (choices, projects), true where a choice was given; a project for which no choice of a question
            is true has not answered it.
    """

    count: int
    given: Mapping[str, NDArray[np.bool_]]

    def part(self, start: int, end: int) -> Projects:
        """Return the projects from `start` up to `end`."""
        return Projects(min(end, self.count) - start, {id: rows[:, start:end] for id, rows in self.given.items()})


def projects_of(pack: Pack, profiles: Sequence[Profile]) -> Projects:
    """Return profiles as columns."""
    given = {}
    for id, question in pack.questions.items():
        told = [profile.known(id) for profile in profiles]
        if any(told):
            rows = [[choice in choices for choices in told] for choice in question.choice_ids]
            given[id] = np.array(rows, dtype=np.bool_)
    return Projects(len(profiles), given)


def draw_projects(
    pack: Pack, projects: Projects, worlds: int, levels: Mapping[str, Column] | None = None
) -> AnswerColumns:
    """Draw the unknown answers of every project, the same uniform numbers for each, so that projects can be compared.

    Args:
        pack: questions and impossible combinations; worlds that hold one are marked, not drawn again.
        projects: what is known of them.
        worlds: how many per project.
        levels: other numbers for some questions, one for every world of every project.

    Returns:
        projects × worlds columns, those of one project side by side.
    """
    chosen: dict[str, Mapping[str, Truth]] = {}
    answers = AnswerColumns(projects.count * worlds, chosen, np.array(True))

    def level(id: str) -> Column:
        return levels[id] if levels and id in levels else np.tile(uniform(worlds, "answer", id), projects.count)

    for id, question in pack.questions.items():
        given = projects.given.get(id)
        if given is None:
            chosen[id] = choices_at(question, level(id), answers.holds(question.when))
        elif (given == given[:, :1]).all() and given.any():
            chosen[id] = {choice: np.asarray(row[0]) for choice, row in zip(question.choice_ids, given, strict=True)}
        else:
            told = np.repeat(given, worlds, axis=1)
            open_ = ~told.any(axis=0)
            drawn: Mapping[str, Truth] = {}
            if open_.any():
                drawn = choices_at(question, level(id), answers.holds(question.when) & open_)
            chosen[id] = {
                choice: row | drawn.get(choice, False) for choice, row in zip(question.choice_ids, told, strict=True)
            }
    clash = np.array(False)
    for one in pack.impossible:
        clash = clash | answers.holds(one.when)
    return AnswerColumns(answers.worlds, chosen, ~clash)


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
        pack, grounds: the reading that is evaluated.
        projects: what is known of each.
        worlds: how many versions of a project its unknown answers are drawn for; 1 where nothing is unknown.
        overrides: weights set by hand.
        frameworks: only their candidates (default: all), in the order of the pack.

    Returns:
        (projects, candidates); NaN for a project whose every version is impossible.
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
    rows = [row for row, id in enumerate(evaluated.candidates) if _is_in(pack, id, frameworks)]
    kept = np.broadcast_to(answers.possible, answers.worlds).reshape(projects.count, worlds)
    values = evaluated.mean[rows].reshape(len(rows), projects.count, worlds)
    total = np.where(kept, values, 0).sum(axis=2, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray((total / kept.sum(axis=1)).T)


def _is_in(pack: Pack, candidate: str, frameworks: Collection[str] | None) -> bool:
    return frameworks is None or pack.candidates[candidate].framework in frameworks


def with_changes(profile: Profile, changes: Sequence[tuple[str, str]]) -> Profile:
    """Return a profile with some answers set to one choice each."""
    for question, choice in changes:
        profile = profile.with_answer(question, (choice,))
    return profile


def single_answer_changes(pack: Pack, profile: Profile) -> Iterator[tuple[str, str]]:
    """Yield every answer that could be given instead of the present one, or of none."""
    for question in pack.questions.values():
        for choice in question.choice_ids:
            if profile.known(question.id) != (choice,):
                yield question.id, choice
