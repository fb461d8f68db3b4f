"""Unchanged, shrank or flipped, and because of what: one kind of change at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from decided import Decided

from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from advisor.onboarding.decision_check import DecisionCheck
from advisor.reasoning.profile import Profile


def said(checked: DecisionCheck) -> str:
    return "; ".join(text.en for step in checked.steps for text in step.changes)


def kinds(checked: DecisionCheck) -> list[str]:
    return [step.kind for step in checked.steps]


def changed_pack(pack: Pack, **parts: object) -> Pack:
    return replace(pack, digest="f" * 64, **parts)  # type: ignore[arg-type]


def test_where_nothing_changed_nothing_is_said(decided: Decided) -> None:
    found = decided.held_against()
    assert (found.word, found.steps, found.causes, found.replayed) == ("unchanged", (), (), True)
    assert found.before == found.after == decided.lock.advice


def answered(decided: Decided, **answers: str) -> Profile:
    profile = decided.now.profile
    for id, choice in answers.items():
        profile = profile.with_answer(id.replace("_", "-"), (choice,))
    return profile


def test_an_answer_that_flips_it_is_named(decided: Decided) -> None:
    flip = decided.advice.flips[0]
    profile = decided.now.profile.with_answer(flip.question, flip.after)
    found = decided.held_against(profile=profile)
    assert found.word == "flipped"
    assert found.after.framework == flip.becomes
    assert [step.kind for step in found.causes] == ["answers"]
    assert f"{flip.question}: " in said(found)


def test_a_review_that_fell_is_named_with_both_verdicts(decided: Decided, built_in: Pack) -> None:
    ground = next(one.claim for one in decided.advice.reasons if one.claim)
    claim = built_in.claims[ground]
    claims = {**built_in.claims, ground: replace(claim, review=replace(claim.review, verdict="wrong"))}
    found = decided.held_against(pack=changed_pack(built_in, claims=claims))
    assert f"{ground}: review {claim.review.verdict} -> wrong" in said(found)
    assert found.after.lead < found.before.lead
    assert kinds(found) == ["knowledge"]


def test_a_rule_that_went_is_named(decided: Decided, built_in: Pack) -> None:
    rule = next(one.rule for one in decided.advice.reasons if one.rule)
    needs = {id: need for id, need in built_in.needs.items() if id != rule}
    assert f"{rule} is gone" in said(decided.held_against(pack=changed_pack(built_in, needs=needs)))


def test_other_runs_are_counted_and_named(decided: Decided) -> None:
    kept = tuple(run for run in decided.evidence.runs if run.probe != "dev-effort")
    found = decided.held_against(fresh=Evidence(kept))
    assert kinds(found) == ["runs"]
    assert "1 runs of dev-effort on pytorch differ" in said(found)


def test_a_new_version_makes_the_runs_stale_and_is_named(decided: Decided) -> None:
    found = decided.held_against(versions={"torch": "2.14.0"})
    assert kinds(found) == ["versions"]
    assert said(found) == "torch 2.13.0 -> 2.14.0"


def test_runs_of_a_probe_that_changed_no_longer_count(decided: Decided) -> None:
    stale = {run.id: "the probe's code changed" for run in decided.evidence.runs if run.probe == "graph-mode"}
    found = decided.held_against(stale=stale)
    assert kinds(found) == ["runs"]
    assert said(found) == "the probe's code changed"
    assert len(found.advice.evidence.runs) < len(decided.evidence.runs)


@pytest.mark.parametrize("versions", [{}, {"torch": "2.13.0"}, {"numpy": "1.0"}])
def test_what_is_not_installed_here_is_no_change(decided: Decided, versions: dict[str, str]) -> None:
    assert decided.held_against(versions=versions).steps == ()


def test_time_alone_lets_reviews_count_less(decided: Decided) -> None:
    found = decided.held_against(as_of=decided.lock.as_of + timedelta(days=400))
    assert kinds(found) == ["date"]
    assert found.after != found.before


def test_each_effect_has_its_own_cause(decided: Decided) -> None:
    flip = decided.advice.flips[0]
    found = decided.held_against(
        profile=decided.now.profile.with_answer(flip.question, flip.after),
        as_of=decided.lock.as_of + timedelta(days=1),
    )
    assert kinds(found) == ["answers", "date"]
    assert [step.kind for step in found.causes] == ["answers"]


def test_a_decision_that_cannot_be_reproduced_is_said_to_be_so(decided: Decided) -> None:
    standing = replace(decided.lock.advice, p_best=0.123)
    other = replace(decided, lock=replace(decided.lock, advice=standing))
    assert not other.held_against().replayed
