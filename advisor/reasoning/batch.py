"""Many projects at once: their answers as columns, and their mean utilities from one evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from advisor.knowledge.condition import comparisons_of
from advisor.knowledge.pack import Pack
from advisor.reasoning.combinations import applies_where, combine, with_partners
from advisor.reasoning.conditions import AnswerColumns, Conditions, Truth, choices_at
from advisor.reasoning.in_scope import NEAR_VALUE
from advisor.reasoning.profile import Profile
from advisor.reasoning.readings import Grounds
from advisor.reasoning.streams import Column, uniform
from advisor.reasoning.weighting import weighting
from advisor.reasoning.worlds import Worlds, evaluate

MOST_COLUMNS = 100_000
"""The most worlds evaluated at a time; more need memory and save no time."""

Utilities = NDArray[np.float64]


class Projects(Struct, frozen=True):
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
    pack: Pack, projects: Projects, world_count: int, uniforms: Mapping[str, Column] | None = None
) -> AnswerColumns:
    """Draw the unknown answers of every project, from the same uniform numbers for each so that projects can be compared.

    Args:
        pack: its questions and impossible combinations. Worlds with an impossible combination are marked, not drawn again.
        projects: the known answers.
        world_count: how many per project.
        uniforms: by question, other uniform numbers to draw its answers from, shape (projects × worlds,).

    Returns:
        Columns of length projects × worlds, those of one project next to each other.
    """
    truths: dict[str, Mapping[str, Truth]] = {}
    answers = AnswerColumns(projects.count * world_count, truths, np.array(True))

    def uniforms_of(id: str) -> Column:
        return (
            uniforms[id] if uniforms and id in uniforms else np.tile(uniform(world_count, "answer", id), projects.count)
        )

    for id, question in pack.questions.items():
        answered = projects.answered.get(id)
        applies = applies_where(pack.questions, answers, question)
        if answered is None:
            truths[id] = choices_at(question, answers, uniforms_of(id), applies)
            truths[id] = with_partners(pack.questions, pack.impossible, answers, question, applies)
        elif (answered == answered[:, :1]).all() and answered.any():
            truths[id] = {choice: row[0] & applies for choice, row in zip(question.choice_ids, answered, strict=True)}
        else:
            answered_by_world = np.repeat(answered, world_count, axis=1)
            unanswered = np.asarray(~answered_by_world.any(axis=0))
            drawn: Mapping[str, Truth] = {}
            if unanswered.any():
                drawn = truths[id] = choices_at(question, answers, uniforms_of(id), applies & unanswered)
                drawn = with_partners(pack.questions, pack.impossible, answers, question, unanswered)
            truths[id] = {
                choice: row & applies | drawn.get(choice, False)
                for choice, row in zip(question.choice_ids, answered_by_world, strict=True)
            }
    return combine(pack.questions, pack.impossible, answers)


def mean_utilities(
    pack: Pack,
    grounds: Grounds,
    projects: Projects,
    world_count: int,
    overrides: Mapping[str, float] | None = None,
) -> Utilities:
    """Return the mean utility of every candidate in every project, at mean values and nominal weights.

    In each project the same frameworks take part as in an answer to it (see `in_scope.taking_part`, here at nominal weights).

    Args:
        pack, grounds: the reading to evaluate.
        projects: the known answers.
        world_count: in how many worlds the unknown answers of each project are drawn; 1 where every answer is known.
        overrides: weights set by hand, by criterion.

    Returns:
        Shape (projects, candidates); NaN for a project all of whose worlds are impossible; -inf for a candidate that takes no
        part, or that is out of every world.
    """
    projects_per_part = max(1, MOST_COLUMNS // world_count)
    parts = [
        _means(pack, grounds, projects.part(start, start + projects_per_part), world_count, overrides)
        for start in range(0, projects.count, projects_per_part)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, 0))


def _means(
    pack: Pack, grounds: Grounds, projects: Projects, world_count: int, overrides: Mapping[str, float] | None
) -> Utilities:
    answers = draw_projects(pack, projects, world_count)
    conditions = Conditions(answers)
    evaluated = evaluate(pack, grounds, conditions, weighting(pack, conditions, overrides))
    out_of_scope = pack.frameworks_out_of_scope
    means = _means_by_project(evaluated, projects.count)
    rows_out_of_scope = [row for row, candidate in enumerate(evaluated.candidates) if candidate not in pack.in_scope]
    if not rows_out_of_scope:
        return means
    means_in_scope = np.where(np.isnan(means), means, -np.inf)  # NaN: no such project can exist
    frameworks_in_scope = [id for id in evaluated.frameworks if id not in out_of_scope]
    rows_in_scope = [row for row in range(len(evaluated.candidates)) if row not in rows_out_of_scope]
    means_in_scope[:, rows_in_scope] = _means_by_project(evaluated.restricted_to(frameworks_in_scope), projects.count)
    joins = np.zeros(projects.count, dtype=np.bool_)
    for id in out_of_scope:
        rows = [evaluated.candidates.index(candidate) for candidate in pack.stacks(id)]
        joins |= names_framework(pack, projects, id) | (means[:, rows].max(axis=1) >= means.max(axis=1) - NEAR_VALUE)
    return np.where(joins[:, None], means, means_in_scope)


def names_framework(pack: Pack, projects: Projects, framework: str) -> NDArray[np.bool_]:
    """Return in which projects the known answers name a framework out of scope, shape (projects,)."""
    holds = _known_answers(pack, projects).holds(pack.frameworks[framework].joins_when)
    return np.broadcast_to(holds, projects.count)


def _known_answers(pack: Pack, projects: Projects) -> AnswerColumns:
    """Return the known answers that count as a world per project (as `conditions.known_answers` does for one project)."""
    truths: dict[str, Mapping[str, Truth]] = {}
    answers = AnswerColumns(projects.count, truths, np.array(True))
    no_answers = np.zeros((1, projects.count), dtype=np.bool_)
    for id, question in pack.questions.items():
        applies = applies_where(pack.questions, answers, question)
        for part in comparisons_of(question.when):  # while one of these is open, it may apply
            applies = applies | ~projects.answered.get(part.question, no_answers).any(axis=0)
        rows = projects.answered.get(id, np.repeat(no_answers, len(question.choices), axis=0))
        truths[id] = {choice: row & applies for choice, row in zip(question.choice_ids, rows, strict=True)}
    return combine(pack.questions, pack.impossible, answers)


def _means_by_project(worlds: Worlds, project_count: int) -> Utilities:
    """Return mean utilities over the possible worlds of each project, shape (projects, candidates)."""
    shape = (len(worlds.candidates), project_count, worlds.answers.world_count // project_count)
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.world_count).reshape(shape[1:])
    total = np.where(possible, worlds.mean.reshape(shape), 0).sum(axis=2, dtype=np.float64)
    barred = (worlds.out.reshape(shape) | ~possible).all(axis=2) & possible.any(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(barred, -np.inf, total / possible.sum(axis=1)).T)


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
