"""The derivation: how an answer came about, why each rival lost, and what it hangs on; every explanation is a view of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from advisor.knowledge.condition import questions_of
from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import Advice, Reason
from advisor.reasoning.answer_flips import AnswerFlip, AnswerFlipPair, answer_flip_pairs
from advisor.reasoning.assemble import AdviceInputs, EvaluatedReading, assemble_from, evaluate_readings, weights_by_hand
from advisor.reasoning.conditions import Conditions, share_of
from advisor.reasoning.ranking import Standing
from advisor.reasoning.readings import stated_levels
from advisor.reasoning.reasons import reasons
from advisor.reasoning.sensitivity import GroundFlip, WeightFlip, ground_flips, weight_flips
from advisor.reasoning.worlds import Worlds

LEVEL_GAP = 0.005
"""Two beliefs whose means differ by less are level."""
MOST = 8
"""So many deciding criteria are laid open, and so many reasons listed of each rival; the rest would not change the picture."""
FAR = 0.5
"""A weight that must move by more of all weight than this is no answer to what would change the result."""
GOOD = 0.6
"""A claim that puts a candidate above this speaks for it."""


@dataclass(frozen=True)
class FiredRule:
    """A rule that fired, and the answers it read: each question with its known choices, none while it is unknown.

    Attributes:
        share: of the worlds it fires in.
    """

    rule: str
    share: float
    read: tuple[tuple[str, tuple[str, ...]], ...]
    criteria: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CriterionWeight:
    """What a criterion weighs, and whose doing that is: a rule's id, "default" or "by hand"."""

    criterion: str
    share: float
    origin: str


@dataclass(frozen=True)
class BeliefSummary:
    """What is thought of a candidate on a criterion, over all worlds; `parts` are (kind of source, share), the largest first."""

    candidate: str
    criterion: str
    mean: float
    sd: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class RejectedClaim:
    """A claim that spoke for a candidate but does not count: refuted here, or not upheld by its review."""

    claim: str
    because: Literal["refuted", "review"]


@dataclass(frozen=True)
class Rival:
    """Why another candidate was not recommended.

    Attributes:
        standing: how it does; the whole framework's where it comes from outside.
        ahead, behind, level: on how many of the criteria that matter the recommended candidate stands so, before weights.
        loses_by, speaks_for: what lies between the two, criterion by criterion; effects are on the winner's lead.
        rejected: claims that spoke for it and do not count.
        flips, pairs, weights, grounds: what would have to be true for its framework to lead.
    """

    candidate: str
    framework: str
    out_of_scope: bool
    standing: Standing
    ahead: int
    behind: int
    level: int
    loses_by: tuple[Reason, ...]
    speaks_for: tuple[Reason, ...]
    rejected: tuple[RejectedClaim, ...]
    flips: tuple[AnswerFlip, ...]
    pairs: tuple[AnswerFlipPair, ...]
    weights: tuple[WeightFlip, ...]
    grounds: tuple[GroundFlip, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What lies between the two, in both directions."""
        return (*self.loses_by, *self.speaks_for)

    @property
    def dominated(self) -> bool:
        """Whether it is nowhere better: then no weights could make it lead."""
        return self.behind == 0 and self.ahead > 0


@dataclass(frozen=True)
class Derivation:
    """An answer with all that carries it.

    Attributes:
        fired, matters: the rules behind the reasons and what their criteria weigh.
        beliefs: of the recommended candidate and each rival on those criteria.
        rejected: claims that spoke against the recommended candidate and do not count.
        pairs: of changed answers that flip it, where no single answer does.
    """

    advice: Advice
    fired: tuple[FiredRule, ...]
    matters: tuple[CriterionWeight, ...]
    beliefs: tuple[BeliefSummary, ...]
    rivals: tuple[Rival, ...]
    rejected: tuple[RejectedClaim, ...]
    pairs: tuple[AnswerFlipPair, ...]
    weights: tuple[WeightFlip, ...]
    grounds: tuple[GroundFlip, ...]


@dataclass(frozen=True)
class _Basis:
    """What every part of a derivation is taken from."""

    case: AdviceInputs
    final: EvaluatedReading
    conditions: Conditions
    advice: Advice

    @property
    def pack(self) -> Pack:
        return self.case.pack


def derive(case: AdviceInputs, against: Sequence[str] = ()) -> Derivation:
    """Derive the answer of a case once more, keeping what it came from.

    Args:
        case: as for `assemble`.
        against: candidates of which the best is compared with (default: the best stack of every other framework). No
            rival is found where that one is recommended.
    """
    evaluated, conditions = evaluate_readings(case)
    advice = assemble_from(case, evaluated, conditions)
    basis = _Basis(case, evaluated["measured"], conditions, advice)
    if advice.candidate is None or advice.framework is None:
        return Derivation(advice, (), (), (), (), (), (), (), ())
    winner, worlds, pack = advice.framework, basis.final.worlds, case.pack
    pairs: tuple[AnswerFlipPair, ...] = ()
    if not advice.flips:
        pairs = answer_flip_pairs(pack, basis.final.grounds, case.profile, worlds, weights_by_hand(case), winner)
    weights = tuple(_near(weight_flips(worlds, winner)))
    grounds = ground_flips(pack, basis.final.grounds, case.findings, worlds, conditions)
    rivals = [_rival(basis, one, pairs, weights, grounds) for one in _others(basis, against)]
    found = () if against else (*advice.reasons, *advice.dissent)
    lead = _deciding(pack, (*found, *(one for rival in rivals for one in rival.reasons)))
    who = (advice.candidate, *(one.candidate for one in rivals))
    return Derivation(
        advice,
        tuple(_fired(basis, lead)),
        tuple(_matter(basis, one) for one in lead),
        tuple(_belief(basis, one, criterion) for criterion in lead for one in who),
        tuple(rivals),
        tuple(_rejected(basis, lambda levels: levels.get(advice.candidate or "", 1) < 1 - GOOD)),
        pairs,
        weights,
        grounds,
    )


def _deciding(pack: Pack, found: Sequence[Reason]) -> list[str]:
    """Return the criteria that decide, each once, the strongest first."""
    ranked = sorted(found, key=lambda one: (-abs(one.effect), one.criterion))
    return list(dict.fromkeys(one.criterion for one in ranked if one.criterion in pack.criteria))[:MOST]


def _near(found: Sequence[WeightFlip]) -> Iterator[WeightFlip]:
    yield from (one for one in found if abs(one.share_at - one.share_now) <= FAR)


def _others(basis: _Basis, against: Sequence[str]) -> Iterator[str]:
    """Yield the best of the named candidates, or of each framework that is not recommended, those from outside last."""
    ranked = [one.id for one in basis.advice.ranking]
    others = [basis.pack.stacks(one.id) for one in (*basis.advice.frameworks[1:], *basis.advice.out_of_scope)]
    for stacks in [against] if against else others:
        best = next((one for one in ranked if one in stacks), stacks[0])
        if best != basis.advice.candidate:
            yield best


def _rival(
    basis: _Basis,
    candidate: str,
    pairs: tuple[AnswerFlipPair, ...],
    weights: tuple[WeightFlip, ...],
    grounds: tuple[GroundFlip, ...],
) -> Rival:
    advice, pack, everyone = basis.advice, basis.pack, basis.final.scoped.all_worlds
    winner, framework = str(advice.candidate), pack.candidates[candidate].framework
    out_of_scope = framework not in basis.final.worlds.frameworks
    listed = (*advice.out_of_scope, *advice.frameworks) if out_of_scope else advice.ranking
    measured = {(one.candidate, one.probe, one.measure): one for one in basis.case.measured}
    between = reasons(pack, everyone, basis.conditions, winner, candidate, basis.case.findings, measured)
    if out_of_scope:
        joined = everyone.restricted_to([*basis.final.worlds.frameworks, framework])
        weights = tuple(_near(weight_flips(joined, str(advice.framework))))
    gaps = [_gap(everyone, winner, candidate, at) for at in range(len(everyone.criteria))]
    return Rival(
        candidate=candidate,
        framework=framework,
        out_of_scope=out_of_scope,
        standing=next(one for one in listed if one.id in (candidate, framework)),
        ahead=sum(gap > LEVEL_GAP for gap in gaps if gap is not None),
        behind=sum(gap < -LEVEL_GAP for gap in gaps if gap is not None),
        level=sum(abs(gap) <= LEVEL_GAP for gap in gaps if gap is not None),
        loses_by=tuple(one for one in between if one.effect > 0)[:MOST],
        speaks_for=tuple(one for one in between if one.effect < 0)[:MOST],
        rejected=tuple(_rejected(basis, lambda levels: levels.get(candidate, 0) > GOOD)),
        flips=tuple(one for one in advice.flips if one.becomes == framework),
        pairs=tuple(one for one in pairs if one.becomes == framework),
        weights=tuple(one for one in weights if one.becomes == framework),
        grounds=tuple(one for one in grounds if one.becomes == framework),
    )


def _gap(worlds: Worlds, winner: str, other: str, at: int) -> float | None:
    """Return by how much the winner's belief exceeds another's on a criterion, where it matters; None where it never does."""
    share = worlds.weighting.shares[at]
    if not share.any():
        return None
    own, others = (worlds.beliefs[one, worlds.criteria[at]].mean for one in (winner, other))
    return float(((own - others) * share).sum(dtype=np.float64) / share.sum(dtype=np.float64))


def _fired(basis: _Basis, lead: Sequence[str]) -> Iterator[FiredRule]:
    """Yield the rules that give a deciding criterion its importance, the surest first."""
    found = []
    for id, need in basis.pack.needs.items():
        share = share_of(basis.conditions.holds(need.when))
        criteria = tuple((one, str(level)) for one, level in need.criteria.items() if one in lead)
        if share > 0 and criteria:
            read = dict.fromkeys(part.question for part in questions_of(need.when))
            told = tuple((question, basis.case.profile.known(question)) for question in read)
            found.append(FiredRule(id, share, told, criteria))
    yield from sorted(found, key=lambda one: (-one.share, one.rule))[:MOST]


def _matter(basis: _Basis, criterion: str) -> CriterionWeight:
    worlds = basis.final.worlds
    share = float(np.mean(worlds.weighting.shares[worlds.criteria.index(criterion)], dtype=np.float64))
    rule = next(
        (one.rule for one in (*basis.advice.reasons, *basis.advice.dissent) if one.criterion == criterion), None
    )
    return CriterionWeight(criterion, share, "by hand" if criterion in basis.case.weigh else rule or "default")


def _belief(basis: _Basis, candidate: str, criterion: str) -> BeliefSummary:
    """Sum up a belief over the worlds in which its criterion matters."""
    worlds = basis.final.scoped.all_worlds
    pool, weight = worlds.beliefs[candidate, criterion], worlds.weighting.shares[worlds.criteria.index(criterion)]
    total = float(weight.sum(dtype=np.float64)) or 1.0

    def over(values: object) -> float:
        return float((np.asarray(values) * weight).sum(dtype=np.float64) / total)

    kinds: dict[str, float] = {}
    for ground, share, _ in pool.parts:
        kind = "measured-here" if ground.side == "run" else str(basis.pack.sources[ground.source].kind)
        kinds[kind] = kinds.get(kind, 0.0) + over(share)
    parts = sorted((one for one in kinds.items() if one[1] >= LEVEL_GAP), key=lambda one: (-one[1], one[0]))
    prior = 1.0 - sum(share for _, share in parts)
    return BeliefSummary(candidate, criterion, over(pool.mean), over(pool.precision**-0.5), (*parts, ("prior", prior)))


def _rejected(basis: _Basis, speaks: Callable[[Mapping[str, float]], bool]) -> Iterator[RejectedClaim]:
    """Yield the claims that speak as asked, are about what matters, and do not count; of the weightiest criterion first."""
    worlds, pack = basis.final.worlds, basis.pack
    weight = dict(zip(worlds.criteria, worlds.weighting.shares.mean(axis=1, dtype=np.float64), strict=True))
    found = []
    for id, claim in pack.claims.items():
        refuted = basis.case.findings[id].verdict == "refuted"
        if claim.about is None or not weight[claim.about] or (claim.review.upheld and not refuted):
            continue
        if bool(np.any(basis.conditions.holds(claim.when))) and speaks(dict(stated_levels(claim, pack))):
            found.append((-weight[claim.about], RejectedClaim(id, "refuted" if refuted else "review")))
    yield from [one for _, one in sorted(found, key=lambda one: (one[0], one[1].claim))][:MOST]
