"""From evaluated readings to the advice record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct

from advisor.knowledge.claim import Claim
from advisor.knowledge.condition import ALWAYS, comparisons_of
from advisor.knowledge.criterion import LEVEL
from advisor.knowledge.pack import Pack
from advisor.knowledge.question import Question
from advisor.reasoning.advice import Advice, JudgedClaim, Limitations, NextSteps, ReadingResult, Reason
from advisor.reasoning.answer_flips import AnswerFlip, answer_flips
from advisor.reasoning.conditions import Conditions, known_answers, left_out, not_applicable
from advisor.reasoning.deciding_question import find_dependence
from advisor.reasoning.dependence import Dependence
from advisor.reasoning.evaluation import (
    AdviceInputs,
    EvaluatedReading,
    draw_worlds,
    evaluate_readings,
    weights_by_hand,
)
from advisor.reasoning.exclusions import conflict, exclusions, unmet_everywhere
from advisor.reasoning.packages import unlisted_packages
from advisor.reasoning.profile import Profile
from advisor.reasoning.ranking import Doubt, Ranking, doubt, tied
from advisor.reasoning.readings import (
    Finding,
    Reading,
    is_stale,
    stated_levels,
    versions_out_of_range,
)
from advisor.reasoning.reasons import reasons
from advisor.reasoning.start import start_of
from advisor.reasoning.value_of_information import InformationValue, value_of_probes, value_of_questions
from advisor.reasoning.weighting import weighting
from advisor.reasoning.worlds import Worlds, evaluate
from advisor.sentences import text
from advisor.text import Text
from advisor.words import LEVELS

LOOK_WORLDS = 64
"""Enough worlds to see whether a combination of answers can exist."""


class Answer(Struct, frozen=True):
    """The advice with the worlds it was read from, for whatever is told of them later."""

    inputs: AdviceInputs
    readings: Mapping[Reading, EvaluatedReading]
    conditions: Conditions
    advice: Advice


def compute_answer(inputs: AdviceInputs) -> Answer:
    """Compute the whole answer, and keep its worlds."""
    readings, conditions = evaluate_readings(inputs)
    return Answer(inputs, readings, conditions, assemble_from(inputs, readings, conditions))


def assemble(inputs: AdviceInputs) -> Advice:
    """Compute the whole answer."""
    return compute_answer(inputs).advice


def assemble_from(
    inputs: AdviceInputs, evaluated: Mapping[Reading, EvaluatedReading], conditions: Conditions
) -> Advice:
    """Compute the answer from readings that are already evaluated (see `evaluate_readings`)."""
    final = evaluated["measured"]
    best, ranked = final.ranking.best, final.ranking.frameworks
    framework = ranked[0].id if best else None
    dependence = _dependence(inputs, final) if final.ranking.label == "depends" else None
    reasons_by_reading = _reasons_by_reading(inputs, evaluated, conditions)
    final_reasons = reasons_by_reading["measured"]
    return Advice(
        as_of=inputs.as_of.isoformat(),
        pack={"name": inputs.pack.name, "version": inputs.pack.version, "digest": inputs.pack.digest},
        profile=inputs.profile,
        weigh=inputs.weigh,
        candidate=best,
        framework=framework,
        label=final.ranking.label,
        p_best=ranked[0].p_best,
        expected_regret=ranked[0].expected_regret,
        doubt=_doubt(inputs, final, framework) if framework else Doubt(0.0, 0.0, 0.0),
        frameworks=ranked,
        ranking=final.ranking.candidates,
        out_of_scope=final.scoped.out_of_scope,
        best_in_scope=final.scoped.best_in_scope,
        named=_named(final.ranking, dependence),
        dependence=dependence,
        excluded=exclusions(inputs.pack, conditions),
        unmet=unmet_everywhere(
            inputs.pack,
            final.scoped.all_worlds,
            conditions,
            known_answers(inputs.pack.questions, inputs.profile, inputs.pack.impossible),
        ),
        conflict=conflict(inputs.pack, final.worlds, conditions, certain=best is not None),
        not_applicable=not_applicable(inputs.pack.questions, inputs.profile),
        readings={
            reading: _result(inputs, evaluated_reading, reasons_by_reading[reading], reading)
            for reading, evaluated_reading in evaluated.items()
        },
        reasons=tuple(reason for reason in final_reasons if reason.effect > 0),
        dissent=tuple(reason for reason in final_reasons if reason.effect < 0),
        claims=_claims(inputs),
        flips=_flips(inputs, final, framework) if framework else (),
        next=NextSteps(
            value_of_questions(inputs.pack, inputs.profile, final.worlds),
            _value_of_probes(inputs, final.worlds),
            start_of(inputs.pack, inputs.profile, best) if best else None,
        ),
        evidence=inputs.evidence,
        limitations=_limitations(inputs, final.worlds),
        warnings=(
            *outdated_answers(inputs.pack, inputs.profile),
            *unlisted_packages(inputs.pack, inputs.profile),
            *_left_out(inputs.pack, inputs.profile),
            *_notes(inputs.pack, conditions),
            *_warnings(inputs, final_reasons),
        ),
    )


def _reasons_by_reading(
    inputs: AdviceInputs, evaluated: Mapping[Reading, EvaluatedReading], conditions: Conditions
) -> dict[Reading, tuple[Reason, ...]]:
    by_reading: dict[Reading, tuple[Reason, ...]] = {}
    for reading, evaluated_reading in evaluated.items():
        same = reading == "measured" and evaluated_reading is evaluated["reviewed"]
        by_reading[reading] = by_reading["reviewed"] if same else _reasons(inputs, evaluated_reading, conditions)
    return by_reading


def _dependence(inputs: AdviceInputs, final: EvaluatedReading) -> Dependence | None:
    overrides = weights_by_hand(inputs)
    return find_dependence(inputs.pack, final.grounds, inputs.profile, final.scoped, overrides)


def _named(ranking: Ranking, dependence: Dependence | None) -> tuple[str, ...]:
    """Return the frameworks an answer names, best first: where it names several, the most frequent winner among them."""
    if ranking.best is None:
        return ()
    most_wins = max(ranking.frameworks, key=lambda standing: standing.p_best).id
    named = {ranking.frameworks[0].id}
    if ranking.label == "either-will-do":
        named |= {most_wins, *tied(ranking.frameworks)}
    elif ranking.label == "depends":
        second = [standing.id for standing in ranking.frameworks[1:2]]
        named |= {most_wins, *(dependence.frameworks if dependence else second)}
    return tuple(standing.id for standing in ranking.frameworks if standing.id in named)


def _flips(inputs: AdviceInputs, final: EvaluatedReading, framework: str) -> tuple[AnswerFlip, ...]:
    overrides = weights_by_hand(inputs)
    return answer_flips(inputs.pack, final.grounds, inputs.profile, final.scoped, overrides, framework)


def _doubt(inputs: AdviceInputs, final: EvaluatedReading, framework: str) -> Doubt:
    """Split the doubt; where the answers are not what varies, unanswered questions have their most common answers."""
    profile = inputs.profile
    for question in inputs.pack.questions.values():
        if not profile.known(question.id) and _applies(inputs.pack, profile, question):
            profile = _with_most_common(inputs.pack, profile, question)
    conditions = Conditions(draw_worlds(inputs.pack, profile, inputs.world_count))
    weights = weighting(inputs.pack, conditions, weights_by_hand(inputs))
    worlds_at_common_answers = evaluate(inputs.pack, final.grounds, conditions, weights).restricted_to(
        final.worlds.frameworks
    )
    return doubt(final.worlds, worlds_at_common_answers, framework)


def _applies(pack: Pack, profile: Profile, question: Question) -> bool:
    """Return whether a question applies to a project, of which all earlier answers are known."""
    return question.when == ALWAYS or bool(known_answers(pack.questions, profile).holds(question.when))


def _with_most_common(pack: Pack, profile: Profile, question: Question) -> Profile:
    """Answer a question by its most common choice with which the project can exist."""
    may_be_impossible = any(
        part.question == question.id for impossible in pack.impossible for part in comparisons_of(impossible.when)
    )
    for choice in sorted(question.choices, key=lambda choice: -choice.share):
        profile_with_choice = profile.with_answer(question.id, (choice.id,))
        if not may_be_impossible or bool(draw_worlds(pack, profile_with_choice, LOOK_WORLDS).possible.any()):
            return profile_with_choice
    return profile


def _value_of_probes(inputs: AdviceInputs, worlds: Worlds) -> tuple[InformationValue, ...]:
    """Return the values of the probes that were not run; a probe that was tried and could not run is not worth another try."""
    tried = {(run.candidate, run.probe) for run in inputs.evidence.runs}
    return value_of_probes(inputs.pack, worlds, tried)


def _reasons(inputs: AdviceInputs, evaluated_reading: EvaluatedReading, conditions: Conditions) -> tuple[Reason, ...]:
    """Compare the leading candidate with the best stack of the second framework."""
    frameworks = [standing.id for standing in evaluated_reading.ranking.frameworks]
    candidates = [standing.id for standing in evaluated_reading.ranking.candidates]
    if evaluated_reading.ranking.best is None or len(frameworks) < 2:
        return ()
    rival = next(id for id in candidates if inputs.pack.candidates[id].framework == frameworks[1])
    return reasons(
        inputs.pack, evaluated_reading.worlds, conditions, candidates[0], rival, inputs.findings, inputs.measured_by_key
    )


def _result(
    inputs: AdviceInputs, evaluated_reading: EvaluatedReading, reasons: tuple[Reason, ...], reading: Reading
) -> ReadingResult:
    """Return a reading's result with its main reason: the largest in the leader's favour that is new in this reading, else the largest."""
    in_favour = [reason for reason in reasons if reason.effect > 0]
    main_reason = next((reason for reason in in_favour if _is_new(reason, reading)), next(iter(in_favour), None))
    return ReadingResult(
        evaluated_reading.ranking.label,
        evaluated_reading.ranking.frameworks,
        evaluated_reading.ranking.candidates,
        _in_short(inputs.pack, main_reason) if main_reason else None,
        (main_reason.claim or main_reason.source) if main_reason else "",
    )


def _in_short(pack: Pack, reason: Reason) -> Text:
    """Return a reason in a few words: criterion, candidate and level; a measurement as it is."""
    if reason.claim is None:
        return reason.text
    name, criterion = pack.candidates[reason.candidate].name, pack.criteria[reason.criterion].name
    value = dict(stated_levels(pack.claims[reason.claim], pack))[reason.candidate]
    level = LEVELS[next(word for word, level_value in LEVEL.items() if level_value == value)]
    return text("reasoning.in-short", criterion=criterion, name=name, level=level)


def _is_new(reason: Reason, reading: Reading) -> bool:
    if reading == "measured":
        return reason.probe is not None
    return reading == "article" or not reason.source.startswith("article")


def _claims(inputs: AdviceInputs) -> tuple[JudgedClaim, ...]:
    return tuple(_judged(id, claim, inputs.findings[id]) for id, claim in inputs.pack.claims.items())


def _judged(id: str, claim: Claim, finding: Finding) -> JudgedClaim:
    en, zh = finding.why
    return JudgedClaim(
        id=id,
        verdict=finding.verdict,
        why=Text(en=en or "-", zh=zh or "-"),
        measured=finding.measured,
        source=claim.source,
        review=claim.review.verdict,
        text=claim.claim,
    )


def _limitations(inputs: AdviceInputs, worlds: Worlds) -> Limitations:
    """Return which criteria with a weight rest on documents only, and which on no evidence at all."""
    documents_only, no_evidence = [], []
    for index, criterion in enumerate(worlds.criteria):
        if not worlds.weights[index].any():
            continue
        sides = {
            contribution.ground.side
            for candidate in worlds.candidates
            for contribution in worlds.beliefs[candidate, criterion].contributions
        }
        if not sides:
            no_evidence.append(criterion)
        elif sides == {"claim"}:
            documents_only.append(criterion)
    return Limitations(inputs.not_measured, tuple(documents_only), tuple(no_evidence), inputs.steps)


def outdated_answers(pack: Pack, profile: Profile) -> Iterator[Text]:
    """Yield, for every choice that was given by the id of an earlier version, what it became."""
    for id, answer in profile.answers.items():
        former = pack.questions[id].choices_by_former_id if answer.formerly else {}
        yield from (former[outdated].formerly[outdated] for outdated in answer.formerly)


def _left_out(pack: Pack, profile: Profile) -> Iterator[Text]:
    """Name the answers that can exist with none of the others they are combined with."""
    if answers := left_out(pack.questions, profile, pack.impossible):
        yield text("reasoning.left-out", answers=[f"{question} = {choice}" for question, choice in answers])


def _notes(pack: Pack, conditions: Conditions) -> Iterator[Text]:
    """Yield the notes of the rules that fire in every world."""
    for need in pack.needs.values():
        if need.note is not None and bool(np.all(conditions.holds(need.when))):
            yield need.note


def _warnings(inputs: AdviceInputs, reasons: tuple[Reason, ...]) -> Iterator[Text]:
    """Warn of claims behind the answer that count less: their review is old, or they are about other versions."""
    claims_used = {reason.claim: inputs.pack.claims[reason.claim] for reason in reasons if reason.claim}
    if stale := [id for id in sorted(claims_used) if is_stale(claims_used[id], inputs.as_of)]:
        yield text("reasoning.reviewed-long-ago", how_many=len(stale), claims=_listed(stale))
    if of_other_versions := [
        id for id in sorted(claims_used) if versions_out_of_range(claims_used[id], inputs.evidence.versions)
    ]:
        claims = _listed(of_other_versions)
        yield text("reasoning.of-other-versions", how_many=len(of_other_versions), claims=claims)


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(ids[:3]) + ("…" if len(ids) > 3 else "")
