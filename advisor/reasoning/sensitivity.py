"""Sensitivity at mean values: how far a weight must move, or which single ground must be wrong, for another leader."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from advisor.knowledge.pack import Pack
from advisor.reasoning.answer_flips import LEAST_LEAD, new_leader
from advisor.reasoning.beliefs import SOURCE_SD, Ground, Side, pool_grounds
from advisor.reasoning.conditions import Conditions
from advisor.reasoning.readings import Finding, Grounds, as_stated, original_source, stated_levels
from advisor.reasoning.value_of_information import MeanUtilities, current_means
from advisor.reasoning.worlds import OUT_COST, Worlds

Perturbation = Literal["removed", "reversed", "restored"]


class WeightFlip(Struct, frozen=True):
    """The share of all weight at which a criterion makes another framework lead.

    Attributes:
        share_now: the criterion's present share of all weight, averaged over the worlds.
        share_at: the share at which the two frameworks are equal; a little beyond it `becomes` leads.
    """

    criterion: str
    share_now: float
    share_at: float
    becomes: str


def find_weight_flips(worlds: Worlds, winner: str) -> tuple[WeightFlip, ...]:
    """Return for each criterion the nearest shares of weight, above and below, at which `winner` is overtaken.

    Weight is moved towards a criterion by the same rule in every world: a part e of all weight goes to it, the rest shrinks
    by 1 - e; or away from it, to the others in proportion. What is required does not depend on weights, so mean utilities are
    straight lines in e, and where two of them cross is known in closed form. Nearest first; empty where another framework
    leads at nominal weights already.

    Args:
        worlds: the evaluated reading.
        winner: the recommended framework.
    """
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.world_count)
    means_now = current_means(worlds)
    flips = []
    for index, criterion in enumerate(worlds.criteria):
        means_alone, means_without = _means_at_extremes(worlds, index, possible)
        share = float(worlds.weighting.shares[index][possible].mean(dtype=np.float64))
        for means, target in ((means_alone, 1.0), (means_without, 0.0)):
            crossing = _first_crossing(worlds, winner, means_now, means) if share != target else None
            if crossing:
                fraction, becomes = crossing
                flips.append(WeightFlip(criterion, share, share + fraction * (target - share), becomes))
    return tuple(sorted(flips, key=lambda flip: (abs(flip.share_at - flip.share_now), flip.criterion)))


def _means_at_extremes(worlds: Worlds, index: int, possible: NDArray[np.bool_]) -> tuple[MeanUtilities, MeanUtilities]:
    """Return the candidates' mean utilities with all weight on one criterion, and with none on it.

    Args:
        worlds: the evaluated reading.
        index: the criterion's place in `worlds.criteria`.
        possible: whether each world counts, shape (worlds,).
    """
    share = worlds.weighting.shares[index]
    scale = np.divide(1, 1 - share, out=np.zeros_like(share), where=share < 1)
    means_alone, means_without = [], []
    for row, candidate in enumerate(worlds.candidates):
        value = np.broadcast_to(worlds.beliefs[candidate, worlds.criteria[index]].mean, share.shape)
        value_without = np.where(share < 1, (worlds.uncharged_mean[row] - share * value) * scale, 0.5)
        cost = OUT_COST * float(worlds.out[row][possible].mean(dtype=np.float64))
        means_alone.append(float(value[possible].mean(dtype=np.float64)) - cost)
        means_without.append(float(value_without[possible].mean(dtype=np.float64)) - cost)
    return np.where(worlds.barred, -np.inf, means_alone), np.where(worlds.barred, -np.inf, means_without)


def _first_crossing(worlds: Worlds, winner: str, start: MeanUtilities, end: MeanUtilities) -> tuple[float, str] | None:
    """Return the smallest part of the way from `start` to `end` at which a rival passes all stacks of the winner.

    Returns:
        The part, 0 to 1, and the rival's framework; None where no rival passes them.
    """
    winner_stacks = worlds.stacks[worlds.frameworks.index(winner)]
    earliest: tuple[float, str] | None = None
    for framework, rows in zip(worlds.frameworks, worlds.stacks, strict=True):
        for row in rows if framework != winner else ():
            if not np.isfinite(start[row]):
                continue
            low, high = 0.0, 1.0
            for stack in (stack for stack in winner_stacks if np.isfinite(start[stack])):
                lead, slope = start[row] - start[stack], (end[row] - end[stack]) - (start[row] - start[stack])
                crossing = float(-lead / slope) if slope else math.inf
                if lead > 0:
                    high = min(high, crossing) if slope < 0 else high
                else:
                    low = max(low, crossing) if slope > 0 else math.inf
            if 0 < low < high and (earliest is None or low < earliest[0]):
                earliest = (low, framework)
    return earliest


class GroundFlip(Struct, frozen=True):
    """A claim or a measure whose change would make another framework lead.

    Attributes:
        id: the id of the claim, or `probe.measure`.
        how: the smallest change that is enough: removed; reversed (its values mirrored about 0.5); restored (a rejected
            claim counted after all).
        becomes: the framework that would then lead.
    """

    id: str
    side: Side
    how: Perturbation
    becomes: str


def find_ground_flips(
    pack: Pack, grounds: Grounds, findings: Mapping[str, Finding], worlds: Worlds, conditions: Conditions
) -> tuple[GroundFlip, ...]:
    """Return the claims and measures on each of which, by itself, the leader depends.

    Args:
        pack, grounds, conditions: what the worlds were evaluated from.
        findings: the verdict of the runs on each claim, by the claim's id: refuted claims may be restored.
        worlds: the evaluated reading.
    """
    means_now = current_means(worlds)
    flips: list[GroundFlip] = []
    for id, side, perturbation, changed_grounds in _perturbations(pack, grounds, findings):
        if any((flip.id, flip.side) == (id, side) for flip in flips):
            continue
        becomes = new_leader(worlds, means_now, _means_with(worlds, conditions, changed_grounds), LEAST_LEAD)
        if becomes:
            flips.append(GroundFlip(id, side, perturbation, becomes))
    return tuple(flips)


ChangedGrounds = Mapping[tuple[str, str], list[Ground]]
"""(candidate, criterion) → the grounds its belief rests on after a change; only the beliefs that change."""


def _perturbations(
    pack: Pack, grounds: Grounds, findings: Mapping[str, Finding]
) -> Iterator[tuple[str, Side, Perturbation, ChangedGrounds]]:
    """Yield every perturbation of one claim or measure, with the grounds it changes; the smaller change first."""
    stated_in: dict[tuple[str, Side], list[tuple[str, str]]] = {}
    for key, grounds_about_key in grounds.items():
        for id, side in {(stated.id, ground.side) for ground in grounds_about_key for stated in ground.stated_values}:
            stated_in.setdefault((id, side), []).append(key)
    for (id, side), keys in sorted(stated_in.items()):
        yield id, side, "removed", {key: list(_without(grounds[key], id)) for key in keys}
        yield id, side, "reversed", {key: list(_mirrored(grounds[key], id)) for key in keys}
    for id, claim in pack.claims.items():
        refuted = id in findings and findings[id].verdict == "refuted"
        if claim.says and (refuted or not claim.review.upheld):
            yield id, "claim", "restored", _with_claim(pack, grounds, id)


def _without(grounds: Iterable[Ground], id: str) -> Iterator[Ground]:
    for ground in grounds:
        remaining = tuple(stated for stated in ground.stated_values if stated.id != id)
        if remaining:
            yield replace(ground, stated_values=remaining)


def _mirrored(grounds: Iterable[Ground], id: str) -> Iterator[Ground]:
    for ground in grounds:
        mirrored = tuple(
            replace(stated, value=1 - stated.value) if stated.id == id else stated for stated in ground.stated_values
        )
        yield replace(ground, stated_values=mirrored)


def _with_claim(pack: Pack, grounds: Grounds, id: str) -> ChangedGrounds:
    """Return the grounds of every belief a claim is about, with the claim among them at its source's standard deviation."""
    claim = pack.claims[id]
    changed_grounds: dict[tuple[str, str], list[Ground]] = {}
    source = original_source(claim, pack)
    for candidate, value in stated_levels(claim, pack):
        key = (candidate, claim.about or "")
        sd, grounds_about_key = SOURCE_SD[pack.sources[claim.source_id].kind], list(grounds.get(key, ()))
        stated_values = tuple(as_stated(id, claim, value, sd))
        index = next(
            (index for index, ground in enumerate(grounds_about_key) if _belongs_to(ground, source, claim.cause)), None
        )
        if index is None:
            grounds_about_key.append(Ground("claim", source, *key, sd, stated_values, claim.cause or ""))
        else:
            ground = grounds_about_key[index]
            grounds_about_key[index] = replace(ground, stated_values=(*ground.stated_values, *stated_values))
        changed_grounds[key] = grounds_about_key
    return changed_grounds


def _belongs_to(ground: Ground, source: str, cause: str | None) -> bool:
    """Return whether a claim from a source, with the cause it names if any, belongs to a ground."""
    return ground.side == "claim" and (
        ground.cause == cause if cause else (ground.cause, ground.source) == ("", source)
    )


def _means_with(worlds: Worlds, conditions: Conditions, changed: ChangedGrounds) -> MeanUtilities:
    """Return the candidates' mean utilities when some beliefs rest on other grounds; what is required is judged anew."""
    beliefs, utility = dict(worlds.beliefs), worlds.uncharged_mean.copy()
    beliefs_each = [dict(beliefs_alone) for beliefs_alone in worlds.beliefs_each]
    for (candidate, criterion), grounds in changed.items():
        if candidate in worlds.candidates:
            row, index = worlds.candidates.index(candidate), worlds.criteria.index(criterion)
            beliefs[candidate, criterion] = pool_grounds(grounds, conditions)
            difference = beliefs[candidate, criterion].mean - worlds.beliefs[candidate, criterion].mean
            utility[row] += worlds.weighting.shares[index] * difference
            for alone, beliefs_alone in zip(conditions.each, beliefs_each, strict=False):
                if (candidate, criterion) in beliefs_alone:
                    beliefs_alone[candidate, criterion] = pool_grounds(grounds, alone)
    after = replace(worlds, beliefs=beliefs, beliefs_each=tuple(beliefs_each))
    vars(after)["uncharged_mean"] = utility
    if not {criterion for _, criterion in changed} & {criterion for criterion, _, _ in worlds.weighting.required}:
        vars(after)["failed"] = worlds.failed
    return current_means(after)
