"""What would change the answer: every single answer that flips it, or the pairs of answers where none does alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from advisor.knowledge.pack import Pack
from advisor.reasoning.batch import mean_utilities, projects_of, single_answer_changes, with_changes
from advisor.reasoning.profile import Profile
from advisor.reasoning.readings import Grounds
from advisor.reasoning.value_of_information import MeanUtilities, current_means
from advisor.reasoning.worlds import Worlds

FLIP_WORLDS = 1000
MOST_BATCH = 4_000
LEAST_WORLDS = 30
PAIR_WORLDS = 100
LEAST_LEAD = 0.002
"""A lead smaller than this is the chance of a sample of answers, not a flip."""
EXACT_LEAD = 1e-6
"""The same where no answer is unknown and nothing is sampled: the rounding of single precision."""

AnswerChange = tuple[str, str]
"""A question and the choice that is given instead."""


@dataclass(frozen=True)
class AnswerFlip:
    """A single answer whose change makes another framework the best."""

    question: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    becomes: str


@dataclass(frozen=True)
class AnswerFlipPair:
    """Two answers that make another framework the best when both are changed."""

    changes: tuple[AnswerChange, AnswerChange]
    becomes: str


def answer_flips(
    pack: Pack, grounds: Grounds, profile: Profile, worlds: Worlds, overrides: Mapping[str, float], winner: str
) -> tuple[AnswerFlip, ...]:
    """Return every single change of an answer that makes a framework other than `winner` the best.

    An unanswered question is changed by answering it: the worlds that hold the answer are already in the sample. An
    answered one is changed to each other choice and the unknown rest is evaluated again. Both at mean values and
    nominal weights; where no answer is unknown nothing is sampled and the result is exact.

    Args:
        pack, grounds, profile, overrides: what the worlds were evaluated from.
        worlds: the evaluated reading.
        winner: the recommended framework.
    """
    changes = list(single_answer_changes(pack, profile))
    known = [change for change in changes if profile.known(change[0])]
    size = _worlds_each(pack, profile, len(known) + 1)
    batch = _after(pack, grounds, profile, [(change,) for change in known], worlds, overrides, size)
    means: dict[AnswerChange, MeanUtilities | None] = dict(zip(known, batch[1:], strict=True))
    means |= _answered(pack, profile, worlds)
    now = current_means(worlds)
    found = []
    for question, choice in changes:
        before = batch[0] if profile.known(question) else now
        becomes = new_leader(worlds, before, means.get((question, choice)), LEAST_LEAD if size > 1 else EXACT_LEAD)
        if becomes not in (None, winner):
            found.append(AnswerFlip(question, profile.known(question), (choice,), str(becomes)))
    return tuple(found)


def answer_flip_pairs(
    pack: Pack, grounds: Grounds, profile: Profile, worlds: Worlds, overrides: Mapping[str, float], winner: str
) -> tuple[AnswerFlipPair, ...]:
    """Return every pair of changed answers that makes another framework the best, for where no single one does.

    Args:
        pack, grounds, profile, worlds, overrides, winner: as for `flips`.
    """
    changes = list(single_answer_changes(pack, profile))
    pairs = [pair for pair in combinations(changes, 2) if pair[0][0] != pair[1][0]]
    size = PAIR_WORLDS if _is_open(pack, profile) else 1
    batch = _after(pack, grounds, profile, pairs, worlds, overrides, size)
    found = []
    for pair, after in zip(pairs, batch[1:], strict=True):
        becomes = new_leader(worlds, batch[0], after, LEAST_LEAD if size > 1 else EXACT_LEAD)
        if becomes not in (None, winner):
            found.append(AnswerFlipPair(pair, str(becomes)))
    return tuple(found)


def _is_open(pack: Pack, profile: Profile) -> bool:
    return any(not profile.known(question) for question in pack.questions)


def _worlds_each(pack: Pack, profile: Profile, projects: int) -> int:
    """Return how many worlds each changed project gets: one where nothing is unknown."""
    return min(max(MOST_BATCH // projects, LEAST_WORLDS), FLIP_WORLDS) if _is_open(pack, profile) else 1


def _after(
    pack: Pack,
    grounds: Grounds,
    profile: Profile,
    changes: Sequence[Sequence[AnswerChange]],
    worlds: Worlds,
    overrides: Mapping[str, float],
    size: int,
) -> list[MeanUtilities]:
    """Return the candidates' mean utilities now and after each change, evaluated in one batch."""
    if not changes:
        return [current_means(worlds)]
    profiles = [profile, *(with_changes(profile, one) for one in changes)]
    return list(mean_utilities(pack, grounds, projects_of(pack, profiles), size, overrides, worlds.frameworks))


def new_leader(worlds: Worlds, before: MeanUtilities, after: MeanUtilities | None, least: float) -> str | None:
    """Return the framework that leads after a change but not before, by more than `least`; else None."""
    if after is None or not after.max() > 0 or np.isnan(before).any():  # NaN: no such project can exist
        return None
    owner = {row: name for name, rows in zip(worlds.frameworks, worlds.stacks, strict=True) for row in rows}
    led, leads = owner[int(before.argmax())], owner[int(after.argmax())]
    own = max(after[row] for row in worlds.stacks[worlds.frameworks.index(led)])
    return leads if leads != led and after.max() - own > least else None


def _answered(pack: Pack, profile: Profile, worlds: Worlds) -> dict[AnswerChange, MeanUtilities | None]:
    """Return the candidates' mean utilities after each answer to an open question."""
    return {
        (question, choice): total / count if count >= LEAST_WORLDS else None
        for question in pack.questions
        if not profile.known(question)
        for choice, total, count in worlds.totals_by_choice[question]
    }
