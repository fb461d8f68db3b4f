"""Laws of requirements: what fails one is never recommended while another meets more, whatever its merits and the other answers.

A candidate *meets more* than another where it meets, in every world, everything the other meets, and one requirement or
exclusion besides. What is met is reckoned here from the beliefs, apart from the code that is tested.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from by_hand import MIDDLE_BELOW
from drawn_packs import CRITERIA, LEVELS, STACKS, WHEN, packs
from drawn_profiles import drawn_profiles
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from numpy.typing import NDArray
from small_packs import TODAY, Judged, Raw, judge, profile, read

from advisor.knowledge.need import Constraint
from advisor.knowledge.pack import Pack
from advisor.reasoning.profile import Profile
from advisor.reasoning.ranking import representatives
from advisor.reasoning.readings import Grounds, grounds_of

PROFILES = 12
WORLDS = 300
SHIFT = 0.005
"""How far a share may rise where another stack comes to stand for a rival: chance in so few worlds."""


def unmet(judged: Judged) -> Mapping[str, NDArray[np.bool_]]:
    """What each candidate does not meet, shape (constraints and their levels, worlds that can exist)."""
    possible = np.broadcast_to(judged.answers.possible, judged.answers.world_count)
    rows: dict[str, list[NDArray[np.bool_]]] = {candidate: [] for candidate in judged.pack.candidates}
    for rule in judged.pack.constraints.values():
        holds = np.broadcast_to(judged.answers.holds(rule.when), judged.answers.world_count)
        kept = [id for name in rule.excludes or rule.keeps for id in judged.pack.members(name)]
        for candidate, failing in rows.items():
            if not rule.requires:
                failing.append(holds & ((candidate in kept) == bool(rule.excludes)))
            for criterion, level in rule.requires.items():
                mean = judged.worlds.beliefs[candidate, criterion].mean
                failing.append(holds & np.broadcast_to(mean < MIDDLE_BELOW[level], holds.shape))
    return {candidate: np.array(failing)[:, possible] for candidate, failing in rows.items() if failing}


def surpassed(judged: Judged) -> set[str]:
    """The candidates than which another one meets more in every world."""
    failing, names = unmet(judged), judged.scoped.worlds.candidates
    return {
        less
        for less in names
        for more in names
        if failing and not (failing[more] & ~failing[less]).any() and (failing[less] & ~failing[more]).any(axis=0).all()
    }


def assert_never_recommended(judged: Judged) -> int:
    """Hold the ranking against those that are surpassed; return how many there are."""
    standings = {standing.id: standing for standing in judged.scoped.ranking.candidates}
    for name in surpassed(judged):
        assert judged.scoped.ranking.best != name
        assert standings[name].p_best == 0
        assert standings[name].out_share == 1
    return len(surpassed(judged))


@given(packs(STACKS), st.sampled_from([None, "small", "large"]))
def test_who_fails_a_requirement_that_another_meets_is_never_recommended(raw: Raw, scale: str | None) -> None:
    assert_never_recommended(judge(raw, profile(scale=scale) if scale else None, worlds=300))


@given(packs(STACKS, requirements=False), st.sampled_from(CRITERIA), st.sampled_from(["fair", "good"]))
def test_the_law_is_put_to_the_test(raw: Raw, criterion: str, level: str) -> None:
    """A candidate that is best at all else, but poor at what is required, is not recommended; without the requirement it is."""
    others = {id: {"about": id, "says": {"alpha": "strong", "gamma": "fair"}} for id in CRITERIA if id != criterion}
    asked = {"asked": {"about": criterion, "says": {"alpha": "poor", "gamma": "good"}}}
    bare = {**raw, "candidates": ["alpha", "gamma"], "claims": {**others, **asked}}
    required = {**bare, "constraints": [{"requires": {criterion: level}}]}
    assert judge(required, worlds=100).ranking.best == "gamma"
    assert assert_never_recommended(judge(required, worlds=100)) == 1


# The built-in pack.


@pytest.fixture(scope="module")
def reviewed(built_in: Pack) -> Grounds:
    return grounds_of("reviewed", built_in, {}, (), TODAY)


def requiring(pack: Pack, criterion: str, level: str = "fair") -> Pack:
    """The same pack with one thing required of every project."""
    words, nothing = {"en": "asked", "zh": "asked"}, {"applies": {}, "silent": {}}
    raw = {"constraint": words, "source": "own", "when": {}, "examples": nothing, "requires": {criterion: level}}
    return replace(pack, constraints={**pack.constraints, "asked": read(Constraint, raw)})


def test_on_the_built_in_pack_no_merit_outvotes_a_requirement(built_in: Pack, reviewed: Grounds) -> None:
    cases = 0
    for number, known in enumerate(drawn_profiles(built_in, PROFILES)):
        for criterion in list(built_in.criteria)[number % 2 :: 2]:
            pack = requiring(built_in, criterion, ("fair", "good")[number // 2 % 2])
            cases += assert_never_recommended(judge(pack, known, grounds=reviewed, worlds=WORLDS))
    assert cases > PROFILES


def test_requirements_of_the_built_in_pack_hold_whatever_else_is_answered(built_in: Pack, reviewed: Grounds) -> None:
    for known in drawn_profiles(built_in, 3 * PROFILES, seed=1):
        assert_never_recommended(judge(built_in, known, grounds=reviewed, worlds=WORLDS))


# Requiring something.


def fails_everywhere(pack: Pack, before: Judged, criterion: str, level: str) -> set[str]:
    """The frameworks no stack of which reaches a level anywhere."""
    below = {id: np.all(before.worlds.beliefs[id, criterion].mean < MIDDLE_BELOW[level]) for id in pack.candidates}
    return {id for id in pack.frameworks if all(below[stack] for stack in pack.stacks(id))}


@given(packs(), st.sampled_from(CRITERIA), st.sampled_from(LEVELS), WHEN, st.sampled_from([None, "small", "large"]))
def test_requiring_something_never_raises_the_share_of_one_that_fails_it(
    raw: Raw, criterion: str, level: str, when: Raw, scale: str | None
) -> None:
    known = profile(scale=scale) if scale else Profile({})
    before = judge(raw, known, worlds=300)
    required = [*raw["constraints"], {"when": when, "requires": {criterion: level}}]
    after = judge({**raw, "constraints": required}, known, worlds=300)
    for framework in fails_everywhere(after.pack, before, criterion, level):
        assert after.framework(framework).p_best <= before.framework(framework).p_best + 1e-9


def test_on_the_built_in_pack_requiring_something_raises_nobody_that_fails_it(
    built_in: Pack, reviewed: Grounds
) -> None:
    cases = 0
    for number, known in enumerate(drawn_profiles(built_in, PROFILES, seed=2)):
        before = judge(built_in, known, grounds=reviewed, worlds=WORLDS)
        share_before = {standing.id: standing.p_best for standing in before.scoped.ranking.frameworks}
        for criterion in list(built_in.criteria)[number % 2 :: 2]:
            failing = fails_everywhere(built_in, before, criterion, "fair") & share_before.keys()
            if failing and len(failing) < len(share_before):
                after = judge(requiring(built_in, criterion), known, grounds=reviewed, worlds=WORLDS)
                share_after = {standing.id: standing.p_best for standing in after.scoped.ranking.frameworks}
                if share_after.keys() != share_before.keys():
                    continue  # what is required decides who takes part: the shares have another base
                chosen_before, chosen_after = (
                    [judged.scoped.worlds.candidates[row] for row in representatives(judged.scoped.worlds)]
                    for judged in (before, after)
                )
                same_stack = {built_in.candidates[id].framework for id in set(chosen_before) & set(chosen_after)}
                cases += len(failing & same_stack)
                for framework in failing & same_stack:  # another stack of a framework may meet other requirements
                    assert share_after[framework] <= share_before[framework] + SHIFT, (criterion, framework)
    assert cases > PROFILES
