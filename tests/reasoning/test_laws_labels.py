"""Laws of what is said: shares of one contest, labels that never contradict them, and a question that decides as it is told."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest
from drawn_packs import STACKS, packs
from drawn_profiles import drawn_profiles
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from small_packs import Raw, case_of, judge, profile

from advisor.knowledge.pack import Pack
from advisor.reasoning.assemble import assemble
from advisor.reasoning.deciding_question import find_dependence
from advisor.reasoning.dependence import Dependence
from advisor.reasoning.evaluation import AdviceInputs, EvaluatedReading, evaluate_readings
from advisor.reasoning.profile import Profile
from advisor.reasoning.ranking import LEAST_MORE_WINS, MAJORITY, Ranking, tied

PROFILES = int(os.environ.get("LAW_PROFILES", "300"))
"""How many projects the slow test draws: 3000 take about a quarter of an hour."""
FEW = 40
WORLDS = 2000


def assert_said_as_it_is(ranking: Ranking) -> None:
    """The shares add to 1, and the label contradicts none of them."""
    first, *others = ranking.frameworks
    if ranking.best is None:
        assert ranking.label == "not-enough-evidence"
        return
    assert sum(standing.p_best for standing in ranking.frameworks) == pytest.approx(1, abs=0.005)
    most = max((standing.p_best for standing in others), default=0.0)
    if ranking.label in ("clear", "lean"):
        assert first.p_best + LEAST_MORE_WINS >= most
        assert first.p_best >= MAJORITY
    if ranking.label == "clear":
        assert tied(ranking.frameworks) == (first.id,)
    if ranking.label == "either-will-do":
        assert first.p_best < MAJORITY and len(tied(ranking.frameworks)) > 1
    if ranking.label == "depends":
        assert most > first.p_best or first.p_best < MAJORITY


def decided(inputs: AdviceInputs) -> tuple[EvaluatedReading, Dependence | None]:
    """The reading that counts, and what it depends on where it does."""
    final = evaluate_readings(inputs)[0]["measured"]
    if final.ranking.label != "depends":
        return final, None
    return final, find_dependence(inputs.pack, final.grounds, inputs.profile, final.scoped, {})


def assert_each_answer_gives_what_is_said(inputs: AdviceInputs, dependence: Dependence) -> None:
    for outcome in dependence.outcomes:
        known = inputs.profile.with_answer(dependence.question, (outcome.choice,))
        answered = evaluate_readings(replace(inputs, profile=known))[0]["measured"]
        assert answered.ranking.best == outcome.candidate, (dependence.question, outcome)
        assert inputs.pack.candidates[outcome.candidate].framework == outcome.framework
    assert len(dependence.frameworks) > 1


def labels_of(pack: Pack, profiles: Iterator[Profile] | list[Profile]) -> Counter[str]:
    """Hold every answer against the laws; return how often each label was given."""
    labels: Counter[str] = Counter()
    for known in profiles:
        inputs = case_of(pack, known, worlds=WORLDS)
        final, dependence = decided(inputs)
        assert_said_as_it_is(final.ranking)
        if dependence is not None:
            assert_each_answer_gives_what_is_said(inputs, dependence)
        labels[final.ranking.label] += 1
    return labels


def test_no_answer_to_a_drawn_project_contradicts_its_shares(built_in: Pack) -> None:
    assert len(labels_of(built_in, drawn_profiles(built_in, FEW))) >= 3


@pytest.mark.slow
def test_no_answer_to_many_drawn_projects_contradicts_its_shares(built_in: Pack) -> None:
    labels = labels_of(built_in, drawn_profiles(built_in, PROFILES, seed=1))
    assert labels["depends"] > 0


@given(packs(STACKS), st.sampled_from([None, "small", "large"]))
def test_no_answer_of_a_drawn_pack_contradicts_its_shares(raw: Raw, scale: str | None) -> None:
    assert_said_as_it_is(judge(raw, profile(scale=scale) if scale else None, worlds=500).ranking)


# What it depends on.

DEPENDS = """
questions:
  scale: {small: 0.65, large: 0.25, huge: 0.1}
  goal: {learn: 0.5, work: 0.5}
impossible: [{scale: huge, goal: learn}]
criteria: {speed: major, ease: minor}
claims:
  a: {about: speed, says: {alpha: good, beta: fair}, when: {scale: small}}
  b: {about: speed, says: {alpha: poor, beta: strong}, when: {not: {scale: small}}}
  c: {about: ease, says: {alpha: good, beta: good}}
"""


@pytest.mark.parametrize(("goal", "choices"), [("work", ["small", "large", "huge"]), ("learn", ["small", "large"])])
def test_what_it_depends_on_is_told_with_what_each_answer_gives(goal: str, choices: list[str]) -> None:
    """What cannot be answered is left out: nobody learns on a huge scale."""
    advice = assemble(case_of(DEPENDS, profile(goal=goal)))
    assert advice.label == "depends" and advice.dependence is not None
    assert (advice.dependence.question, advice.framework) == ("scale", "beta")
    outcomes = {outcome.choice: outcome.framework for outcome in advice.dependence.outcomes}
    assert list(outcomes) == choices
    assert outcomes == {choice: "alpha" if choice == "small" else "beta" for choice in choices}
    assert sum(outcome.share for outcome in advice.dependence.outcomes) == pytest.approx(1)
    assert advice.named == ("beta", "alpha")


def test_only_what_depends_names_a_question() -> None:
    for scale in ("small", "large"):
        advice = assemble(case_of(DEPENDS, profile(scale=scale)))
        assert advice.label != "depends" and advice.dependence is None
        assert advice.framework == {"small": "alpha", "large": "beta"}[scale]


def every_answer(inputs: AdviceInputs) -> Iterator[tuple[str, str]]:
    """What the named question's answers are said to give, and what they give: both as candidates."""
    dependence = assemble(inputs).dependence
    for outcome in dependence.outcomes if dependence else ():
        known = inputs.profile.with_answer(dependence.question, (outcome.choice,)) if dependence else inputs.profile
        yield outcome.candidate, str(assemble(replace(inputs, profile=known)).candidate)


def test_the_outcome_of_an_answer_is_what_the_whole_answer_recommends(built_in: Pack) -> None:
    pairs = list(every_answer(case_of(DEPENDS, profile(goal="work"))))
    open_ones = (case_of(built_in, known, worlds=WORLDS) for known in drawn_profiles(built_in, FEW, seed=2))
    found = 0
    for inputs in open_ones:
        if found < 2 and decided(inputs)[1] is not None:
            pairs += every_answer(inputs)
            found += 1
    assert found and [told for told, _ in pairs] == [given for _, given in pairs]


# What an answer names.


@pytest.mark.parametrize("known", [profile(goal="learn"), profile(scale="small"), profile(scale="large")], ids=str)
def test_an_answer_names_the_recommended_one_and_whoever_wins_most(known: Profile) -> None:
    advice = assemble(case_of(DEPENDS, known))
    most = max(advice.frameworks, key=lambda standing: standing.p_best).id
    assert {advice.framework, most} <= set(advice.named)
    assert len(advice.named) == 1 or advice.label in ("either-will-do", "depends")
