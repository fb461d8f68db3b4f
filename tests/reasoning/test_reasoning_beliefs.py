"""Beliefs: independent sources pooled by inverse variance, from a weak prior; each keeps its share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_packs import profile, small_pack

from advisor.knowledge.condition import ALWAYS, Condition, Is
from advisor.knowledge.pack import Pack
from advisor.reasoning.beliefs import SOURCE_SD, Ground, PooledBelief, StatedValue, pool_grounds
from advisor.reasoning.conditions import Conditions
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.profile import Profile

PRIOR = 1 / (0.25**2 + 0.10**2)
"""The precision of what is thought of a stack before anything is known: N(0.5, 0.25² + 0.10²)."""
SCALE = small_pack("questions: {scale: {small: 0.6, large: 0.4}}\ncriteria: {speed: normal}")
LARGE = Is("scale", ("large",))


def ground(
    *values: float, sd: float, source: str = "book", when: Condition = ALWAYS, candidate: str = "alpha"
) -> Ground:
    members = tuple(StatedValue(value, when, f"claim-{at}") for at, value in enumerate(values))
    return Ground("claim", source, candidate, "speed", sd, members)


def pooled(*grounds: Ground, worlds: int = 4000, known: Profile | None = None) -> PooledBelief:
    return pool_grounds(grounds, Conditions(draw_worlds(SCALE, known or Profile({}), worlds)))


def shares(belief: PooledBelief) -> dict[str, float]:
    return {ground.source: float(share) for ground, share, _ in belief.parts}


# The formula.


def test_without_a_source_there_is_only_the_prior() -> None:
    belief = pooled()
    assert belief.mean == pytest.approx(0.5)
    assert belief.precision == pytest.approx(PRIOR)
    assert belief.evidence_share == pytest.approx(0, abs=1e-6)
    assert shares(belief) == {}


def test_one_source_moves_the_belief_by_its_share() -> None:
    belief = pooled(ground(0.9, sd=0.12))
    own = 1 / 0.12**2
    assert belief.mean == pytest.approx((PRIOR * 0.5 + own * 0.9) / (PRIOR + own), abs=1e-6)
    assert belief.precision == pytest.approx(PRIOR + own, rel=1e-6)
    assert shares(belief) == {"book": pytest.approx(own / (PRIOR + own), abs=1e-6)}
    assert belief.evidence_share == pytest.approx(own / (PRIOR + own), abs=1e-6)


def test_three_sources_are_pooled_by_inverse_variance() -> None:
    stated = {"book": (0.9, 0.12), "paper": (0.3, 0.20), "run": (0.6, 0.08)}
    belief = pooled(*(ground(value, sd=sd, source=source) for source, (value, sd) in stated.items()))
    precision = PRIOR + 1 / 0.12**2 + 1 / 0.20**2 + 1 / 0.08**2
    mean = (PRIOR * 0.5 + 0.9 / 0.12**2 + 0.3 / 0.20**2 + 0.6 / 0.08**2) / precision
    assert belief.mean == pytest.approx(mean, abs=1e-6)
    assert belief.precision == pytest.approx(precision, rel=1e-6)
    assert shares(belief) == {
        source: pytest.approx(1 / sd**2 / precision, abs=1e-6) for source, (_, sd) in stated.items()
    }


def test_disagreement_inside_one_source_widens_it() -> None:
    agreed, torn = pooled(ground(0.6, sd=0.12)), pooled(ground(0.3, 0.9, sd=0.12))
    own = 1 / (0.12**2 + 0.3**2)
    assert torn.mean == pytest.approx((PRIOR * 0.5 + own * 0.6) / (PRIOR + own), abs=1e-6)
    assert torn.precision == pytest.approx(PRIOR + own, rel=1e-5)
    assert torn.precision < agreed.precision


@pytest.mark.parametrize("times", [2, 5, 50])
def test_a_source_that_repeats_itself_counts_once(times: int) -> None:
    once, often = pooled(ground(0.9, sd=0.12)), pooled(ground(*[0.9] * times, sd=0.12))
    assert often.mean == pytest.approx(once.mean, abs=1e-7)
    assert often.precision == pytest.approx(once.precision, rel=1e-7)


def test_a_source_that_repeats_one_side_does_not_outvote_its_other_side() -> None:
    fair, loud = pooled(ground(0.3, 0.9, sd=0.12)), pooled(ground(0.3, 0.9, 0.9, 0.9, sd=0.12))
    assert loud.mean == pytest.approx(fair.mean, abs=1e-7)


@pytest.mark.parametrize("value", [0.0, 1.0, 1e6])
def test_a_source_of_infinite_noise_moves_nothing(value: float) -> None:
    without, with_noise = (
        pooled(ground(0.7, sd=0.1)),
        pooled(ground(0.7, sd=0.1), ground(value, sd=1e9, source="noise")),
    )
    assert with_noise.mean == pytest.approx(without.mean, abs=1e-6)
    assert with_noise.precision == pytest.approx(without.precision, rel=1e-6)


def test_a_source_of_no_noise_decides_alone() -> None:
    belief = pooled(ground(0.2, sd=0.2), ground(0.83, sd=1e-3, source="exact"))
    assert belief.mean == pytest.approx(0.83, abs=1e-3)
    assert belief.precision == pytest.approx(1e6, rel=0.01)


SOURCES = st.lists(st.tuples(st.floats(0, 1), st.floats(0.02, 0.5)), min_size=1, max_size=6)


@given(SOURCES)
def test_the_shares_of_all_sources_and_the_prior_add_up_to_1(stated: list[tuple[float, float]]) -> None:
    belief = pooled(*(ground(value, sd=sd, source=f"s{at}") for at, (value, sd) in enumerate(stated)), worlds=10)
    assert sum(shares(belief).values()) + PRIOR / float(belief.precision) == pytest.approx(1, abs=1e-5)
    assert float(belief.evidence_share) == pytest.approx(sum(shares(belief).values()), abs=1e-5)


@given(SOURCES, st.randoms(use_true_random=False))
def test_the_order_of_sources_does_not_matter(stated: list[tuple[float, float]], random) -> None:  # type: ignore[no-untyped-def]
    grounds = [ground(value, sd=sd, source=f"s{at}") for at, (value, sd) in enumerate(stated)]
    shuffled = random.sample(grounds, len(grounds))
    first, second = pooled(*grounds, worlds=10), pooled(*shuffled, worlds=10)
    assert first.mean == pytest.approx(second.mean, abs=1e-5)
    assert first.precision == pytest.approx(second.precision, rel=1e-5)


@given(SOURCES)
def test_a_belief_lies_between_what_its_sources_say_and_the_prior(stated: list[tuple[float, float]]) -> None:
    belief = pooled(*(ground(value, sd=sd, source=f"s{at}") for at, (value, sd) in enumerate(stated)), worlds=10)
    values = [0.5, *(value for value, _ in stated)]
    assert min(values) - 1e-6 <= belief.mean <= max(values) + 1e-6


# Where a statement counts.


def test_a_statement_counts_only_in_the_worlds_its_condition_holds_in() -> None:
    belief = pooled(ground(0.9, sd=0.12, when=LARGE), worlds=2000)
    large = draw_worlds(SCALE, Profile({}), 2000).holds(LARGE)
    assert np.array_equal(belief.evidence_share > 1e-6, large)
    assert np.allclose(belief.mean[~large], 0.5)
    assert np.allclose(belief.mean[large], pooled(ground(0.9, sd=0.12)).mean, atol=1e-6)


def test_a_statement_that_holds_nowhere_is_left_out() -> None:
    belief = pooled(ground(0.9, sd=0.12, when=LARGE), known=profile(scale="small"))
    assert belief.evidence_share == pytest.approx(0, abs=1e-6)
    assert shares(belief) == {}
    assert belief.mean == pytest.approx(0.5)


def test_two_statements_of_a_source_disagree_only_where_both_hold() -> None:
    both = Ground(
        "claim", "book", "alpha", "speed", 0.12, (StatedValue(0.3, ALWAYS, "a"), StatedValue(0.9, LARGE, "b"))
    )
    large, small = pooled(both, known=profile(scale="large")), pooled(both, known=profile(scale="small"))
    assert small.mean == pytest.approx(pooled(ground(0.3, sd=0.12)).mean, abs=1e-6)
    assert large.mean == pytest.approx(pooled(ground(0.3, 0.9, sd=0.12)).mean, abs=1e-6)


def test_the_closer_a_kind_of_source_is_to_the_thing_the_more_it_counts() -> None:
    order = ["measurement", "documentation", "index", "report", "article", "judgement", "hearsay"]
    assert [SOURCE_SD[kind] for kind in order] == sorted(SOURCE_SD[kind] for kind in order)
    assert SOURCE_SD["installed-source"] == SOURCE_SD["measurement"]


def test_every_kind_of_source_has_a_spread(built_in: Pack) -> None:
    assert {source.kind for source in built_in.sources.values()} <= set(SOURCE_SD)
