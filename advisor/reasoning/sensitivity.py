"""How far a weight must move, and which single ground must be wrong, for another framework to lead; at mean values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.pack import Pack
from advisor.reasoning.answer_flips import LEAST_LEAD, new_leader
from advisor.reasoning.beliefs import SOURCE_SD, Ground, StatedValue, pool_grounds
from advisor.reasoning.conditions import Conditions
from advisor.reasoning.readings import Finding, Grounds, original_source, stated_levels
from advisor.reasoning.value_of_information import MeanUtilities, current_means
from advisor.reasoning.worlds import Worlds

Perturbation = Literal["removed", "reversed", "restored"]


@dataclass(frozen=True)
class WeightFlip:
    """The share of all weight at which a criterion makes another framework lead.

    Attributes:
        share_now: the share the criterion has on average.
        share_at: the share at which the two frameworks are level; a little beyond it `becomes` leads.
    """

    criterion: str
    share_now: float
    share_at: float
    becomes: str


def weight_flips(worlds: Worlds, winner: str) -> tuple[WeightFlip, ...]:
    """Return for each criterion the nearest shares of weight, above and below, at which `winner` is overtaken.

    Weight is moved towards a criterion in every world alike: a part e of all weight goes to it, the rest shrinks by
    1 - e; or away from it, to the others in proportion. Mean utilities are then straight lines in e, and where two of
    them cross is known in closed form. Nearest first; empty where another framework leads at nominal weights already.

    Args:
        worlds: the evaluated reading.
        winner: the recommended framework.
    """
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.worlds)
    now = current_means(worlds)
    found = []
    for at, criterion in enumerate(worlds.criteria):
        alone, without = _ends(worlds, at, possible)
        share = float(worlds.weighting.shares[at][possible].mean(dtype=np.float64))
        for end, target in ((alone, 1.0), (without, 0.0)):
            crossing = _first_crossing(worlds, winner, now, end) if share != target else None
            if crossing:
                moved, becomes = crossing
                found.append(WeightFlip(criterion, share, share + moved * (target - share), becomes))
    return tuple(sorted(found, key=lambda one: (abs(one.share_at - one.share_now), one.criterion)))


def _ends(worlds: Worlds, at: int, possible: NDArray[np.bool_]) -> tuple[MeanUtilities, MeanUtilities]:
    """Return the candidates' mean utilities if one criterion were all that matters, and if it did not matter at all."""
    share = worlds.weighting.shares[at]
    left = np.divide(1, 1 - share, out=np.zeros_like(share), where=share < 1)
    alone, without = [], []
    for row, candidate in enumerate(worlds.candidates):
        kept = possible & ~worlds.excluded[row]
        value = np.broadcast_to(worlds.beliefs[candidate, worlds.criteria[at]].mean, share.shape)
        rest = np.where(share < 1, (worlds.mean[row] - share * value) * left, 0.5)
        alone.append(float(np.where(kept, value, 0)[possible].mean(dtype=np.float64)))
        without.append(float(np.where(kept, rest, 0)[possible].mean(dtype=np.float64)))
    return np.array(alone), np.array(without)


def _first_crossing(worlds: Worlds, winner: str, start: MeanUtilities, end: MeanUtilities) -> tuple[float, str] | None:
    """Return the smallest part of the way from `start` to `end` at which a rival passes all stacks of the winner."""
    own = worlds.stacks[worlds.frameworks.index(winner)]
    best: tuple[float, str] | None = None
    for name, rows in zip(worlds.frameworks, worlds.stacks, strict=True):
        for row in rows if name != winner else ():
            low, high = 0.0, 1.0
            for mine in own:
                lead, slope = start[row] - start[mine], (end[row] - end[mine]) - (start[row] - start[mine])
                crossing = float(-lead / slope) if slope else math.inf
                if lead > 0:
                    high = min(high, crossing) if slope < 0 else high
                else:
                    low = max(low, crossing) if slope > 0 else math.inf
            if 0 < low < high and (best is None or low < best[0]):
                best = (low, name)
    return best


@dataclass(frozen=True)
class GroundFlip:
    """A claim or a measure that would make another framework lead if it fell away, said the opposite, or held after all.

    Attributes:
        id: of the claim, or `probe.measure`.
        how: the weakest change that is enough: removed; reversed (its levels mirrored); restored (a rejected claim).
    """

    id: str
    side: Literal["claim", "run"]
    how: Perturbation
    becomes: str


def ground_flips(
    pack: Pack, grounds: Grounds, findings: Mapping[str, Finding], worlds: Worlds, conditions: Conditions
) -> tuple[GroundFlip, ...]:
    """Return the claims and measures on which the leader depends alone, each by itself.

    Args:
        pack, grounds, conditions: the reading and how it was evaluated.
        findings: verdicts, to tell rejected claims from accepted ones.
        worlds: the evaluated reading.
    """
    now = current_means(worlds)
    found: list[GroundFlip] = []
    for id, side, how, changed in _changes(pack, grounds, findings):
        if any((one.id, one.side) == (id, side) for one in found):
            continue
        becomes = new_leader(worlds, now, now + _shift(worlds, conditions, changed), LEAST_LEAD)
        if becomes:
            found.append(GroundFlip(id, side, how, becomes))
    return tuple(found)


Changed = Mapping[tuple[str, str], list[Ground]]


def _changes(
    pack: Pack, grounds: Grounds, findings: Mapping[str, Finding]
) -> Iterator[tuple[str, Literal["claim", "run"], Perturbation, Changed]]:
    """Yield every change of one ground: the beliefs it touches, with their new grounds."""
    spoken: dict[tuple[str, Literal["claim", "run"]], list[tuple[str, str]]] = {}
    for key, listed in grounds.items():
        for id, side in {(member.id, one.side) for one in listed for member in one.stated_values}:
            spoken.setdefault((id, side), []).append(key)
    for (id, side), keys in sorted(spoken.items()):
        yield id, side, "removed", {key: list(_without(grounds[key], id)) for key in keys}
        yield id, side, "reversed", {key: list(_mirrored(grounds[key], id)) for key in keys}
    for id, claim in pack.claims.items():
        refuted = id in findings and findings[id].verdict == "refuted"
        if claim.says and (refuted or not claim.review.upheld):
            yield id, "claim", "restored", _with_claim(pack, grounds, id)


def _without(grounds: Iterable[Ground], id: str) -> Iterator[Ground]:
    for one in grounds:
        left = tuple(member for member in one.stated_values if member.id != id)
        if left:
            yield replace(one, stated_values=left)


def _mirrored(grounds: Iterable[Ground], id: str) -> Iterator[Ground]:
    for one in grounds:
        yield replace(
            one, stated_values=tuple(replace(m, value=1 - m.value) if m.id == id else m for m in one.stated_values)
        )


def _with_claim(pack: Pack, grounds: Grounds, id: str) -> dict[tuple[str, str], list[Ground]]:
    """Return the grounds of what a claim speaks of, with the claim among them at face value."""
    claim = pack.claims[id]
    found: dict[tuple[str, str], list[Ground]] = {}
    source = original_source(claim, pack)
    for candidate, value in stated_levels(claim, pack):
        key = (candidate, claim.about or "")
        member, listed = StatedValue(value, claim.when, id), list(grounds.get(key, ()))
        same = next((at for at, one in enumerate(listed) if one.source == source and one.side == "claim"), None)
        if same is None:
            listed.append(Ground("claim", source, *key, SOURCE_SD[pack.sources[claim.source_id].kind], (member,)))
        else:
            listed[same] = replace(listed[same], stated_values=(*listed[same].stated_values, member))
        found[key] = listed
    return found


def _shift(worlds: Worlds, conditions: Conditions, changed: Changed) -> MeanUtilities:
    """Return how the candidates' mean utilities move when some beliefs rest on other grounds."""
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.worlds)
    moved = np.zeros(len(worlds.candidates))
    for (candidate, criterion), grounds in changed.items():
        if candidate in worlds.candidates:
            row, at = worlds.candidates.index(candidate), worlds.criteria.index(criterion)
            difference = pool_grounds(grounds, conditions).mean - worlds.beliefs[candidate, criterion].mean
            effect = worlds.weighting.shares[at] * difference * ~worlds.excluded[row]
            moved[row] += effect[possible].mean(dtype=np.float64)
    return moved
