"""From three evaluated readings to one advice record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from advisor.knowledge.claim import LEVEL
from advisor.knowledge.condition import ALWAYS, questions_of
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import Pack
from advisor.knowledge.question import Question
from advisor.reasoning.advice import Advice, EvidenceSummary, JudgedClaim, Limitations, NextSteps, ReadingResult, Reason
from advisor.reasoning.answer_flips import answer_flips
from advisor.reasoning.conditions import AnswerColumns, Conditions, draw_answers, known_answers
from advisor.reasoning.exclusions import conflict, exclusions
from advisor.reasoning.in_scope import ScopedRanking, rank_in_scope
from advisor.reasoning.profile import Profile
from advisor.reasoning.ranking import Doubt, Ranking, doubt
from advisor.reasoning.readings import (
    READINGS,
    Finding,
    Grounds,
    Reading,
    ScaledMeasurement,
    grounds_of,
    is_stale,
    stated_levels,
    versions_out_of_range,
)
from advisor.reasoning.reasons import reasons
from advisor.reasoning.value_of_information import InformationValue, value_of_probes, value_of_questions
from advisor.reasoning.worlds import WORLDS, Worlds, evaluate, weighting
from advisor.text import Text
from advisor.words import LEVELS

LOOK_WORLDS = 64
"""Enough worlds to see whether a combination can exist."""


@dataclass(frozen=True)
class AdviceInputs:
    """Everything an answer is computed from. Two equal cases give equal answers, byte for byte."""

    pack: Pack
    profile: Profile
    findings: Mapping[str, Finding]
    measured: tuple[ScaledMeasurement, ...]
    as_of: date
    weigh: Mapping[str, str]
    evidence: EvidenceSummary
    steps: int
    not_measured: tuple[Text, ...]
    worlds: int = WORLDS


@dataclass(frozen=True)
class EvaluatedReading:
    """A reading with its grounds, worlds and outcome."""

    grounds: Grounds
    scoped: ScopedRanking

    @property
    def worlds(self) -> Worlds:
        """The worlds of those that take part."""
        return self.scoped.worlds

    @property
    def ranking(self) -> Ranking:
        """Who wins."""
        return self.scoped.ranking


def evaluate_readings(case: AdviceInputs) -> tuple[dict[Reading, EvaluatedReading], Conditions]:
    """Evaluate all three readings in the same worlds."""
    conditions = Conditions(draw_worlds(case.pack, case.profile, case.worlds))
    at_stake = weighting(case.pack, conditions, weights_by_hand(case))
    outside = {id for id, framework in case.pack.frameworks.items() if framework.outside}
    found: dict[Reading, EvaluatedReading] = {}
    for reading in READINGS:
        if reading == "measured" and not case.evidence.runs and not _any_refuted(case):
            found[reading] = found["reviewed"]  # nothing was measured: the reading adds nothing
            continue
        grounds = grounds_of(reading, case.pack, case.findings, case.measured, case.as_of, case.evidence.versions)
        worlds = evaluate(case.pack, grounds, conditions, at_stake)
        found[reading] = EvaluatedReading(grounds, rank_in_scope(worlds, outside))
    return found, conditions


def _any_refuted(case: AdviceInputs) -> bool:
    """Whether a claim is refuted, if only by assumption (`advise what-if claim:ID=refuted`)."""
    return any(one.verdict == "refuted" for one in case.findings.values())


def draw_worlds(pack: Pack, profile: Profile, worlds: int) -> AnswerColumns:
    """Draw the worlds of a profile."""
    return draw_answers(pack.questions, tuple(one.when for one in pack.impossible), profile, worlds)


def assemble(case: AdviceInputs) -> Advice:
    """Compute the whole answer of a case."""
    return assemble_from(case, *evaluate_readings(case))


def assemble_from(case: AdviceInputs, evaluated: Mapping[Reading, EvaluatedReading], conditions: Conditions) -> Advice:
    """Compute the answer of a case whose readings are evaluated (see `evaluate_readings`)."""
    final = evaluated["measured"]
    best, ranked = final.ranking.best, final.ranking.frameworks
    measured = {(one.candidate, one.probe, one.measure): one for one in case.measured}
    said: dict[Reading, tuple[Reason, ...]] = {}
    for name, one in evaluated.items():
        same = name == "measured" and one is evaluated["reviewed"]
        said[name] = said["reviewed"] if same else _reasons(case, one, conditions, measured)
    results = {name: _result(case, one, said[name], name) for name, one in evaluated.items()}
    lead = said["measured"]
    framework = ranked[0].id if best else None
    return Advice(
        as_of=case.as_of.isoformat(),
        pack={"name": case.pack.name, "version": case.pack.version, "digest": case.pack.digest},
        profile=case.profile,
        weigh=case.weigh,
        candidate=best,
        framework=framework,
        label=final.ranking.label,
        p_best=ranked[0].p_best,
        expected_regret=ranked[0].expected_regret,
        doubt=_doubt(case, final, framework) if framework else Doubt(0.0, 0.0, 0.0),
        frameworks=ranked,
        ranking=final.ranking.candidates,
        out_of_scope=final.scoped.out_of_scope,
        best_in_scope=final.scoped.best_in_scope,
        excluded=exclusions(case.pack, conditions),
        conflict=() if best else conflict(case.pack, conditions),
        readings=results,
        reasons=tuple(one for one in lead if one.effect > 0),
        dissent=tuple(one for one in lead if one.effect < 0),
        claims=_claims(case),
        flips=answer_flips(case.pack, final.grounds, case.profile, final.worlds, weights_by_hand(case), framework)
        if framework
        else (),
        next=NextSteps(
            value_of_questions(case.pack, case.profile, final.worlds),
            _probe_worth(case, final.worlds),
            case.pack.candidates[best].install if best else "",
        ),
        evidence=case.evidence,
        limitations=_scope(case, final.worlds),
        warnings=(*_notes(case.pack, conditions), *_warnings(case, lead)),
    )


def _doubt(case: AdviceInputs, final: EvaluatedReading, framework: str) -> Doubt:
    """Split the doubt; where one part varies the unanswered questions stand at their most common answers."""
    profile = case.profile
    for question in case.pack.questions.values():
        if not profile.known(question.id) and _applies(case.pack, profile, question):
            profile = _most_common(case.pack, profile, question)
    conditions = Conditions(draw_worlds(case.pack, profile, case.worlds))
    at_stake = weighting(case.pack, conditions, weights_by_hand(case))
    common = evaluate(case.pack, final.grounds, conditions, at_stake).restricted_to(final.worlds.frameworks)
    return doubt(final.worlds, common, framework)


def _applies(pack: Pack, profile: Profile, question: Question) -> bool:
    """Whether a question is asked of a project whose earlier answers are all known, where there are any."""
    return question.when == ALWAYS or bool(known_answers(pack.questions, profile).holds(question.when))


def _most_common(pack: Pack, profile: Profile, question: Question) -> Profile:
    """Answer a question by its most common choice that leaves a project that can exist."""
    bound = any(part.question == question.id for one in pack.impossible for part in questions_of(one.when))
    for choice in sorted(question.choices, key=lambda choice: -choice.share):
        answered = profile.with_answer(question.id, (choice.id,))
        if not bound or bool(draw_worlds(pack, answered, LOOK_WORLDS).possible.any()):
            return answered
    return profile


def _probe_worth(case: AdviceInputs, worlds: Worlds) -> tuple[InformationValue, ...]:
    """Value the probes that were not run; one that said why it cannot run here is not worth trying again."""
    tried = {(run.candidate, run.probe) for run in case.evidence.runs}
    return value_of_probes(case.pack, worlds, tried)


def weights_by_hand(case: AdviceInputs) -> dict[str, float]:
    """Return the weights set by hand, as numbers."""
    return {criterion: WEIGHT[level] for criterion, level in case.weigh.items()}


def _reasons(
    case: AdviceInputs,
    one: EvaluatedReading,
    conditions: Conditions,
    measured: Mapping[tuple[str, str, str], ScaledMeasurement],
) -> tuple[Reason, ...]:
    """Compare the leading candidate with the best stack of the second framework."""
    frameworks = [standing.id for standing in one.ranking.frameworks]
    ranked = [standing.id for standing in one.ranking.candidates]
    if one.ranking.best is None or len(frameworks) < 2:
        return ()
    other = next(id for id in ranked if case.pack.candidates[id].framework == frameworks[1])
    return reasons(case.pack, one.worlds, conditions, ranked[0], other, case.findings, measured)


def _result(case: AdviceInputs, one: EvaluatedReading, said: tuple[Reason, ...], reading: Reading) -> ReadingResult:
    """Name the ground that carries a reading: what is new in it if that speaks for the leader, else the strongest."""
    for_it = [reason for reason in said if reason.effect > 0]
    chosen = next((reason for reason in for_it if _is_new(reason, reading)), next(iter(for_it), None))
    return ReadingResult(
        one.ranking.label,
        one.ranking.frameworks,
        one.ranking.candidates,
        _in_short(case.pack, chosen) if chosen else None,
        (chosen.claim or chosen.source) if chosen else "",
    )


def _in_short(pack: Pack, reason: Reason) -> Text:
    """Say a ground in a few words: the criterion, whom it is about, and the level; a measurement as it is."""
    if reason.claim is None:
        return reason.text
    name, criterion = pack.candidates[reason.candidate].name, pack.criteria[reason.criterion].name
    value = dict(stated_levels(pack.claims[reason.claim], pack))[reason.candidate]
    level = LEVELS[next(word for word, at in LEVEL.items() if at == value)]
    return Text(en=f"{criterion.en}: {name.en} {level.en}", zh=f"{criterion.zh}：{name.zh} {level.zh}")


def _is_new(reason: Reason, reading: Reading) -> bool:
    if reading == "measured":
        return reason.probe is not None
    return reading == "article" or not reason.source.startswith("article")


def _claims(case: AdviceInputs) -> tuple[JudgedClaim, ...]:
    return tuple(
        JudgedClaim(
            id,
            case.findings[id].verdict,
            Text(en=case.findings[id].why[0] or "-", zh=case.findings[id].why[1] or "-"),
            case.findings[id].measured,
            claim.source,
            claim.review.verdict,
            claim.claim,
        )
        for id, claim in case.pack.claims.items()
    )


def _scope(case: AdviceInputs, worlds: Worlds) -> Limitations:
    """Say which criteria that matter rest on documents only, and which on nothing at all."""
    documents, nothing = [], []
    for at, criterion in enumerate(worlds.criteria):
        if not worlds.weights[at].any():
            continue
        sides = {
            ground.side
            for candidate in worlds.candidates
            for ground, *_ in worlds.beliefs[candidate, criterion].contributions
        }
        if not sides:
            nothing.append(criterion)
        elif sides == {"claim"}:
            documents.append(criterion)
    return Limitations(case.not_measured, tuple(documents), tuple(nothing), case.steps)


def _notes(pack: Pack, conditions: Conditions) -> Iterator[Text]:
    """Yield the notes of the rules that fire for certain."""
    for need in pack.needs.values():
        if need.note is not None and bool(np.all(conditions.holds(need.when))):
            yield need.note


def _warnings(case: AdviceInputs, lead: tuple[Reason, ...]) -> Iterator[Text]:
    """Warn of claims the answer leans on that count less: their review is old, or they are about other versions."""
    used = {reason.claim: case.pack.claims[reason.claim] for reason in lead if reason.claim}
    if stale := [id for id in sorted(used) if is_stale(used[id], case.as_of)]:
        yield Text(
            en=f"claims it leans on that were reviewed more than six months ago and count less: {_listed(stale)}",
            zh=f"其依据的论断中有 {len(stale)} 条距上次复核已超过六个月，权重已降低：{_listed(stale)}",
        )
    if other := [id for id in sorted(used) if versions_out_of_range(used[id], case.evidence.versions)]:
        yield Text(
            en=f"claims it leans on that are about other versions than those installed and count less: {_listed(other)}",
            zh=f"其依据的论断中有 {len(other)} 条针对的版本与已安装的不同，权重已降低：{_listed(other)}",
        )


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(ids[:3]) + ("…" if len(ids) > 3 else "")
