"""Laws of evidence: what is worse in everything changes nothing, what says nothing moves nothing, what is better never harms."""

from __future__ import annotations

from copy import deepcopy

import pytest
from drawn_packs import LEVELS, STACKS, order, packs
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from small_packs import Raw, judge, measurement, small_pack

from advisor.knowledge.pack import Pack

# A dominated candidate.


@given(packs())
def test_a_dominated_candidate_never_changes_the_order_of_the_others(raw: Raw) -> None:
    more = deepcopy(raw)
    more["candidates"].append("omega")
    for claim in more["claims"].values():
        claim["says"]["omega"] = min(claim["says"].values(), key=LEVELS.index)
    assert order(judge(more, worlds=1000).ranking, "omega") == order(judge(raw, worlds=1000).ranking)


@given(packs(("alpha", "beta[one]", "gamma")))
def test_a_dominated_stack_changes_nothing_at_all(raw: Raw) -> None:
    assume(all(claim["says"]["beta[one]"] != "poor" for claim in raw["claims"].values()))
    more = deepcopy(raw)
    more["candidates"].append("beta[two]")
    for claim in more["claims"].values():
        claim["says"]["beta[two]"] = "poor"
    without, with_it = judge(raw, worlds=500), judge(more, worlds=500)
    for framework in without.ranking.frameworks:
        assert with_it.framework(framework.id).p_best == pytest.approx(framework.p_best, abs=0.005)


def test_many_dominated_candidates_flip_nothing(built_in: Pack) -> None:
    """Copies of the last candidate, said to be poor at everything, beside the built-in five."""
    claims = {
        id: replace(claim, says={**claim.says, "omega": "poor"}) if claim.says else claim
        for id, claim in built_in.claims.items()
    }
    omega = small_pack("candidates: [omega]")
    more = replace(
        built_in,
        claims=claims,
        candidates={**built_in.candidates, **omega.candidates},
        frameworks={**built_in.frameworks, **omega.frameworks},
    )
    assert order(judge(more).ranking, "omega") == order(judge(built_in).ranking)


FRESH = """
candidates: [alpha, beta, gamma]
questions: {scale: {small: 0.6, large: 0.4}}
sources: {blog: article, paper: report}
criteria: {speed: major, ease: major, care: minor, extra: major}
claims:
  a: {source: blog, about: care, says: {alpha: fair, beta: weak, gamma: strong}, when: {scale: large}}
  b: {source: blog, about: ease, says: {alpha: weak, beta: strong, gamma: weak}, when: {scale: large}}
  c: {source: blog, about: speed, says: {alpha: weak, beta: good, gamma: poor}, when: {scale: large}}
  d: {source: blog, about: care, says: {alpha: good, beta: fair, gamma: strong}}
  e: {source: paper, about: ease, says: {alpha: good, beta: poor, gamma: poor}, when: {scale: large}}
"""


def test_a_dominated_candidate_known_on_a_criterion_of_its_own_changes_no_order() -> None:
    more = small_pack(
        FRESH.replace("[alpha, beta, gamma]", "[alpha, beta, gamma, omega]").replace("gamma: ", "omega: poor, gamma: ")
        + "  f: {about: extra, says: {omega: poor}}\n"
    )
    assert order(judge(more, worlds=10_000).ranking, "omega") == order(judge(FRESH, worlds=10_000).ranking)


# A raised measurement, and one that says nothing.

VALUE, SPREAD = st.floats(0, 1), st.floats(0.03, 0.4)


@settings(max_examples=150)
@given(
    packs(),
    st.lists(st.tuples(VALUE, SPREAD), min_size=3, max_size=3),
    st.sampled_from([0, 1, 2]),
    st.tuples(VALUE, VALUE),
)
def test_raising_a_measurement_never_lowers_its_candidate(
    raw: Raw, measured: list[tuple[float, float]], raised: int, ends: tuple[float, float]
) -> None:
    names = raw["candidates"]
    standings = []
    for value in sorted(ends):
        runs = [
            measurement(name, "speed", value if at == raised else measured[at][0], measured[at][1])
            for at, name in enumerate(names)
        ]
        standings.append(judge(raw, measured=runs, worlds=400).candidate(names[raised]))
    low, high = standings
    assert high.p_best >= low.p_best - 1e-9
    assert high.value >= low.value - 1e-6
    assert raw["constraints"] or high.expected_regret <= low.expected_regret + 1e-6


@settings(max_examples=100)
@given(
    packs(STACKS, requirements=False),
    st.lists(st.tuples(VALUE, SPREAD), min_size=4, max_size=4),
    st.tuples(VALUE, VALUE),
)
def test_raising_the_measurement_of_a_stack_never_lowers_the_stack_nor_the_worth_of_its_framework(
    raw: Raw, measured: list[tuple[float, float]], ends: tuple[float, float]
) -> None:
    standings = []
    for value in sorted(ends):
        runs = [
            measurement(name, "speed", value if at == 1 else measured[at][0], measured[at][1])
            for at, name in enumerate(STACKS)
        ]
        judged = judge(raw, measured=runs, worlds=400)
        standings.append((judged.candidate("beta[one]"), judged.framework("beta")))
    (low, low_framework), (high, high_framework) = standings
    assert high.p_best >= low.p_best - 1e-9
    # Its framework may win fewer worlds: a stack of higher mean that is known better replaces one that could be anything.
    # Its regret may rise as well: where the better stack plays, the best of each world is a better one, too.
    assert high_framework.value >= low_framework.value - 0.01


@given(packs(), st.sampled_from(["poor", "strong"]))
def test_a_measurement_of_infinite_noise_moves_nothing_where_something_is_known(raw: Raw, level: str) -> None:
    criterion = next(iter(raw["claims"].values()))["about"]
    raw["claims"]["sure"] = {"about": criterion, "says": {"alpha": "fair"}}
    runs = [measurement(name, criterion, 0.0 if level == "poor" else 1.0, 1e9) for name in raw["candidates"]]
    with_noise, without = judge(raw, measured=runs, worlds=300), judge(raw, worlds=300)
    for standing in without.ranking.frameworks:
        assert with_noise.framework(standing.id).p_best == pytest.approx(standing.p_best, abs=0.005)
        assert with_noise.framework(standing.id).expected_regret == pytest.approx(standing.expected_regret, abs=1e-4)


def test_a_measurement_of_infinite_noise_moves_nothing_where_nothing_is_known() -> None:
    pack = "criteria: {speed: major, ease: major}\nclaims: {a: {about: speed, says: {alpha: good, beta: fair}}}"
    runs = [measurement("alpha", "ease", 0.9, 1e9), measurement("beta", "ease", 0.1, 1e9)]
    assert judge(pack, measured=runs).framework("alpha").p_best == pytest.approx(
        judge(pack).framework("alpha").p_best, abs=0.01
    )


def test_five_copies_of_a_source_weigh_as_one(built_in: Pack) -> None:
    copies = {f"{id}-copy-{n}": claim for id, claim in built_in.claims.items() for n in range(4)}
    often = replace(built_in, claims={**built_in.claims, **copies})
    judged, with_copies = judge(built_in), judge(often)
    for standing in judged.ranking.candidates:
        assert with_copies.candidate(standing.id).p_best == pytest.approx(standing.p_best, abs=0.001)
