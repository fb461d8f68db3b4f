"""The derivation: complete, exact, and there for frameworks from outside as well."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from small_packs import case_of, measurement, profile, small_pack

from advisor.knowledge.pack import Pack
from advisor.reasoning.assemble import assemble
from advisor.reasoning.derivation import BeliefSummary, Derivation
from advisor.reasoning.derive import derive
from advisor.reasoning.readings import Finding

PACK = """
candidates: [alpha, beta, "gamma[one]", "gamma[two]"]
questions: {scale: {small: 0.5, large: 0.5}}
sources: {paper: article}
criteria: {speed: normal, ease: minor, idle: ignore}
needs: {fast: {when: {scale: large}, criteria: {speed: major}}}
claims:
  a: {about: speed, says: {alpha: strong, beta: fair, gamma: weak}}
  b: {about: ease, says: {beta: strong, alpha: weak, gamma: poor}}
  c: {about: speed, says: {beta: strong}, verdict: outdated, source: paper}
"""


def derived(text: str = PACK, against: tuple[str, ...] = (), **case: Any) -> Derivation:
    return derive(case_of(text, profile(scale="large"), **case), against)


def summary(derivation: Derivation, candidate: str, criterion: str) -> BeliefSummary:
    return next(
        summary for summary in derivation.beliefs if (summary.candidate, summary.criterion) == (candidate, criterion)
    )


def test_it_holds_the_answer_itself() -> None:
    case = case_of(PACK, profile(scale="large"))
    assert derive(case).advice == assemble(case)


def test_a_rule_is_shown_with_the_answers_it_read() -> None:
    (fired,) = derived().fired
    assert (fired.rule, fired.share, fired.read) == ("fast", 1.0, (("scale", ("large",)),))
    assert ("speed", "major") in fired.criteria


def test_what_a_criterion_weighs_adds_up_and_has_an_origin() -> None:
    matters = {weight.criterion: weight for weight in derived().matters}
    assert (matters["speed"].share, matters["speed"].origin) == (pytest.approx(0.8), "fast")
    assert (matters["ease"].share, matters["ease"].origin) == (pytest.approx(0.2), "default")
    assert {weight.origin for weight in derived(weigh={"speed": "minor"}).matters if weight.criterion == "speed"} == {
        "by hand"
    }


def test_every_rival_is_there_the_best_stack_of_each_framework() -> None:
    assert [rival.framework for rival in derived().rivals] == ["beta", "gamma"]
    (gamma,) = derived(against=("gamma[two]",)).rivals
    assert gamma.candidate == "gamma[two]"
    assert derived(against=("alpha",)).rivals == ()


def test_dominance_comes_before_weights() -> None:
    rivals = {rival.framework: rival for rival in derived().rivals}
    assert (rivals["beta"].winner_ahead, rivals["beta"].winner_behind, rivals["beta"].dominated) == (1, 1, False)
    assert (rivals["gamma"].winner_ahead, rivals["gamma"].winner_behind, rivals["gamma"].dominated) == (2, 0, True)
    assert rivals["gamma"].weight_flips == () == rivals["gamma"].flips


def test_what_lies_between_adds_up_to_the_difference_of_the_values() -> None:
    derivation = derived()
    case = case_of(PACK, profile(scale="large"))
    values = {standing.id: standing.value for standing in assemble(case).ranking}
    for rival in derivation.rivals:
        total = sum(reason.effect for reason in rival.reasons)
        assert total == pytest.approx(values["alpha"] - values[rival.candidate], abs=0.01)


def test_a_rejected_claim_of_a_rival_is_named_with_why() -> None:
    beta = derived().rivals[0]
    assert [(claim.claim, claim.because) for claim in beta.rejected_claims] == [("c", "review")]
    upheld = PACK.replace("verdict: outdated, ", "")
    refuted = {"c": Finding("c", "refuted", ("no", "否"))}
    rival = derived(upheld, findings=refuted).rivals[0]
    assert [(claim.claim, claim.because) for claim in rival.rejected_claims] == [("c", "refuted")]


def test_shares_of_the_sources_in_a_belief_add_up() -> None:
    plain, measured = derived(), derived(measured=[measurement("alpha", "speed", 0.8, 0.05)])
    for belief in (*plain.beliefs, *measured.beliefs):
        assert sum(share for _, share in belief.parts) == pytest.approx(1)
    assert dict(summary(plain, "alpha", "speed").parts).keys() == {"documentation", "prior"}
    parts = dict(summary(measured, "alpha", "speed").parts)
    assert parts["measured-here"] > parts["documentation"] > parts["prior"]
    assert summary(measured, "alpha", "speed").sd < summary(plain, "alpha", "speed").sd


def outsider(pack: Pack, id: str) -> Pack:
    """The same pack with one framework outside those it is about."""
    other = type(pack.frameworks[id])(id=id, name=id, home="https://example.org", outside=True)
    return replace(pack, frameworks={**pack.frameworks, id: other})


def test_a_framework_from_outside_has_its_why_not_as_well() -> None:
    case = case_of(outsider(small_pack(PACK), "gamma"), profile(scale="large"))
    (gamma,) = derive(case, ("gamma[one]", "gamma[two]")).rivals
    assert gamma.out_of_scope and gamma.loses_by and gamma.standing.id == gamma.candidate
    assert [rival.framework for rival in derive(case).rivals] == ["beta", "gamma"]


def test_where_everything_is_ruled_out_there_is_nothing_to_derive() -> None:
    text = PACK + "constraints: [{when: {scale: large}, excludes: [alpha, beta, gamma]}]"
    derivation = derived(text)
    assert derivation.advice.candidate is None and derivation.rivals == () and derivation.advice.conflict
