"""Why one candidate leads another: the difference of their mean utilities, split exactly among the grounds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from advisor.knowledge.condition import Condition, comparisons_of
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import Reason, WeightFrom
from advisor.reasoning.beliefs import Ground, mean_over_worlds
from advisor.reasoning.conditions import FALSE, Conditions, share_of
from advisor.reasoning.exclusions import unmet
from advisor.reasoning.readings import Finding, ScaledMeasurement
from advisor.reasoning.worlds import OUT_COST, Worlds
from advisor.text import Text
from advisor.words import amount

LEAST_EFFECT = 0.0005
"""Utility; reasons with a smaller effect on the lead are left out."""

Measurements = Mapping[tuple[str, str, str], ScaledMeasurement]
"""By (candidate, probe, measure)."""


class _Part(Struct, frozen=True):
    """What one ground contributes to the winner's lead, in utility, and the mean value it states."""

    ground: Ground
    effect: float
    value: float


def reasons(
    pack: Pack,
    worlds: Worlds,
    conditions: Conditions,
    winner: str,
    rival: str,
    findings: Mapping[str, Finding],
    measured: Measurements,
) -> tuple[Reason, ...]:
    """Return for each criterion what it adds to the winner's lead over another candidate, largest effect first.

    The lead is the difference of the mean utilities at nominal weights. Within a criterion the grounds on both sides may
    cancel; the decisive one is named. What a candidate loses where it does not meet a constraint is a reason of its own. The
    effects add up to the lead, except for those below `LEAST_EFFECT`.

    Args:
        pack, worlds, conditions: the reading and what it was evaluated from.
        winner, rival: candidates.
        findings: the verdict of the runs on each claim, by the claim's id.
        measured: the measurements on the criteria's scales.
    """
    possible = np.broadcast_to(worlds.answers.possible, worlds.answers.world_count)
    by_criterion = []
    for index, criterion in enumerate(worlds.criteria):
        parts = _parts(worlds, index, (winner, rival), possible)
        net = sum(part.effect for part in parts)
        if abs(net) >= LEAST_EFFECT:
            decisive_part = _decisive_part(parts, float(np.sign(net)))
            rule = weightiest_rule(pack, conditions, criterion)
            reason = _reason(pack, conditions, rule, decisive_part.ground, net, findings, measured, (winner, rival))
            by_criterion.append(reason)
    unmet_reasons = _unmet_reasons(pack, worlds, conditions, possible, winner, rival)
    return tuple(
        sorted(
            (*by_criterion, *unmet_reasons), key=lambda reason: (-abs(reason.effect), reason.criterion, reason.source)
        )
    )


def _parts(worlds: Worlds, index: int, pair: tuple[str, str], possible: NDArray[np.bool_]) -> list[_Part]:
    """Return what each ground about two candidates adds to the lead of the first, on one criterion.

    Args:
        worlds: the evaluated reading.
        index: the criterion's place in `worlds.criteria`.
        pair: the two candidates.
        possible: whether each world counts.
    """
    weight, count = worlds.weighting.shares[index] * possible, max(int(possible.sum()), 1)
    total_weight = float(weight.sum())
    parts = []
    for candidate, sign in zip(pair, (1.0, -1.0), strict=True):
        for ground, share, value in worlds.beliefs[candidate, worlds.criteria[index]].parts:
            shift = share * (value - 0.5)
            effect = float((weight * shift).sum()) if shift.ndim else total_weight * float(shift)
            parts.append(_Part(ground, sign * effect / count, mean_over_worlds(value)))
    return parts


def _decisive_part(parts: list[_Part], sign: float) -> _Part:
    """Return the part that decides a criterion: the largest part of the source with the largest net effect, both along `sign`.

    A source that states one and the same value several times does not tell the two candidates apart, so it decides only where
    every source is like that.

    Args:
        parts: what each ground contributes to the winner's lead on the criterion.
        sign: the sign of the sum of their effects: 1 where the winner is ahead on the criterion, -1 where it is behind.
    """
    parts_per_source = Counter(part.ground.source for part in parts)
    values_by_source: defaultdict[str, set[float]] = defaultdict(set)
    for part in parts:
        values_by_source[part.ground.source].add(round(part.value, 6))
    separating_sources = {
        source for source, count in parts_per_source.items() if count == 1 or len(values_by_source[source]) > 1
    }
    net_effect_by_source: dict[str, float] = {}
    for part in parts:
        source = part.ground.source
        if source in separating_sources or not separating_sources:
            net_effect_by_source[source] = net_effect_by_source.get(source, 0.0) + part.effect
    decisive_source = max(net_effect_by_source, key=lambda source: net_effect_by_source[source] * sign)
    return max((part for part in parts if part.ground.source == decisive_source), key=lambda part: part.effect * sign)


def _unmet_reasons(
    pack: Pack, worlds: Worlds, conditions: Conditions, possible: NDArray[np.bool_], winner: str, rival: str
) -> list[Reason]:
    """Return the reasons for the worlds in which just one of the two candidates is out: at most one reason for each.

    Such a reason names the constraint that the candidate fails in most of these worlds.
    """
    unmet_reasons = []
    out = {name: worlds.out[worlds.candidates.index(name)] & possible for name in (winner, rival)}
    for candidate, other, sign in ((winner, rival, -1.0), (rival, winner, 1.0)):
        only_candidate_out = out[candidate] & ~out[other]
        effect = sign * OUT_COST * float(only_candidate_out.sum()) / max(int(possible.sum()), 1)
        share_by_constraint = {
            id: share_of(not_met & only_candidate_out)
            for id in pack.constraints
            if (not_met := unmet(pack, worlds, conditions, id, candidate)) is not FALSE
        }
        if abs(effect) >= LEAST_EFFECT and share_by_constraint:
            constraint = max(share_by_constraint, key=lambda id: share_by_constraint[id])
            unmet_reasons.append(_unmet_reason(pack, conditions, constraint, candidate, effect))
    return unmet_reasons


def _unmet_reason(pack: Pack, conditions: Conditions, id: str, candidate: str, effect: float) -> Reason:
    constraint = pack.constraints[id]
    question = next((part.question for part in comparisons_of(constraint.when)), next(iter(pack.questions)))
    return Reason(
        rule=id,
        weight_from=weight_from(conditions, constraint.when),
        claim=None,
        probe=None,
        criterion=question,
        topic=pack.questions[question].topic,
        candidate=candidate,
        effect=effect,
        source=constraint.source,
        verdict="untested",
        text=constraint.constraint,
    )


def weightiest_rule(pack: Pack, conditions: Conditions, criterion: str) -> str | None:
    """Return the id of the need that gives a criterion the most weight, over all worlds; None where none does."""
    best: tuple[float, str] | None = None
    for id, need in pack.needs.items():
        if criterion in need.criteria:
            weight = share_of(conditions.holds(need.when)) * WEIGHT[need.criteria[criterion]]
            if weight > 0 and (best is None or weight > best[0]):
                best = (weight, id)
    return best[1] if best else None


def weight_from(conditions: Conditions, when: Condition) -> WeightFrom:
    """Return why something matters that a rule asks for under a condition: by the answers where it holds in every world."""
    return "answers" if bool(conditions.holds(when).all()) else "guess"


def _reason(
    pack: Pack,
    conditions: Conditions,
    rule: str | None,
    ground: Ground,
    effect: float,
    findings: Mapping[str, Finding],
    measured: Measurements,
    pair: tuple[str, str],
) -> Reason:
    topic = pack.criteria[ground.criterion].topic
    origin = "default" if rule is None else weight_from(conditions, pack.needs[rule].when)
    if ground.side == "run":
        probe, measure = ground.stated_values[0].id.split(".", 1)
        return Reason(
            rule=rule,
            weight_from=origin,
            claim=None,
            probe=f"{probe}.{measure}",
            criterion=ground.criterion,
            topic=topic,
            candidate=ground.candidate,
            effect=effect,
            source=probe,
            verdict="measured",
            text=_measured_text(pack, ground.criterion, probe, measure, measured, pair),
        )
    claim = max(
        ground.stated_values,
        key=lambda stated: (share_of(conditions.holds(stated.when)) + 1e-9) * abs(stated.value - 0.5),
    ).id
    return Reason(
        rule=rule,
        weight_from=origin,
        claim=claim,
        probe=None,
        criterion=ground.criterion,
        topic=topic,
        candidate=ground.candidate,
        effect=effect,
        source=pack.claims[claim].source,
        verdict=findings[claim].verdict if claim in findings else "untested",
        text=pack.claims[claim].claim,
    )


def _measured_text(
    pack: Pack, criterion: str, probe: str, measure: str, measured: Measurements, pair: tuple[str, str]
) -> Text:
    """Return what was measured of two candidates in one sentence, under the label the criterion gives it."""
    scale = next(
        scale for scale in pack.criteria[criterion].measured if (scale.probe, scale.measure) == (probe, measure)
    )
    amounts = [
        (pack.candidates[candidate].name, amount(measured[candidate, probe, measure].amount))
        for candidate in pair
        if (candidate, probe, measure) in measured
    ]
    unit = scale.unit
    en = ", ".join(f"{name.en} {value.en}{f' {unit.en}' if unit else ''}" for name, value in amounts)
    zh = "，".join(f"{name.zh} {value.zh}{f' {unit.zh}' if unit else ''}" for name, value in amounts)
    return Text(en=f"{scale.label.en}: {en}", zh=f"{scale.label.zh}：{zh}")
