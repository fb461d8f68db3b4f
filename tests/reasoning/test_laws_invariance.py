"""Laws of invariance: how knowledge is written down, named, ordered, repeated or measured in changes no answer."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from drawn_packs import CRITERIA, LEVELS, STACKS, order, packs
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import fields, replace
from small_packs import Judged, Raw, judge, profile, read, small_pack

from advisor.knowledge.condition import Is
from advisor.knowledge.criterion import MeasureScale
from advisor.knowledge.pack import Pack
from advisor.knowledge.question import Choice
from advisor.reasoning.profile import Profile
from advisor.reasoning.scale import measurement_sd, on_scale
from advisor.reasoning.value_of_information import value_of_questions

CHANCE = 0.06
"""How far p_best may differ between 2 000 worlds and 2 000 others: four standard deviations of both."""


def assert_same(judged: Judged, other: Judged) -> None:
    """The same answer up to rounding: shares, regrets, order, label."""
    assert order(other.ranking) == order(judged.ranking)
    assert other.ranking.label == judged.ranking.label
    for standing in (*judged.ranking.candidates, *judged.ranking.frameworks):
        twin = next(t for t in (*other.ranking.candidates, *other.ranking.frameworks) if t.id == standing.id)
        assert twin.p_best == pytest.approx(standing.p_best, abs=0.002)
        assert twin.expected_regret == pytest.approx(standing.expected_regret, abs=1e-5)


def untied(judged: Judged) -> bool:
    """Whether no two stacks are equal in some world: there rounding may decide."""
    expected = judged.worlds.expected
    rows = range(len(expected))
    return all(np.abs(expected[a] - expected[b]).min() > 1e-6 for a in rows for b in rows if a < b)


# Order.


def turned(raw: Raw) -> Raw:
    """The same knowledge in another order: candidates, criteria, claims, sources, rules, and what a claim says of whom."""
    other = deepcopy(raw)
    other["candidates"] = raw["candidates"][::-1]
    for key in ("criteria", "claims", "sources"):
        other[key] = dict(reversed(raw[key].items()))
    for claim in other["claims"].values():
        claim["says"] = dict(reversed(claim["says"].items()))
    other["needs"], other["constraints"] = raw["needs"][::-1], raw["constraints"][::-1]
    return other


@given(packs(STACKS))
def test_the_order_of_candidates_criteria_files_and_sources_does_not_matter(raw: Raw) -> None:
    judged = judge(raw, worlds=1000)
    assume(untied(judged))  # ties: see the tied stacks of the outcome
    assert_same(judged, judge(turned(raw), worlds=1000))


def test_the_order_of_the_built_in_files_does_not_matter(built_in: Pack) -> None:
    parts = ("candidates", "criteria", "claims", "needs", "constraints", "sources")
    other = judge(replace(built_in, **{part: dict(reversed(getattr(built_in, part).items())) for part in parts}))
    judged = judge(built_in)
    assert order(judged.ranking) == order(other.ranking)
    assert judged.ranking.label == other.ranking.label
    for standing in judged.ranking.candidates:
        assert other.candidate(standing.id).expected_regret == pytest.approx(standing.expected_regret, abs=1e-5)


@given(packs())
def test_the_order_of_the_choices_of_a_question_changes_nothing_but_the_draw(raw: Raw) -> None:
    other = {**raw, "questions": {"scale": dict(reversed(raw["questions"]["scale"].items()))}}
    for scale in ("small", "large"):
        assert_same(judge(raw, profile(scale=scale), worlds=500), judge(other, profile(scale=scale), worlds=500))
    judged, twin = judge(raw), judge(other)
    for framework in judged.ranking.frameworks:
        assert twin.framework(framework.id).p_best == pytest.approx(framework.p_best, abs=CHANCE)


# Names.

NEW: dict[str, str] = {
    **{"alpha": "zeta", "beta": "yota", "gamma": "xi", "one": "drei", "two": "zwei"},
    **{"speed": "pace", "ease": "comfort", "care": "attention"},
    **{"scale": "extent", "small": "tiny", "large": "vast", "blog": "diary", "paper": "essay", "book": "book"},
}
"""Other names, among candidates in the opposite alphabetical order."""


def renamed(raw: Any) -> Any:
    """The same knowledge with every candidate, criterion, question, choice, source and claim called otherwise."""
    if isinstance(raw, dict):
        return {renamed(key): renamed(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [renamed(value) for value in raw]
    if not isinstance(raw, str):
        return raw
    framework, bracket, stack = raw.partition("[")
    if bracket:
        return f"{NEW[framework]}[{NEW[stack.rstrip(']')]}]"
    return NEW.get(raw, raw.replace("claim-", "statement-"))


@given(packs(STACKS), st.sampled_from(["small", "large"]))
def test_names_mean_nothing(raw: Raw, scale: str) -> None:
    """At mean values exactly; in the sample up to chance, for random numbers belong to names."""
    judged, other = judge(raw, profile(scale=scale)), judge(renamed(raw), profile(extent=NEW[scale]))
    assert np.array_equal(judged.worlds.mean, other.worlds.mean)
    for framework in judged.ranking.frameworks:
        twin = other.framework(NEW[framework.id])
        assert twin.p_best == pytest.approx(framework.p_best, abs=CHANCE)
        assert twin.expected_regret == pytest.approx(framework.expected_regret, abs=0.02)


# Repetition and silence.


@given(packs(STACKS), st.integers(1, 4))
def test_a_file_written_twice_counts_once(raw: Raw, times: int) -> None:
    more = deepcopy(raw)
    more["claims"] |= {f"{id}-copy-{n}": deepcopy(claim) for id, claim in raw["claims"].items() for n in range(times)}
    more["needs"] = raw["needs"] * (times + 1)
    once = {**raw, "constraints": [{"when": {"scale": "large"}, "excludes": "gamma"}, *raw["constraints"]]}
    more["constraints"] = once["constraints"] * (times + 1)
    assume(untied(judge(raw, profile(scale="small"), worlds=300)))
    assert_same(judge(once, worlds=500), judge(more, worlds=500))


@given(packs(), st.sampled_from(["blog", "paper", "book"]))
def test_a_claim_that_repeats_another_changes_nothing_whoever_repeats_it(raw: Raw, source: str) -> None:
    more = deepcopy(raw)
    for id, claim in raw["claims"].items():
        weaker = source if claim["source"] == "book" else claim["source"]  # no source is surer of it than the first
        more["claims"][f"{id}-again"] = {**claim, "source": weaker, "same-as": id, "verdict": "opinion"}
    assert_same(judge(raw, worlds=300), judge(more, worlds=300))


@given(packs(), st.sampled_from(CRITERIA), st.sampled_from(LEVELS), st.sampled_from(["holds", "opinion"]))
def test_a_claim_that_is_silent_changes_nothing(raw: Raw, criterion: str, level: str, verdict: str) -> None:
    more = deepcopy(raw)
    for source in ("book", "blog", "paper"):
        claim = {"about": criterion, "source": source, "says": {"alpha": level}, "verdict": verdict}
        more["claims"][f"silent-{source}"] = {**claim, "when": {"scale": "large"}}
    judged, other = (judge(pack, profile(scale="small"), worlds=300) for pack in (raw, more))
    assert np.array_equal(judged.worlds.mean, other.worlds.mean)


@given(packs())
def test_a_criterion_that_does_not_matter_changes_nothing(raw: Raw) -> None:
    more = deepcopy(raw)
    more["criteria"]["idle"] = "ignore"
    more["claims"]["idle"] = {"about": "idle", "says": {"gamma": "strong"}}
    assert judge(more, worlds=300).ranking.frameworks == judge(raw, worlds=300).ranking.frameworks


# A choice split in two.


def split(pack: Pack, question: str, choice: str, part: float) -> Pack:
    """Replace a choice by two that mean the same, and share its share out between them."""
    twins = (f"{choice}-a", f"{choice}-b")

    def split_conditions(node: Any) -> Any:
        """The same, with the twins wherever a condition names the choice."""
        if isinstance(node, Is) and node.question == question:
            return Is(question, tuple(new for old in node.choices for new in (twins if old == choice else (old,))))
        if isinstance(node, Struct):
            return replace(node, **{each.name: split_conditions(getattr(node, each.name)) for each in fields(node)})
        if isinstance(node, dict):
            return {key: split_conditions(value) for key, value in node.items()}
        return tuple(map(split_conditions, node)) if isinstance(node, tuple) else node

    halves = split_conditions(pack)
    asked = halves.questions[question]
    choices = tuple(half for present in asked.choices for half in _halves(present, choice, twins, part))
    other_shares = tuple(
        replace(other, shares=other.shares | {twins[0]: share * part, twins[1]: share * (1 - part)})
        for other in asked.other_shares
        for share in (other.shares[choice],)
    )
    in_two = replace(asked, choices=choices, other_shares=other_shares)
    return replace(halves, questions=halves.questions | {question: in_two})


def _halves(present: Choice, choice: str, twins: tuple[str, str], part: float) -> list[Choice]:
    if present.id != choice:
        return [present]
    shares = (present.share * part, present.share * (1 - part))
    return [replace(present, id=id, share=share) for id, share in zip(twins, shares, strict=True)]


@given(packs(STACKS), st.sampled_from(["small", "large"]), st.floats(0.1, 0.9))
def test_splitting_a_choice_and_its_share_in_two_changes_nothing(raw: Raw, choice: str, part: float) -> None:
    whole = small_pack(raw)
    halves = split(whole, "scale", choice, part)
    assert_same(judge(whole, worlds=1000), judge(halves, worlds=1000))
    for half in ("a", "b"):
        assert_same(
            judge(whole, profile(scale=choice), worlds=300),
            judge(halves, profile(scale=f"{choice}-{half}"), worlds=300),
        )


@pytest.mark.long
def test_splitting_any_choice_of_the_built_in_questions_changes_nothing(built_in: Pack) -> None:
    judged = judge(built_in, worlds=500)
    worth = {each.id: each.gain for each in value_of_questions(built_in, Profile({}), judged.worlds)}
    for question in built_in.questions.values():
        for choice in question.choice_ids[:: max(len(question.choice_ids) // 2, 1)]:
            halves = split(built_in, question.id, choice, 0.4)
            other = judge(halves, worlds=500)
            assert_same(judged, other)
            again = {each.id: each.gain for each in value_of_questions(halves, Profile({}), other.worlds)}
            # A part of a rare choice has few worlds, and a candidate may happen to be out of all of them.
            assert again == pytest.approx(worth, abs=1e-3), (question.id, choice)


# The unit a measure is taken in.

POSITIVE = st.floats(1e-3, 1e3)


def reading(**scale: object) -> MeasureScale:
    label = {"en": "step", "zh": "单步"}
    return read(MeasureScale, {"probe": "p", "measure": "m", "label": label, "nearness": "same-family", **scale})


def converted(kind: str, ends: tuple[float, float], amount: float, unit: Callable[[float], float]) -> None:
    """Read an amount in one unit and in another, whose scale has its ends converted as well."""
    here, there = reading(**{kind: ends}), reading(**{kind: tuple(map(unit, ends))})
    assert on_scale(unit(amount), there) == pytest.approx(on_scale(amount, here), abs=1e-6)
    assert measurement_sd(there, 0.1) == pytest.approx(measurement_sd(here, 0.1), rel=1e-6)


@given(st.tuples(POSITIVE, POSITIVE), POSITIVE, st.sampled_from([1e-3, 60.0, 1024.0]))
def test_milliseconds_or_seconds_or_megabytes_make_no_difference(
    ends: tuple[float, float], amount: float, factor: float
) -> None:
    assume(abs(np.log(ends[0] / ends[1])) > 0.01)
    converted("log", ends, amount, lambda value: value * factor)
    converted("linear", ends, amount, lambda value: value * factor)


@given(st.tuples(POSITIVE, POSITIVE), POSITIVE)
def test_on_a_log_scale_seconds_per_step_and_steps_per_second_make_no_difference(
    ends: tuple[float, float], amount: float
) -> None:
    assume(abs(np.log(ends[0] / ends[1])) > 0.01)
    converted("log", ends, amount, lambda value: 1 / value)


@given(packs(STACKS), st.sampled_from([0.25, 3.0]))
def test_only_the_ratio_of_weights_matters(raw: Raw, factor: float) -> None:
    weights = {"speed": 4.0, "ease": 2.0, "care": 1.0}
    judged = judge(raw, worlds=500, overrides=weights)
    assume(untied(judged))
    assert_same(judged, judge(raw, worlds=500, overrides={id: factor * weight for id, weight in weights.items()}))
