"""Unchanged, shrank or flipped, and because of what: one kind of change at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from decided import Decided
from msgspec.structs import replace

from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from advisor.onboarding.decision_check import DecisionCheck
from advisor.reasoning.profile import Profile


def changes_of(checked: DecisionCheck) -> str:
    return "; ".join(text.en for step in checked.steps for text in step.changes)


def kinds_of(checked: DecisionCheck) -> list[str]:
    return [step.kind for step in checked.steps]


def owners_of(checked: DecisionCheck) -> list[tuple[str, str]]:
    return [(step.kind, step.whose) for step in checked.steps]


def changed_pack(pack: Pack, **parts: object) -> Pack:
    return replace(pack, digest="f" * 64, **parts)  # type: ignore[arg-type]


def test_where_nothing_changed_nothing_is_said(decided: Decided) -> None:
    result = decided.held_against()
    assert (result.word, result.steps, result.causes, result.replayed) == ("unchanged", (), (), True)
    assert result.before == result.after == decided.lock.advice


def answered(decided: Decided, **answers: str) -> Profile:
    profile = decided.now.profile
    for id, choice in answers.items():
        profile = profile.with_answer(id.replace("_", "-"), (choice,))
    return profile


def test_an_answer_that_flips_it_is_named(decided: Decided) -> None:
    """Of the flips, one whose new leader is no near tie: which answers flip is looked for in few worlds."""
    flip = next(flip for flip in decided.advice.flips if flip.question == "portability")
    profile = decided.now.profile.with_answer(flip.question, flip.after)
    result = decided.held_against(profile=profile)
    assert result.word == "flipped"
    assert result.after.framework == flip.becomes
    assert [step.kind for step in result.causes] == ["answers"]
    assert f"{flip.question}: " in changes_of(result)


def test_a_review_that_fell_is_named_with_both_verdicts(decided: Decided, built_in: Pack) -> None:
    ground = next(reason.claim for reason in decided.advice.reasons if reason.claim)
    claim = built_in.claims[ground]
    claims = {**built_in.claims, ground: replace(claim, review=replace(claim.review, verdict="wrong"))}
    result = decided.held_against(pack=changed_pack(built_in, claims=claims))
    assert f"{ground}: review {claim.review.verdict} -> wrong" in changes_of(result)
    assert result.after.lead < result.before.lead
    assert kinds_of(result) == ["knowledge"]


def test_a_rule_that_went_is_named(decided: Decided, built_in: Pack) -> None:
    rule = next(reason.rule for reason in decided.advice.reasons if reason.rule in built_in.needs)
    needs = {id: need for id, need in built_in.needs.items() if id != rule}
    assert f"{rule} is gone" in changes_of(decided.held_against(pack=changed_pack(built_in, needs=needs)))


def test_other_runs_are_counted_and_named(decided: Decided) -> None:
    kept = tuple(run for run in decided.evidence.runs if run.probe != "dev-effort")
    result = decided.held_against(fresh=Evidence(kept))
    assert kinds_of(result) == ["runs"]
    assert "1 runs of dev-effort on pytorch differ" in changes_of(result)


def test_a_new_version_makes_the_runs_stale_and_is_named(decided: Decided) -> None:
    result = decided.held_against(versions={"torch": "2.14.0"})
    assert kinds_of(result) == ["versions"]
    assert changes_of(result) == "torch 2.13.0 -> 2.14.0"


def test_runs_of_a_probe_that_changed_no_longer_count_and_it_is_the_program_that_changed(decided: Decided) -> None:
    stale = {run.id: "the probe's code changed" for run in decided.evidence.runs if run.probe == "graph-mode"}
    result = decided.held_against(stale=stale)
    assert owners_of(result) == [("probes", "program")]
    assert changes_of(result) == "the code of graph-mode changed"
    assert len(result.advice.evidence.runs) < len(decided.evidence.runs)


@pytest.mark.parametrize("versions", [{}, {"torch": "2.13.0"}, {"numpy": "1.0"}])
def test_what_is_not_installed_here_is_no_change(decided: Decided, versions: dict[str, str]) -> None:
    assert decided.held_against(versions=versions).steps == ()


def test_time_alone_lets_reviews_count_less(decided: Decided) -> None:
    result = decided.held_against(as_of=decided.lock.as_of + timedelta(days=400))
    assert kinds_of(result) == ["date"]
    assert result.after != result.before


def test_each_effect_has_its_own_cause(decided: Decided) -> None:
    flip = decided.advice.flips[0]
    result = decided.held_against(
        profile=decided.now.profile.with_answer(flip.question, flip.after),
        as_of=decided.lock.as_of + timedelta(days=1),
    )
    assert kinds_of(result) == ["answers", "date"]
    assert [step.kind for step in result.causes] == ["answers"]


def test_a_decision_that_cannot_be_reproduced_is_said_to_be_so(decided: Decided) -> None:
    standing = replace(decided.lock.advice, p_best=0.123)
    other = replace(decided, lock=replace(decided.lock, advice=standing))
    assert not other.held_against().replayed
