"""What would change the answer: single answers that flip it, and the questions most worth asking."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.pack import Pack
from advisor.reasoning.beliefs import Conditions
from advisor.reasoning.conditions import draw_answers, joined
from advisor.reasoning.profile import Profile
from advisor.reasoning.readings import Grounds
from advisor.reasoning.scale import spread
from advisor.reasoning.streams import normal
from advisor.reasoning.worlds import Worlds, evaluate, stakes

Means = NDArray[np.float64]
"""Mean utility of each candidate."""

FLIP_WORLDS = 1000
MOST_BATCH = 4_000
LEAST_WORLDS = 30
LEAST_LEAD = 0.002
"""A lead smaller than this is the chance of a sample of answers, not a flip."""
SHIFT_DRAWS = 1000


@dataclass(frozen=True)
class Flip:
    """A single answer whose change makes another framework the best."""

    question: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    becomes: str


@dataclass(frozen=True)
class Worth:
    """What answering a question (or running a probe) is expected to save, in utility."""

    id: str
    gain: float


def flips(
    pack: Pack, grounds: Grounds, profile: Profile, worlds: Worlds, overrides: Mapping[str, float], winner: str
) -> tuple[Flip, ...]:
    """Return every single change of an answer that makes a framework other than `winner` the best.

    An unanswered question is changed by answering it: the worlds that hold the answer are already in the sample. An
    answered one is changed to each other choice and the unknown rest is evaluated again. Both at mean values and
    nominal weights.

    Args:
        pack, grounds, profile, overrides: what the worlds were evaluated from.
        worlds: the evaluated reading.
        winner: the recommended framework.
    """
    changes = [
        (question.id, choice)
        for question in pack.questions.values()
        for choice in question.choice_ids
        if profile.known(question.id) != (choice,)
    ]
    known = [change for change in changes if profile.known(change[0])]
    batch, means = _mean_values(pack, grounds, profile, known, overrides, worlds.frameworks)
    means |= _answered(pack, profile, worlds)
    now = _mean_now(worlds)
    found = []
    for question, choice in changes:
        before = batch if profile.known(question) else now
        becomes = _turned(pack, worlds, before, means.get((question, choice)))
        if becomes not in (None, winner):
            found.append(Flip(question, profile.known(question), (choice,), str(becomes)))
    return tuple(found)


def _turned(pack: Pack, worlds: Worlds, before: Means | None, after: Means | None) -> str | None:
    """Return the framework that leads after a change but not before, by more than chance."""
    if before is None or after is None or after.max() <= 0:
        return None
    led = pack.candidates[worlds.candidates[int(before.argmax())]].framework
    leads = pack.candidates[worlds.candidates[int(after.argmax())]].framework
    own = max(after[row] for row in worlds.stacks[worlds.frameworks.index(led)])
    return leads if leads != led and after.max() - own > LEAST_LEAD else None


def _mean_now(worlds: Worlds) -> Means:
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.worlds)
    return np.asarray(worlds.mean[:, possible].mean(axis=1, dtype=np.float64))


def _answered(pack: Pack, profile: Profile, worlds: Worlds) -> dict[tuple[str, str], Means | None]:
    """Return the candidates' mean utilities after each answer to an open question."""
    return {
        (question, choice): total / count if count >= LEAST_WORLDS else None
        for question in pack.questions
        if not profile.known(question)
        for choice, total, count in _totals(worlds, question)
    }


def _mean_values(
    pack: Pack,
    grounds: Grounds,
    profile: Profile,
    changes: Sequence[tuple[str, str]],
    overrides: Mapping[str, float],
    frameworks: Collection[str],
) -> tuple[Means | None, dict[tuple[str, str], Means | None]]:
    """Return the candidates' mean utilities now and after each change of a known answer, evaluated in one batch."""
    if not changes:
        return None, {}
    impossible = tuple(one.when for one in pack.impossible)
    profiles = [profile, *(profile.with_answer(question, (choice,)) for question, choice in changes)]
    open_ = any(not profile.known(question) for question in pack.questions)
    size = min(max(MOST_BATCH // len(profiles), LEAST_WORLDS), FLIP_WORLDS) if open_ else 1
    parts = [draw_answers(pack.questions, impossible, one, size, redraws=0) for one in profiles]
    answers = joined(parts)
    conditions = Conditions(answers)
    values = evaluate(pack, grounds, conditions, stakes(pack, conditions, overrides)).only(frameworks).mean
    possible = np.broadcast_to(answers.possible, answers.worlds)
    found: list[Means | None] = []
    for start in range(0, answers.worlds, size):
        kept = possible[start : start + size]
        part = values[:, start : start + size]
        found.append(part[:, kept].mean(axis=1, dtype=np.float64) if kept.any() else None)
    return found[0], dict(zip(changes, found[1:], strict=True))


def question_worth(pack: Pack, profile: Profile, worlds: Worlds) -> tuple[Worth, ...]:
    """Return what each unanswered question is worth: expected utility with its answer minus without, best first.

    This is the expected value of perfect information about one answer (Raiffa & Schlaifer 1961), at mean values and
    nominal weights; unknown facts of the machine are not questions and are left out.
    """
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.worlds)
    whole = worlds.mean[:, possible].sum(axis=1, dtype=np.float64)
    found = []
    for question in pack.asked:
        if not profile.known(question.id):
            parts = [total for _, total, _ in _totals(worlds, question.id)]
            rest = whole - sum(parts)  # worlds in which the question does not apply
            gain = (sum(part.max() for part in parts) + rest.max() - whole.max()) / int(possible.sum())
            found.append(Worth(question.id, round(max(0.0, float(gain)), 6)))
    return tuple(sorted(found, key=lambda one: (-one.gain, one.id)))


def _totals(worlds: Worlds, question: str) -> list[tuple[str, Means, int]]:
    """Return for each choice the candidates' utilities summed over its worlds, and how many worlds those are."""
    chosen, possible = worlds.answers.chosen[question], worlds.answers.possible
    masks = np.stack([np.broadcast_to(truth & possible, worlds.answers.worlds) for truth in chosen.values()])
    totals = masks.astype(np.float64) @ worlds.mean.T.astype(np.float64)
    return [(choice, total, int(mask.sum())) for choice, total, mask in zip(chosen, totals, masks, strict=True)]


def probe_worth(pack: Pack, worlds: Worlds, tried: Collection[tuple[str, str]]) -> tuple[Worth, ...]:
    """Return what each probe not run yet is worth: expected utility of choosing after it minus before, best first.

    Preposterior analysis (Raiffa & Schlaifer 1961): a measurement of standard deviation s moves a belief of precision
    P by a normal amount of variance 1/P - 1/(P + 1/s²), weighed as the criterion is, in the worlds where it counts.

    Args:
        pack: criteria and the measures that inform them.
        worlds: the evaluated reading.
        tried: (candidate, probe) pairs that were run, with or without success.
    """
    values = _mean_now(worlds)
    shifts: dict[str, NDArray[np.floating]] = {}
    for at, criterion in enumerate(worlds.criteria):
        for reading in pack.criteria[criterion].measured:
            weight = float(np.mean(worlds.stakes.shares[at] * worlds.answers.holds(reading.counts_when)))
            for row, candidate in enumerate(worlds.candidates):
                if (candidate, reading.probe) in tried:
                    continue
                precision = float(np.mean(worlds.pools[candidate, criterion].precision))
                sd = math.sqrt(1 / precision - 1 / (precision + 1 / spread(reading, 0.1) ** 2))
                moved = weight * sd * normal(SHIFT_DRAWS, "shift", candidate, criterion, reading.probe)
                shifts.setdefault(reading.probe, np.zeros((len(values), SHIFT_DRAWS)))[row] += moved
    found = []
    for probe, shift in shifts.items():
        gain = float((values[:, None] + shift).max(axis=0).mean() - values.max())
        found.append(Worth(probe, round(max(0.0, gain), 6)))
    return tuple(sorted(found, key=lambda one: (-one.gain, one.id)))
