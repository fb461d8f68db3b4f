"""The expected value of information: which question to answer next, and which probe to run next."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from advisor.knowledge.pack import Pack
from advisor.knowledge.workload import WORKLOAD
from advisor.reasoning.beliefs import mean_over_worlds
from advisor.reasoning.profile import Profile
from advisor.reasoning.scale import measurement_sd
from advisor.reasoning.streams import normal, uniform
from advisor.reasoning.worlds import Worlds

MeanUtilities = NDArray[np.float64]
"""Mean utility of each candidate, shape (candidates,)."""

SHIFT_DRAWS = 1000
TYPICAL_STANDARD_ERROR = 0.1
"""The standard error assumed for the log ratio of a measurement that has not been made yet."""
REFUTED = 0.2
"""How often a claim that its review upholds is refuted when it is checked: a guess, about one in five."""


class InformationValue(Struct, frozen=True):
    """The utility that answering a question (or running a probe) is expected to save.

    Attributes:
        id: the id of the question or probe.
        gain: expected utility of choosing with the answer minus without it.
    """

    id: str
    gain: float


def current_means(worlds: Worlds) -> MeanUtilities:
    """Return each candidate's mean utility over the possible worlds, at mean values and nominal weights.

    It is -inf for a candidate that is out of every world.
    """
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.world_count)
    return np.where(worlds.barred, -np.inf, worlds.mean[:, possible].mean(axis=1, dtype=np.float64))


def value_of_questions(pack: Pack, profile: Profile, worlds: Worlds) -> tuple[InformationValue, ...]:
    """Return the value of each unanswered question, highest first.

    This is the expected value of perfect information about one answer (Raiffa & Schlaifer 1961), at mean values and
    nominal weights. Facts about the machine are not questions and are left out.
    """
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.world_count)
    total = worlds.mean[:, possible].sum(axis=1, dtype=np.float64)
    values = []
    for question in pack.asked_questions:
        if not profile.known(question.id):
            totals_by_choice = worlds.totals_by_choice[question.id]
            not_applicable = total - sum(
                choice_totals.total for choice_totals in totals_by_choice
            )  # where the question does not apply
            best_after = sum(_best(choice_totals.total, choice_totals.barred) for choice_totals in totals_by_choice)
            best_after += _best(not_applicable, worlds.barred)
            gain = (best_after - _best(total, worlds.barred)) / int(possible.sum())
            values.append(InformationValue(question.id, round(max(0.0, float(gain)), 6)))
    return _highest_first(values)


def _best(total: MeanUtilities, barred: NDArray[np.bool_]) -> float:
    """Return the highest total of the candidates that can be chosen; of all candidates where none can."""
    return float((total if barred.all() else total[~barred]).max())


def value_of_probes(pack: Pack, worlds: Worlds, tried: Collection[tuple[str, str]]) -> tuple[InformationValue, ...]:
    """Return the value of each probe that was not run yet, highest first.

    Args:
        pack, worlds, tried: as for `probe_shifts`.
    """
    means = current_means(worlds)
    shifts = probe_shifts(pack, worlds, tried)
    return _highest_first([InformationValue(probe, expected_gain(means, shift)) for probe, shift in shifts.items()])


def _highest_first(values: list[InformationValue]) -> tuple[InformationValue, ...]:
    return tuple(sorted(values, key=lambda value: (-value.gain, value.id)))


def expected_gain(means: MeanUtilities, shift: NDArray[np.floating]) -> float:
    """Return the expected utility of choosing after some evidence minus before it; at least 0.

    Args:
        means: mean utilities before the evidence.
        shift: how far the evidence moves them, shape (candidates, draws).
    """
    if not np.isfinite(means).any():  # no candidate can be chosen
        return 0.0
    gain = float((means[:, None] + shift).max(axis=0).mean() - (means + shift.mean(axis=1)).max())
    return round(max(0.0, gain), 6)


def probe_shifts(pack: Pack, worlds: Worlds, tried: Collection[tuple[str, str]]) -> dict[str, NDArray[np.floating]]:
    """Return how far the result of each probe could move the mean utilities: by probe, shape (candidates, draws).

    Preposterior analysis (Raiffa & Schlaifer 1961): a measurement of standard deviation s moves a belief of precision
    P by a normal amount of variance 1/P - 1/(P + 1/s²), multiplied by the weight of the criterion in the worlds where the
    measurement counts. Where a probe informs several criteria the variances add up. A claim the probe checks is refuted
    with probability `REFUTED` and then no longer counts.

    Args:
        pack: criteria and the measures that inform them; claims and their checks.
        worlds: the evaluated reading.
        tried: (candidate, probe) pairs that were run, with or without success.
    """
    shifts: dict[str, NDArray[np.floating]] = {}

    def shift_of(probe: str) -> NDArray[np.floating]:
        return shifts.setdefault(probe, np.zeros((len(worlds.candidates), SHIFT_DRAWS)))

    for (probe, row), variance in _measurement_variances(pack, worlds, tried).items():
        shift = shift_of(probe)
        if variance:
            shift[row] = math.sqrt(variance) * normal(SHIFT_DRAWS, "shift", worlds.candidates[row], probe)
    run_probes = {probe for _, probe in tried}
    for id, changes in _changes_if_refuted(pack, worlds).items():
        check = pack.claims[id].check
        if check is not None and check.probe not in run_probes:
            refuted = uniform(SHIFT_DRAWS, "refuted", id) < REFUTED
            shift_of(check.probe)[list(changes)] += np.array(list(changes.values()))[:, None] * refuted
    return shifts


def _measurement_variances(
    pack: Pack, worlds: Worlds, tried: Collection[tuple[str, str]]
) -> dict[tuple[str, int], float]:
    """Return, for each (probe, candidate row), the variance of the change in mean utility that running the probe would cause."""
    variances: dict[tuple[str, int], float] = {}
    for index, criterion in enumerate(worlds.criteria):
        for scale in pack.criteria[criterion].measured:
            if scale.probe == WORKLOAD:
                continue  # measured with whatever else is measured, and no probe of that name
            weight = mean_over_worlds(worlds.weighting.shares[index] * worlds.answers.holds(scale.counts_when))
            for row, candidate in enumerate(worlds.candidates):
                if candidate in pack.contestants and (candidate, scale.probe) not in tried:
                    precision = worlds.beliefs[candidate, criterion].average_precision
                    measurement_precision = 1 / measurement_sd(scale, TYPICAL_STANDARD_ERROR) ** 2
                    variance = weight**2 * (1 / precision - 1 / (precision + measurement_precision))
                    variances[scale.probe, row] = variances.get((scale.probe, row), 0.0) + variance
    return variances


def _changes_if_refuted(pack: Pack, worlds: Worlds) -> dict[str, dict[int, float]]:
    """Return, for each claim with a check, how much each mean utility changes if the claim no longer counts.

    The result maps claim → candidate's row → change. It is computed from averages over all worlds, as if the claim counted
    equally in each.
    """
    changes: dict[str, dict[int, float]] = {}
    for index, criterion in enumerate(worlds.criteria):
        weight = mean_over_worlds(worlds.weighting.shares[index])
        for row, candidate in enumerate(worlds.candidates) if weight else ():
            belief = worlds.beliefs[candidate, criterion]
            for ground, precision, value in belief.averages:
                checked_claims = [
                    stated.id
                    for stated in ground.stated_values
                    if ground.side == "claim" and pack.claims[stated.id].check
                ]
                if checked_claims:
                    claim_precision = precision / len(ground.stated_values)
                    remaining_precision = belief.average_precision - claim_precision
                    change = (belief.average_mean - value) * claim_precision / remaining_precision
                    for id in checked_claims:
                        change_by_row = changes.setdefault(id, {})
                        change_by_row[row] = change_by_row.get(row, 0.0) + weight * change
    return changes
