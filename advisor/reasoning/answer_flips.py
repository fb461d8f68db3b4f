"""Which answers would change the recommendation: every answer that does so by itself, or the pairs where none does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from advisor.knowledge.pack import Pack
from advisor.reasoning.batch import mean_utilities, names_framework, projects_of, single_answer_changes, with_changes
from advisor.reasoning.in_scope import ScopedRanking, questions_that_name
from advisor.reasoning.profile import Profile
from advisor.reasoning.readings import Grounds
from advisor.reasoning.value_of_information import MeanUtilities, current_means
from advisor.reasoning.worlds import Worlds

FLIP_WORLDS = 1000
MOST_BATCH = 4_000
"""The most worlds evaluated for all changed projects together, as long as each gets `LEAST_WORLDS`."""
LEAST_WORLDS = 30
PAIR_WORLDS = 100
LEAST_LEAD = 0.002
"""A smaller lead may be sampling error of the unknown answers; it is no flip."""
EXACT_LEAD = 1e-6
"""The same where every answer is known and nothing is sampled: rounding error of single precision."""

AnswerChange = tuple[str, str]
"""A question and the choice that is given instead."""


class AnswerFlip(Struct, frozen=True):
    """A single answer whose change makes another framework the best.

    Attributes:
        before, after: the choices given; empty while the question is unanswered.
        becomes: the framework that is then the best.
    """

    question: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    becomes: str


class AnswerFlipPair(Struct, frozen=True):
    """Two answers that make another framework the best when both are changed."""

    changes: tuple[AnswerChange, AnswerChange]
    becomes: str


def answer_flips(
    pack: Pack, grounds: Grounds, profile: Profile, scoped: ScopedRanking, overrides: Mapping[str, float], winner: str
) -> tuple[AnswerFlip, ...]:
    """Return every change of a single answer that makes a framework other than `winner` the best.

    An unanswered question is changed by answering it: the worlds with that answer are already in the sample. An answered
    one is changed to each other choice, and the unknown answers are drawn again. Both at mean values and nominal weights.
    Where every answer is known nothing is sampled and the result is exact.

    Args:
        pack, grounds, profile, overrides: what the worlds were evaluated from.
        scoped: the evaluated reading; after a change a framework out of scope takes part where the answers then name it.
        winner: the recommended framework.
    """
    changes = list(single_answer_changes(pack, profile))
    changes_of_known = [change for change in changes if profile.known(change[0])]
    worlds_per_project = _worlds_per_project(pack, profile, len(changes_of_known) + 1)
    means_now, *means_after = _means_after(
        pack, grounds, profile, [(change,) for change in changes_of_known], scoped, overrides, worlds_per_project
    )
    means: dict[AnswerChange, MeanUtilities | None] = dict(zip(changes_of_known, means_after, strict=True))
    means |= _means_by_open_answer(pack, profile, scoped)
    means_in_sample = _for_all(scoped, current_means(scoped.worlds))
    least_lead = LEAST_LEAD if worlds_per_project > 1 else EXACT_LEAD
    flips = []
    for question, choice in changes:
        before = means_now if profile.known(question) else means_in_sample
        becomes = new_leader(scoped.all_worlds, before, means.get((question, choice)), least_lead)
        if becomes not in (None, winner):
            flips.append(AnswerFlip(question, profile.known(question), (choice,), str(becomes)))
    return tuple(flips)


def answer_flip_pairs(
    pack: Pack, grounds: Grounds, profile: Profile, scoped: ScopedRanking, overrides: Mapping[str, float], winner: str
) -> tuple[AnswerFlipPair, ...]:
    """Return every pair of changed answers that makes another framework the best; for use where no single change does.

    Args:
        pack, grounds, profile, scoped, overrides, winner: as for `answer_flips`.
    """
    changes = list(single_answer_changes(pack, profile))
    pairs = [(first, second) for first, second in combinations(changes, 2) if first[0] != second[0]]
    worlds_per_project = PAIR_WORLDS if _has_unknown(pack, profile) else 1
    means_before, *means_after = _means_after(pack, grounds, profile, pairs, scoped, overrides, worlds_per_project)
    least_lead = LEAST_LEAD if worlds_per_project > 1 else EXACT_LEAD
    flips = []
    for pair, after in zip(pairs, means_after, strict=True):
        becomes = new_leader(scoped.all_worlds, means_before, after, least_lead)
        if becomes not in (None, winner):
            flips.append(AnswerFlipPair(pair, str(becomes)))
    return tuple(flips)


def _has_unknown(pack: Pack, profile: Profile) -> bool:
    return any(not profile.known(question) for question in pack.questions)


def _worlds_per_project(pack: Pack, profile: Profile, project_count: int) -> int:
    """Return in how many worlds each changed project is evaluated: in one where every answer is known."""
    return min(max(MOST_BATCH // project_count, LEAST_WORLDS), FLIP_WORLDS) if _has_unknown(pack, profile) else 1


def _means_after(
    pack: Pack,
    grounds: Grounds,
    profile: Profile,
    change_sets: Sequence[Sequence[AnswerChange]],
    scoped: ScopedRanking,
    overrides: Mapping[str, float],
    worlds_per_project: int,
) -> list[MeanUtilities]:
    """Return the candidates' mean utilities as they are and after each set of changes, from one evaluation.

    Args:
        change_sets: the sets of changes to the profile.
        scoped: the evaluated reading.
        worlds_per_project: how many each changed project is evaluated in.
    """
    if not change_sets:
        return [_for_all(scoped, current_means(scoped.worlds))]
    profiles = [profile, *(with_changes(profile, changes) for changes in change_sets)]
    return list(mean_utilities(pack, grounds, projects_of(pack, profiles), worlds_per_project, overrides))


def _for_all(scoped: ScopedRanking, means: MeanUtilities) -> MeanUtilities:
    """Return the mean utilities of the candidates that take part as those of all: -inf for the others."""
    means_of_all = np.full(len(scoped.all_worlds.candidates), -np.inf)
    means_of_all[[scoped.all_worlds.candidates.index(candidate) for candidate in scoped.worlds.candidates]] = means
    return means_of_all


def new_leader(worlds: Worlds, before: MeanUtilities, after: MeanUtilities | None, least_lead: float) -> str | None:
    """Return the framework that leads after a change but did not before, by more than `least_lead`; None if there is none."""
    if after is None or not np.isfinite(after.max()) or np.isnan(before).any():  # NaN: no such project can exist
        return None
    framework_of = {row: name for name, rows in zip(worlds.frameworks, worlds.stacks, strict=True) for row in rows}
    leader_before, leader_after = framework_of[int(before.argmax())], framework_of[int(after.argmax())]
    best_of_former_leader = max(after[row] for row in worlds.stacks[worlds.frameworks.index(leader_before)])
    return leader_after if leader_after != leader_before and after.max() - best_of_former_leader > least_lead else None


def _means_by_open_answer(
    pack: Pack, profile: Profile, scoped: ScopedRanking
) -> dict[AnswerChange, MeanUtilities | None]:
    """Return the candidates' mean utilities after each answer to an unanswered question; None where too few worlds have it."""
    means: dict[AnswerChange, MeanUtilities | None] = {}
    answers = [
        (id, choice) for id in pack.questions if not profile.known(id) for choice in pack.questions[id].choice_ids
    ]
    for (question, choice), adds_frameworks in zip(
        answers, _adds_frameworks(pack, profile, answers, scoped), strict=True
    ):
        worlds = scoped.all_worlds if adds_frameworks else scoped.worlds
        index = pack.questions[question].choice_ids.index(choice)
        _, total, count, barred = worlds.totals_by_choice[question][index]
        mean = np.where(barred, -np.inf, total / count) if count >= LEAST_WORLDS else None
        means[question, choice] = mean if mean is None or adds_frameworks else _for_all(scoped, mean)
    return means


def _adds_frameworks(
    pack: Pack, profile: Profile, answers: Sequence[AnswerChange], scoped: ScopedRanking
) -> NDArray[np.bool_]:
    """Return after which of the answers to open questions a framework takes part that does not now, shape (answers,)."""
    adds = np.zeros(len(answers), dtype=np.bool_)
    naming = questions_that_name(pack)
    may_add = [index for index, (question, _) in enumerate(answers) if question in naming]
    projects = projects_of(pack, [with_changes(profile, (answers[index],)) for index in may_add])
    for framework in pack.frameworks_out_of_scope:
        if framework not in scoped.worlds.frameworks:
            adds[may_add] |= names_framework(pack, projects, framework)
    return adds
