"""How an answer came about, why each rival lost, and what would change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct

from advisor.knowledge.condition import comparisons_of
from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import Advice, Reason
from advisor.reasoning.answer_flips import AnswerFlipPair, answer_flip_pairs
from advisor.reasoning.assemble import Answer, compute_answer
from advisor.reasoning.conditions import Conditions, share_of
from advisor.reasoning.derivation import (
    BeliefSummary,
    CriterionWeight,
    Derivation,
    FiredRule,
    RejectedClaim,
    Rival,
)
from advisor.reasoning.evaluation import AdviceInputs, EvaluatedReading, weights_by_hand
from advisor.reasoning.ranking import rank
from advisor.reasoning.readings import stated_levels
from advisor.reasoning.reasons import reasons
from advisor.reasoning.sensitivity import GroundFlip, WeightFlip, find_ground_flips, find_weight_flips
from advisor.reasoning.worlds import Worlds

LEVEL_GAP = 0.005
"""Two beliefs whose means differ by less are equal."""
MIN_SHOWN_SHARE = 0.005
"""A kind of source with a smaller share of a belief is not listed."""
MOST_SHOWN = 8
"""The most criteria that are explained, and the most reasons listed for each rival; further ones would change nothing a reader sees."""
MOST_MOVED = 0.5
"""A weight that must move by more than this share of all weight is no useful answer to what would change the result."""
GOOD = 0.6
"""A claim that gives a candidate a higher value speaks for it."""


class _Basis(Struct, frozen=True):
    """What every part of a derivation is taken from."""

    inputs: AdviceInputs
    final: EvaluatedReading
    conditions: Conditions
    advice: Advice

    @property
    def pack(self) -> Pack:
        return self.inputs.pack


def derive(inputs: AdviceInputs, against: Sequence[str] = ()) -> Derivation:
    """Compute an answer with everything it is derived from (see `derivation_of`)."""
    return derivation_of(compute_answer(inputs), against)


def derivation_of(answer: Answer, against: Sequence[str] = ()) -> Derivation:
    """Return everything an answer is derived from, read off the worlds it was computed in.

    Args:
        answer: with its worlds.
        against: candidates, the best of which is the only rival (default: the best stack of every other framework). There
            is no rival where that one is recommended.
    """
    inputs, conditions, advice = answer.inputs, answer.conditions, answer.advice
    basis = _Basis(inputs, answer.readings["measured"], conditions, advice)
    if advice.candidate is None or advice.framework is None:
        return Derivation(advice, (), (), (), (), (), (), (), ())
    worlds, grounds = basis.final.worlds, basis.final.grounds
    pairs: tuple[AnswerFlipPair, ...] = ()
    if not advice.flips:
        overrides = weights_by_hand(inputs)
        pairs = answer_flip_pairs(inputs.pack, grounds, inputs.profile, basis.final.scoped, overrides, advice.framework)
    weights = tuple(_within_reach(find_weight_flips(worlds, advice.framework)))
    by_ground = find_ground_flips(inputs.pack, grounds, inputs.findings, worlds, conditions)
    rivals = [_rival(basis, candidate, pairs, weights, by_ground) for candidate in _rivals(basis, against)]
    own_reasons = () if against else (*advice.reasons, *advice.dissent)
    deciding = _deciding(inputs.pack, (*own_reasons, *(reason for rival in rivals for reason in rival.reasons)))
    candidates = (advice.candidate, *(rival.candidate for rival in rivals))
    return Derivation(
        advice=advice,
        fired=tuple(_fired(basis, deciding)),
        matters=tuple(_weight(basis, criterion) for criterion in deciding),
        beliefs=tuple(_belief(basis, candidate, criterion) for criterion in deciding for candidate in candidates),
        rivals=tuple(rivals),
        rejected_claims=tuple(_rejected(basis, lambda values: values.get(advice.candidate or "", 1) < 1 - GOOD)),
        pairs=pairs,
        weight_flips=weights,
        ground_flips=by_ground,
    )


def _deciding(pack: Pack, reasons: Sequence[Reason]) -> list[str]:
    """Return the criteria with the largest effects, each once, largest first."""
    ranked = sorted(reasons, key=lambda reason: (-abs(reason.effect), reason.criterion))
    return list(dict.fromkeys(reason.criterion for reason in ranked if reason.criterion in pack.criteria))[:MOST_SHOWN]


def _within_reach(flips: Sequence[WeightFlip]) -> Iterator[WeightFlip]:
    yield from (flip for flip in flips if abs(flip.share_at - flip.share_now) <= MOST_MOVED)


def _rivals(basis: _Basis, against: Sequence[str]) -> Iterator[str]:
    """Yield the best of the named candidates, or of each framework that is not recommended, those that take no part last."""
    ranked = [standing.id for standing in basis.advice.ranking]
    ranked_frameworks = [standing.id for standing in basis.advice.frameworks]
    others = [*ranked_frameworks[1:], *(id for id in basis.pack.frameworks if id not in ranked_frameworks)]
    for stacks in [against] if against else [basis.pack.stacks(framework) for framework in others]:
        best = next((candidate for candidate in ranked if candidate in stacks), stacks[0])
        if best != basis.advice.candidate:
            yield best


def _rival(
    basis: _Basis,
    candidate: str,
    answer_pairs: tuple[AnswerFlipPair, ...],
    weight_flips: tuple[WeightFlip, ...],
    ground_flips: tuple[GroundFlip, ...],
) -> Rival:
    advice, pack, worlds = basis.advice, basis.pack, basis.final.scoped.all_worlds
    winner, framework = str(advice.candidate), pack.candidates[candidate].framework
    out_of_scope = framework not in basis.final.worlds.frameworks
    worlds_with_rival = worlds.restricted_to([*basis.final.worlds.frameworks, framework])
    standings = rank(worlds_with_rival).candidates if out_of_scope else advice.ranking
    measurements = basis.inputs.measured_by_key
    reasons_between = reasons(
        pack, worlds_with_rival, basis.conditions, winner, candidate, basis.inputs.findings, measurements
    )
    if out_of_scope:
        weight_flips = tuple(_within_reach(find_weight_flips(worlds_with_rival, str(advice.framework))))
    indices = range(len(worlds.criteria))
    gaps = [gap for index in indices if (gap := _gap(worlds, winner, candidate, index)) is not None]
    return Rival(
        candidate=candidate,
        framework=framework,
        out_of_scope=out_of_scope,
        standing=next(standing for standing in standings if standing.id == candidate),
        winner_ahead=sum(gap > LEVEL_GAP for gap in gaps),
        winner_behind=sum(gap < -LEVEL_GAP for gap in gaps),
        as_good=sum(abs(gap) <= LEVEL_GAP for gap in gaps),
        loses_by=tuple(reason for reason in reasons_between if reason.effect > 0)[:MOST_SHOWN],
        speaks_for=tuple(reason for reason in reasons_between if reason.effect < 0)[:MOST_SHOWN],
        rejected_claims=tuple(_rejected(basis, lambda values: values.get(candidate, 0) > GOOD)),
        flips=tuple(flip for flip in advice.flips if flip.becomes == framework),
        pairs=tuple(pair for pair in answer_pairs if pair.becomes == framework),
        weight_flips=tuple(flip for flip in weight_flips if flip.becomes == framework),
        ground_flips=tuple(flip for flip in ground_flips if flip.becomes == framework),
    )


def _gap(worlds: Worlds, winner: str, rival: str, criterion_index: int) -> float | None:
    """Return the mean value believed of the winner on a criterion minus that believed of the rival.

    It is averaged over the worlds, each with the weight the criterion has there; None where it has no weight in any.
    """
    weights, criterion = worlds.weighting.shares[criterion_index], worlds.criteria[criterion_index]
    if not weights.any():
        return None
    difference = worlds.beliefs[winner, criterion].mean - worlds.beliefs[rival, criterion].mean
    return float((difference * weights).sum(dtype=np.float64) / weights.sum(dtype=np.float64))


def _fired(basis: _Basis, deciding: Sequence[str]) -> Iterator[FiredRule]:
    """Yield the rules that give a deciding criterion its importance, those that fire in most worlds first."""
    rules = []
    for id, need in basis.pack.needs.items():
        share = share_of(basis.conditions.holds(need.when))
        criteria = tuple(
            (criterion, str(importance)) for criterion, importance in need.criteria.items() if criterion in deciding
        )
        if share > 0 and criteria:
            questions = dict.fromkeys(comparison.question for comparison in comparisons_of(need.when))
            answers_read = tuple((question, basis.inputs.profile.known(question)) for question in questions)
            rules.append(FiredRule(id, share, answers_read, criteria))
    yield from sorted(rules, key=lambda rule: (-rule.share, rule.rule))[:MOST_SHOWN]


def _weight(basis: _Basis, criterion: str) -> CriterionWeight:
    worlds = basis.final.worlds
    share = float(np.mean(worlds.weighting.shares[worlds.criteria.index(criterion)], dtype=np.float64))
    rules_of_criterion = (
        reason.rule for reason in (*basis.advice.reasons, *basis.advice.dissent) if reason.criterion == criterion
    )
    rule = next(rules_of_criterion, None)
    return CriterionWeight(criterion, share, "by hand" if criterion in basis.inputs.weigh else rule or "default")


def _belief(basis: _Basis, candidate: str, criterion: str) -> BeliefSummary:
    """Average a belief over the worlds, each with the weight its criterion has there."""
    worlds = basis.final.scoped.all_worlds
    belief, weights = worlds.beliefs[candidate, criterion], worlds.weighting.shares[worlds.criteria.index(criterion)]
    total_weight = float(weights.sum(dtype=np.float64)) or 1.0

    def weighted_mean(values: object) -> float:
        return float((np.asarray(values) * weights).sum(dtype=np.float64) / total_weight)

    share_by_kind: dict[str, float] = {}
    for ground, share, _ in belief.parts:
        source_kind = "measured-here" if ground.side == "run" else str(basis.pack.sources[ground.source].kind)
        share_by_kind[source_kind] = share_by_kind.get(source_kind, 0.0) + weighted_mean(share)
    shown_shares = [(source_kind, share) for source_kind, share in share_by_kind.items() if share >= MIN_SHOWN_SHARE]
    shown_shares.sort(key=lambda kind_and_share: (-kind_and_share[1], kind_and_share[0]))
    prior = 1.0 - sum(share for _, share in shown_shares)  # it also takes the shares too small to be shown
    sd = weighted_mean(belief.precision**-0.5)
    return BeliefSummary(candidate, criterion, weighted_mean(belief.mean), sd, (*shown_shares, ("prior", prior)))


def _rejected(basis: _Basis, speaks: Callable[[Mapping[str, float]], bool]) -> Iterator[RejectedClaim]:
    """Yield the claims that do not count, of those about a criterion with a weight; the largest weight first.

    Args:
        speaks: whether the values a claim gives, by candidate, are the ones asked for.
    """
    worlds, pack = basis.final.worlds, basis.pack
    weights = dict(zip(worlds.criteria, worlds.weighting.shares.mean(axis=1, dtype=np.float64), strict=True))
    ranked_claims = []
    for id, claim in pack.claims.items():
        refuted = basis.inputs.findings[id].verdict == "refuted"
        if claim.about is None or not weights[claim.about] or (claim.review.upheld and not refuted):
            continue
        if bool(np.any(basis.conditions.holds(claim.when))) and speaks(dict(stated_levels(claim, pack))):
            ranked_claims.append((-weights[claim.about], id, RejectedClaim(id, "refuted" if refuted else "review")))
    yield from [claim for _, _, claim in sorted(ranked_claims, key=lambda entry: entry[:2])][:MOST_SHOWN]
