"""What would change the answer: single answers that flip it, and the questions most worth asking."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.pack import Pack
from advisor.reasoning.conditions import Answers, draw_answers, joined
from advisor.reasoning.outcome import players
from advisor.reasoning.profile import Profile
from advisor.reasoning.readings import Grounds
from advisor.reasoning.scale import spread
from advisor.reasoning.streams import normal
from advisor.reasoning.worlds import Worlds, evaluate

FLIP_WORLDS = 1000
MOST_BATCH = 4_000
LEAST_WORLDS = 30
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


def framework_values(worlds: Worlds) -> NDArray[np.floating]:
    """Return the utility of each framework's best stack at mean values and nominal weights, (frameworks, worlds)."""
    chosen = players(worlds, worlds.mean)
    return np.asarray(worlds.mean[chosen, np.arange(worlds.answers.worlds)])


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
    values = framework_values(worlds)
    changes = [
        (question.id, choice)
        for question in pack.questions.values()
        for choice in question.choice_ids
        if profile.known(question.id) != (choice,)
    ]
    known = [change for change in changes if profile.known(change[0])]
    means = dict(zip(known, _mean_values(pack, grounds, profile, known, overrides), strict=True))
    for question in pack.questions:
        if not profile.known(question):
            for choice, total, count in _totals(values, worlds.answers, question):
                means[question, choice] = total / count if count >= LEAST_WORLDS else None
    found = []
    for question, choice in changes:
        mean = means[question, choice]
        if mean is not None and mean.max() > 0 and (becomes := worlds.frameworks[int(mean.argmax())]) != winner:
            found.append(Flip(question, profile.known(question), (choice,), becomes))
    return tuple(found)


def _mean_values(
    pack: Pack,
    grounds: Grounds,
    profile: Profile,
    changes: Sequence[tuple[str, str]],
    overrides: Mapping[str, float],
) -> list[NDArray[np.floating] | None]:
    """Return the frameworks' mean utilities after each change of a known answer, all evaluated in one batch."""
    if not changes:
        return []
    impossible = tuple(one.when for one in pack.impossible)
    changed = [profile.with_answer(question, (choice,)) for question, choice in changes]
    open_ = any(not profile.known(question) for question in pack.questions)
    size = max(MOST_BATCH // len(changes), LEAST_WORLDS) if open_ else 1
    parts = [draw_answers(pack.questions, impossible, one, min(size, FLIP_WORLDS), redraws=0) for one in changed]
    answers = joined(parts)
    values = framework_values(evaluate(pack, grounds, answers, overrides=overrides))
    found: list[NDArray[np.floating] | None] = []
    start = 0
    for part in parts:
        here = slice(start, start + part.worlds)
        possible = np.broadcast_to(answers.possible, answers.worlds)[here]
        found.append(values[:, here][:, possible].mean(axis=1) if possible.any() else None)
        start += part.worlds
    return found


def question_worth(pack: Pack, profile: Profile, worlds: Worlds) -> tuple[Worth, ...]:
    """Return what each unanswered question is worth: expected utility with its answer minus without, best first.

    This is the expected value of perfect information about one answer (Raiffa & Schlaifer 1961), at mean values and
    nominal weights; unknown facts of the machine are not questions and are left out.
    """
    values = framework_values(worlds)
    possible = np.broadcast_to(worlds.answers.possible, values.shape[1])
    whole = values[:, possible].sum(axis=1, dtype=np.float64)
    found = []
    for question in pack.asked:
        if not profile.known(question.id):
            parts = [total for _, total, _ in _totals(values, worlds.answers, question.id)]
            rest = whole - sum(parts)  # worlds in which the question does not apply
            gain = (sum(part.max() for part in parts) + rest.max() - whole.max()) / int(possible.sum())
            found.append(Worth(question.id, round(max(0.0, float(gain)), 6)))
    return tuple(sorted(found, key=lambda one: (-one.gain, one.id)))


def _totals(
    values: NDArray[np.floating], answers: Answers, question: str
) -> list[tuple[str, NDArray[np.float64], int]]:
    """Return for each choice the frameworks' utilities summed over its worlds, and how many worlds those are."""
    chosen = answers.chosen[question]
    masks = np.stack([np.broadcast_to(truth & answers.possible, values.shape[1]) for truth in chosen.values()])
    totals = masks.astype(np.float64) @ values.T.astype(np.float64)
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
    values = framework_values(worlds).mean(axis=1)
    players_ = [max(stacks, key=lambda at: float(worlds.mean[at].mean())) for stacks in worlds.stacks]
    total = np.maximum(worlds.weights.sum(axis=0), 1e-9)
    shifts: dict[str, NDArray[np.floating]] = {}
    for at, criterion in enumerate(worlds.criteria):
        for reading in pack.criteria[criterion].measured:
            weight = worlds.weights[at] / total * worlds.answers.holds(reading.counts_when)
            for row, player in enumerate(players_):
                candidate = worlds.candidates[player]
                if (candidate, reading.probe) in tried:
                    continue
                precision = float(np.mean(worlds.pools[candidate, criterion].precision))
                sd = math.sqrt(1 / precision - 1 / (precision + 1 / spread(reading, 0.1) ** 2))
                moved = float(np.mean(weight)) * sd * normal(SHIFT_DRAWS, "shift", candidate, criterion, reading.probe)
                shift = shifts.setdefault(reading.probe, np.zeros((len(values), SHIFT_DRAWS)))
                shift[row] += moved
    found = []
    for probe, shift in shifts.items():
        gain = float((values[:, None] + shift).max(axis=0).mean() - values.max())
        found.append(Worth(probe, round(max(0.0, gain), 6)))
    return tuple(sorted(found, key=lambda one: (-one.gain, one.id)))
