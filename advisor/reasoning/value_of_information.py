"""What it is worth to know more: the questions most worth asking and the probes most worth running."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.pack import Pack
from advisor.reasoning.beliefs import mean_over_worlds
from advisor.reasoning.profile import Profile
from advisor.reasoning.scale import measurement_sd
from advisor.reasoning.streams import normal, uniform
from advisor.reasoning.worlds import Worlds

MeanUtilities = NDArray[np.float64]
"""Mean utility of each candidate."""

SHIFT_DRAWS = 1000
REFUTED = 0.2
"""How often a claim that its review upholds is refuted when it is checked: a guess, about one in five."""


@dataclass(frozen=True)
class InformationValue:
    """What answering a question (or running a probe) is expected to save, in utility."""

    id: str
    gain: float


def current_means(worlds: Worlds) -> MeanUtilities:
    """Return each candidate's mean utility over the worlds that can exist, at mean values and nominal weights."""
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.worlds)
    return np.asarray(worlds.mean[:, possible].mean(axis=1, dtype=np.float64))


def value_of_questions(pack: Pack, profile: Profile, worlds: Worlds) -> tuple[InformationValue, ...]:
    """Return what each unanswered question is worth: expected utility with its answer minus without, best first.

    This is the expected value of perfect information about one answer (Raiffa & Schlaifer 1961), at mean values and
    nominal weights; unknown facts of the machine are not questions and are left out.
    """
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.worlds)
    whole = worlds.mean[:, possible].sum(axis=1, dtype=np.float64)
    found = []
    for question in pack.asked:
        if not profile.known(question.id):
            parts = [total for _, total, _ in worlds.totals_by_choice[question.id]]
            rest = whole - sum(parts)  # worlds in which the question does not apply
            gain = (sum(part.max() for part in parts) + rest.max() - whole.max()) / int(possible.sum())
            found.append(InformationValue(question.id, round(max(0.0, float(gain)), 6)))
    return tuple(sorted(found, key=lambda one: (-one.gain, one.id)))


def value_of_probes(pack: Pack, worlds: Worlds, tried: Collection[tuple[str, str]]) -> tuple[InformationValue, ...]:
    """Return what each probe not run yet is worth: expected utility of choosing after it minus before, best first.

    Args:
        pack, worlds, tried: as for `probe_shifts`.
    """
    values = current_means(worlds)
    found = [
        InformationValue(probe, expected_gain(values, shift))
        for probe, shift in probe_shifts(pack, worlds, tried).items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.gain, one.id)))


def expected_gain(values: MeanUtilities, shift: NDArray[np.floating]) -> float:
    """Return what choosing after the shifts (candidates, draws) of some evidence is expected to add."""
    gain = float((values[:, None] + shift).max(axis=0).mean() - (values + shift.mean(axis=1)).max())
    return round(max(0.0, gain), 6)


def probe_shifts(pack: Pack, worlds: Worlds, tried: Collection[tuple[str, str]]) -> dict[str, NDArray[np.floating]]:
    """Return how far the outcome of each probe could move the mean utilities: by probe, (candidates, draws).

    Preposterior analysis (Raiffa & Schlaifer 1961): a measurement of standard deviation s moves a belief of precision
    P by a normal amount of variance 1/P - 1/(P + 1/s²), weighed as the criterion is, in the worlds where it counts; where a
    probe measures for several criteria the variances add up. A claim
    that the probe checks is refuted with a chance of `REFUTED` and then falls away.

    Args:
        pack: criteria and the measures that inform them; claims and their checks.
        worlds: the evaluated reading.
        tried: (candidate, probe) pairs that were run, with or without success.
    """
    variance: dict[tuple[str, int], float] = {}
    for at, criterion in enumerate(worlds.criteria):
        for reading in pack.criteria[criterion].measured:
            weight = mean_over_worlds(worlds.weighting.shares[at] * worlds.answers.holds(reading.counts_when))
            for row, candidate in enumerate(worlds.candidates):
                if candidate in pack.contestants and (candidate, reading.probe) not in tried:
                    precision = worlds.beliefs[candidate, criterion].average_precision
                    moved = 1 / precision - 1 / (precision + 1 / measurement_sd(reading, 0.1) ** 2)
                    key = reading.probe, row
                    variance[key] = variance.get(key, 0.0) + weight**2 * moved
    shifts: dict[str, NDArray[np.floating]] = {}

    def of(probe: str) -> NDArray[np.floating]:
        return shifts.setdefault(probe, np.zeros((len(worlds.candidates), SHIFT_DRAWS)))

    for (probe, row), moved in variance.items():
        shift = of(probe)
        if moved:
            shift[row] = math.sqrt(moved) * normal(SHIFT_DRAWS, "shift", worlds.candidates[row], probe)
    done = {probe for _, probe in tried}
    for id, changes in _if_refuted(pack, worlds).items():
        check = pack.claims[id].check
        if check is not None and check.probe not in done:
            refuted = uniform(SHIFT_DRAWS, "refuted", id) < REFUTED
            of(check.probe)[list(changes)] += np.array(list(changes.values()))[:, None] * refuted
    return shifts


def _if_refuted(pack: Pack, worlds: Worlds) -> dict[str, dict[int, float]]:
    """Return by how much each candidate's mean utility moves if a claim that can be checked falls away: claim → row → change.

    Reckoned at the averages over all worlds, as if the claim counted in each alike.
    """
    found: dict[str, dict[int, float]] = {}
    for at, criterion in enumerate(worlds.criteria):
        share = mean_over_worlds(worlds.weighting.shares[at])
        for row, candidate in enumerate(worlds.candidates) if share else ():
            pool = worlds.beliefs[candidate, criterion]
            for ground, own, value in pool.averages:
                checked = [
                    one.id for one in ground.stated_values if ground.side == "claim" and pack.claims[one.id].check
                ]
                if checked:
                    part = own / len(ground.stated_values)
                    away = (pool.average_mean - value) * part / (pool.average_precision - part)
                    for id in checked:
                        moved = found.setdefault(id, {})
                        moved[row] = moved.get(row, 0.0) + share * away
    return found
