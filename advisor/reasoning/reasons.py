"""Why one candidate leads another: the difference of their utilities, split exactly among the grounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.condition import questions_of
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import Reason
from advisor.reasoning.beliefs import Ground, mean_over_worlds
from advisor.reasoning.conditions import Conditions, share_of
from advisor.reasoning.readings import Finding, ScaledMeasurement
from advisor.reasoning.worlds import Worlds
from advisor.text import Text
from advisor.words import amount

LEAST_EFFECT = 0.0005
"""Grounds that move the lead by less than this are left out of the lists."""


@dataclass(frozen=True)
class _Part:
    """The contribution of one ground to the lead of the winner."""

    ground: Ground
    effect: float
    level: float


def reasons(
    pack: Pack,
    worlds: Worlds,
    conditions: Conditions,
    winner: str,
    other: str,
    findings: Mapping[str, Finding],
    measured: Mapping[tuple[str, str, str], ScaledMeasurement],
) -> tuple[Reason, ...]:
    """Return for each criterion what it adds to the winner's lead over another candidate, the strongest first.

    The lead is the difference of the mean utilities at nominal weights. Inside a criterion the grounds of both sides
    may cancel; the one that decides is named. What constraints take from a candidate is a reason of its own. The effects
    add up to the lead, but for those below `LEAST_EFFECT`.

    Args:
        pack, worlds, conditions: the reading and how it was evaluated.
        winner, other: candidates.
        findings: verdicts of the claims.
        measured: measurements by (candidate, probe, measure).
    """
    fraction = worlds.weighting.shares
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.worlds)
    kept = {one: ~worlds.excluded[worlds.candidates.index(one)] & possible for one in (winner, other)}
    both = kept[winner] & kept[other]
    if not both.any():
        both = possible  # one of them is never allowed: compare them as if it were
    found = []
    worlds_possible = int(possible.sum())
    for at, criterion in enumerate(worlds.criteria):
        weight = fraction[at] * both
        whole = float(weight.sum())
        parts = []
        for candidate, sign in ((winner, 1.0), (other, -1.0)):
            for ground, share, value in worlds.beliefs[candidate, criterion].parts:
                moved = share * (value - 0.5)
                effect = float((weight * moved).sum()) if moved.ndim else whole * float(moved)
                parts.append(_Part(ground, sign * effect / worlds_possible, mean_over_worlds(value)))
        net = sum(part.effect for part in parts)
        if abs(net) >= LEAST_EFFECT:
            lead = _decisive(parts, float(np.sign(net)))
            rule = _rule(pack, conditions, criterion)
            found.append(_reason(pack, conditions, rule, lead.ground, net, findings, measured, (winner, other)))
    found += _exclusions(pack, worlds, conditions, kept, winner, other)
    return tuple(sorted(found, key=lambda one: (-abs(one.effect), one.criterion, one.source)))


def _decisive(parts: list[_Part], sign: float) -> _Part:
    """Return the ground that decides a criterion: of the source that tells the two apart most, its stronger word."""
    levels: dict[str, set[float]] = {}
    for part in parts:
        levels.setdefault(part.ground.source, set()).add(round(part.level, 6))
    twice = {part.ground.source for part in parts if sum(p.ground.source == part.ground.source for p in parts) > 1}
    telling = [part for part in parts if part.ground.source not in twice or len(levels[part.ground.source]) > 1]
    net: dict[str, float] = {}
    for part in telling or parts:
        net[part.ground.source] = net.get(part.ground.source, 0.0) + part.effect
    source = max(net, key=lambda one: net[one] * sign)
    return max((part for part in parts if part.ground.source == source), key=lambda part: part.effect * sign)


def _exclusions(
    pack: Pack, worlds: Worlds, conditions: Conditions, kept: Mapping[str, NDArray[np.bool_]], winner: str, other: str
) -> list[Reason]:
    """Return what is lost where a constraint leaves only one of the two, each under the constraint that does it most often."""
    found = []
    possible = int(np.broadcast_to(worlds.answers.possible, worlds.answers.worlds).sum())
    for out, left, sign in ((winner, other, -1.0), (other, winner, 1.0)):
        alone = kept[left] & ~kept[out]
        if not alone.any():
            continue
        effect = sign * float(worlds.mean[worlds.candidates.index(left), alone].sum(dtype=np.float64)) / possible
        firing = [id for id, one in pack.constraints.items() if out in pack.excluded(one)]
        if abs(effect) >= LEAST_EFFECT and firing:
            id = max(firing, key=lambda id: share_of(conditions.holds(pack.constraints[id].when) & alone))
            found.append(_exclusion(pack, id, out, effect))
    return found


def _exclusion(pack: Pack, id: str, candidate: str, effect: float) -> Reason:
    constraint = pack.constraints[id]
    question = next((part.question for part in questions_of(constraint.when)), next(iter(pack.questions)))
    topic, text = pack.questions[question].topic, constraint.constraint
    return Reason(id, None, None, question, topic, candidate, effect, constraint.source, "untested", text)


def _rule(pack: Pack, conditions: Conditions, criterion: str) -> str | None:
    """Return the need that gives a criterion its importance in most worlds."""
    best: tuple[float, str] | None = None
    for id, need in pack.needs.items():
        if criterion in need.criteria:
            strength = share_of(conditions.holds(need.when)) * WEIGHT[need.criteria[criterion]]
            if strength > 0 and (best is None or strength > best[0]):
                best = (strength, id)
    return best[1] if best else None


def _reason(
    pack: Pack,
    conditions: Conditions,
    rule: str | None,
    ground: Ground,
    effect: float,
    findings: Mapping[str, Finding],
    measured: Mapping[tuple[str, str, str], ScaledMeasurement],
    pair: tuple[str, str],
) -> Reason:
    topic = pack.criteria[ground.criterion].topic
    if ground.side == "run":
        probe, measure = ground.stated_values[0].id.split(".", 1)
        text = _measured_text(pack, ground.criterion, probe, measure, measured, pair)
        return Reason(
            rule,
            None,
            f"{probe}.{measure}",
            ground.criterion,
            topic,
            ground.candidate,
            effect,
            probe,
            "measured",
            text,
        )
    claim = max(
        ground.stated_values, key=lambda member: _activity(conditions.holds(member.when)) * abs(member.value - 0.5)
    ).id
    verdict = findings[claim].verdict if claim in findings else "untested"
    return Reason(
        rule,
        claim,
        None,
        ground.criterion,
        topic,
        ground.candidate,
        effect,
        pack.claims[claim].source,
        verdict,
        pack.claims[claim].claim,
    )


def _activity(holds: NDArray[np.bool_]) -> float:
    return share_of(holds) + 1e-9


def _measured_text(
    pack: Pack,
    criterion: str,
    probe: str,
    measure: str,
    measured: Mapping[tuple[str, str, str], ScaledMeasurement],
    pair: tuple[str, str],
) -> Text:
    """Say what was measured for both candidates, in the words of the criterion."""
    reading = next(one for one in pack.criteria[criterion].measured if (one.probe, one.measure) == (probe, measure))
    said = [
        (pack.candidates[candidate].name, amount(measured[candidate, probe, measure].amount))
        for candidate in pair
        if (candidate, probe, measure) in measured
    ]
    unit = reading.unit
    en = ", ".join(f"{name.en} {value.en}{f' {unit.en}' if unit else ''}" for name, value in said)
    zh = "，".join(f"{name.zh} {value.zh}{f' {unit.zh}' if unit else ''}" for name, value in said)
    return Text(en=f"{reading.label.en}: {en}", zh=f"{reading.label.zh}：{zh}")
