"""The impact of one pack upon another's answers: for which answers the advice differs, and the fewest that show it.

Compared are: no answers, every single answer, every pair of answers, the cases of both packs, and seeded random projects. Who
leads is looked at in mean values and nominal weights over the same worlds in both packs, among the frameworks this program is
about; a lead smaller than chance (`answer_flips.LEAST_LEAD`) is no difference. The fewest answers that show a difference are then
decided in full, and reported only if the recommendation does differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from advisor.knowledge.cases import read_cases
from advisor.knowledge.pack import Pack
from advisor.reasoning.answer_flips import LEAST_LEAD
from advisor.reasoning.batch import mean_utilities, projects_of
from advisor.reasoning.conditions import Conditions, not_applicable
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.in_scope import named_by, rank_in_scope
from advisor.reasoning.profile import Answer, Profile
from advisor.reasoning.readings import Grounds, grounds_of
from advisor.reasoning.value_of_information import MeanUtilities
from advisor.reasoning.weighting import weighting
from advisor.reasoning.worlds import evaluate
from advisor.verification.answer_space import sample_space
from advisor.verification.defect import Example
from advisor.words import Label

WORLDS = 200
"""Versions of each project in which unknown answers are drawn while looking for differences."""
BATCH = 300
RANDOM = 500
FULL_WORLDS = 2_000

ENOUGH = 12
"""A difference that so many projects show is not looked for in longer ones."""

LeaderChange = tuple[str | None, str | None]
"""Who led before, and who leads after; None: nothing is left."""


class PackAnswer(NamedTuple):
    """What a pack answers to a project; no candidate: nothing is left."""

    candidate: str | None
    label: Label
    p_best: float
    """In which share of its worlds the framework wins."""


class DifferenceExample(NamedTuple):
    """Answers that show a difference, and what each pack answers to them."""

    answers: Example
    before: PackAnswer
    after: PackAnswer


class Impact(Struct, frozen=True):
    """For which answers the advice of two packs differs.

    Attributes:
        compared: for each kind of project, in how many the leader changes at mean values, of how many.
        shifts: the fewest answers that show each difference (`ENOUGH` of them, and every single answer), the shortest first, by
            who was and is recommended.
    """

    compared: Mapping[str, tuple[int, int]]
    shifts: Mapping[LeaderChange, tuple[DifferenceExample, ...]]


class Sides:
    """Two packs, asked the same questions."""

    def __init__(self, before: Pack, after: Pack, as_of: date) -> None:
        self.packs = (before, after)
        self.grounds = tuple(grounds_of("reviewed", pack, {}, (), as_of) for pack in self.packs)

    def leader_changes(self, projects: Sequence[Example]) -> list[LeaderChange | None]:
        """Return for each project who led before and who leads after; None where the project is impossible."""
        changes: list[LeaderChange | None] = []
        for start in range(0, len(projects), BATCH):
            batch = projects[start : start + BATCH]
            means = [
                _mean_utilities(pack, grounds, batch) for pack, grounds in zip(self.packs, self.grounds, strict=True)
            ]
            changes += [self._leader_change(*means_of_project) for means_of_project in zip(*means, strict=True)]
        return changes

    def _leader_change(self, before: MeanUtilities | None, after: MeanUtilities | None) -> LeaderChange | None:
        """Return who led before and who leads after in one project."""
        if before is None or after is None:
            return None
        leader_before, leader_after = (
            _leading_candidate(pack, means) for pack, means in zip(self.packs, (before, after), strict=True)
        )
        candidates = list(self.packs[1].candidates)
        if (
            leader_before in candidates
            and leader_after in candidates
            and after[candidates.index(leader_after)] - after[candidates.index(leader_before)] <= LEAST_LEAD
        ):
            return leader_before, leader_before
        return leader_before, leader_after

    def decide_example(self, project: Example) -> DifferenceExample:
        """Return what each pack answers to a project, in full."""
        before, after = (self._answer_of_pack(side, project) for side in (0, 1))
        return DifferenceExample(project, before, after)

    def _answer_of_pack(self, side: int, project: Example) -> PackAnswer:
        """Return what one of the packs answers to a project."""
        pack = self.packs[side]
        conditions = Conditions(draw_worlds(pack, _profile_of(pack, project), FULL_WORLDS))
        outside = pack.frameworks_out_of_scope
        evaluated = evaluate(pack, self.grounds[side], conditions, weighting(pack, conditions))
        ranking = rank_in_scope(evaluated, outside, named_by(pack, _profile_of(pack, project))).ranking
        return PackAnswer(ranking.best, ranking.label, ranking.frameworks[0].p_best)


def compare_packs(sides: Sides, cases: Iterable[Example] = (), *, thorough: bool = True) -> Impact:
    """Find for which answers the advice of two packs differs.

    Args:
        sides: the packs.
        cases: answers of realistic projects.
        thorough: whether pairs of answers and random projects are compared too.
    """
    single = list(_single_answers(sides.packs))
    pairs: Iterator[Example] = (
        {**first, **second} for first, second in combinations(single, 2) if first.keys() != second.keys()
    )
    projects_by_group: dict[str, list[Example]] = {
        "no answers": [{}],
        "single answers": single,
        "pairs of answers": list(pairs) if thorough else [],
        "cases": list(cases),
        "random projects": list(_random_projects(sides.packs[1])) if thorough else [],
    }
    compared: dict[str, tuple[int, int]] = {}
    least: dict[LeaderChange, list[Example]] = {}
    for group, projects in projects_by_group.items():
        if not projects:
            continue
        leaders = sides.leader_changes(projects)
        changed = [
            (project, change)
            for project, change in zip(projects, leaders, strict=True)
            if change and change[0] != change[1]
        ]
        compared[group] = (len(changed), sum(change is not None for change in leaders))
        for project, change in changed:
            shortest = least.setdefault(change, [])
            if len(project) > 1 and len(shortest) >= ENOUGH:
                continue
            if not any(shorter.items() <= project.items() for shorter in shortest):
                shortest.append(_drop_answers(sides, project, change))
    return Impact(
        compared,
        _group_by_change(
            sides.decide_example(project) for projects in least.values() for project in _minimal_projects(projects)
        ),
    )


def _group_by_change(
    decided_examples: Iterable[DifferenceExample],
) -> dict[LeaderChange, tuple[DifferenceExample, ...]]:
    """Group the examples by who led and who leads, without those where the full answer is the same."""
    examples_by_change: dict[LeaderChange, list[DifferenceExample]] = {}
    for example in decided_examples:
        if example.before.candidate != example.after.candidate:
            examples_by_change.setdefault((example.before.candidate, example.after.candidate), []).append(example)
    ordered = {
        change: tuple(sorted(examples, key=lambda example: len(example.answers)))
        for change, examples in examples_by_change.items()
    }
    return dict(sorted(ordered.items(), key=lambda item: (len(item[1][0].answers), -len(item[1]))))


def case_answers(folders: Iterable[Path], packs: Sequence[Pack]) -> list[Example]:
    """Return the answers of all cases in the folders that one of the packs can read."""
    answers_by_case: dict[str, Example] = {}
    for folder in sorted(folders):
        for pack in packs:
            answers_by_case |= {f"{folder}/{id}": case.answers for id, case in read_cases(folder, pack).cases.items()}
    return list(answers_by_case.values())


def _single_answers(packs: tuple[Pack, Pack]) -> Iterator[Example]:
    """Yield every single answer that one of the packs knows."""
    choices: dict[str, dict[str, None]] = {}
    for pack in packs:
        for id, question in pack.questions.items():
            choices.setdefault(id, {}).update(dict.fromkeys(question.choice_ids))
    yield from ({id: (choice,)} for id, choice_ids in choices.items() for choice in choice_ids)


def _random_projects(pack: Pack) -> Iterator[Example]:
    """Yield projects drawn at random."""
    space = sample_space(pack, pack.questions, RANDOM)
    yield from (space.example(row) for row in range(space.answers.world_count))


def _drop_answers(sides: Sides, project: Example, change: LeaderChange) -> Example:
    """Drop answers one after another, as long as the leaders change in the same way."""
    for question in list(project) if len(project) > 2 else ():
        shorter = {id: choices for id, choices in project.items() if id != question}
        if sides.leader_changes([shorter]) == [change]:
            project = shorter
    return project


def _minimal_projects(projects: Iterable[Example]) -> list[Example]:
    """Return the projects, shortest first, without those that contain all answers of another one."""
    distinct: list[Example] = []
    for project in sorted(projects, key=len):
        if not any(shorter.items() <= project.items() for shorter in distinct):
            distinct.append(project)
    return distinct


def _leading_candidate(pack: Pack, means: MeanUtilities) -> str | None:
    """Return the candidate with the highest mean utility; None where all are ruled out."""
    best = int(means.argmax())
    return list(pack.candidates)[best] if np.isfinite(means[best]) else None


def _mean_utilities(pack: Pack, grounds: Grounds, projects: Sequence[Example]) -> Iterator[MeanUtilities | None]:
    """Yield the candidates' mean utilities for each project; None where it is impossible."""
    profiles = [_profile_of(pack, project) for project in projects]
    utilities = mean_utilities(pack, grounds, projects_of(pack, profiles), WORLDS)
    for profile, means in zip(profiles, utilities, strict=True):
        exists = not np.isnan(means).any() and not not_applicable(pack.questions, profile)
        yield means if exists else None


def _profile_of(pack: Pack, project: Example) -> Profile:
    """Return a project as a profile, with what the pack knows of its answers and the pack's defaults."""
    answers = {id: Answer(id, choices, "default") for id, choices in pack.defaults.items()}
    for id, choices in project.items():
        if id in pack.questions and set(choices) <= {
            *pack.questions[id].choice_ids,
            *pack.questions[id].choices_by_former_id,
        }:
            answers[id] = Answer(id, pack.questions[id].present_ids(choices), "flag")
    return Profile({id: answers[id] for id in pack.questions if id in answers})
