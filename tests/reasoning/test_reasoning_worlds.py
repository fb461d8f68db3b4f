"""Utility is Σ weight × value / Σ weight: weights from the rules, values from beliefs, less the cost of being out."""

from __future__ import annotations

import numpy as np
import pytest
from by_hand import COST, PRIOR, candidate_utilities, random_answers
from drawn_packs import STACKS, packs
from hypothesis import given
from hypothesis import strategies as st
from small_packs import Judged, Raw, judge, measurement, profile

from advisor.knowledge.condition import Is
from advisor.knowledge.pack import Pack
from advisor.reasoning.profile import Answer, Profile

NEEDS = """
questions:
  scale: {small: 0.6, large: 0.4}
  goal: {research: 0.5, product: 0.5}
criteria: {speed: minor, ease: normal, care: ignore}
needs:
  - {when: {scale: large}, criteria: {speed: normal, care: minor}}
  - {when: {goal: product}, criteria: {speed: major}}
  - {when: {goal: research}, criteria: {ease: ignore}}
claims:
  a: {about: speed, says: {alpha: strong, beta: weak}}
  b: {about: ease, says: {beta: good}}
  c: {about: care, says: {alpha: poor, beta: strong}}
"""


def weights(judged: Judged) -> dict[str, float]:
    """The nominal weights of a project whose answers are all known."""
    return {id: float(judged.worlds.weights[at].max()) for at, id in enumerate(judged.worlds.criteria)}


def mean(judged: Judged, candidate: str) -> np.ndarray:
    return np.asarray(judged.worlds.mean[judged.worlds.candidates.index(candidate)], dtype=float)


@pytest.mark.parametrize(
    ("scale", "goal", "expected"),
    [
        ("small", "product", {"speed": 4, "ease": 2, "care": 0}),
        ("large", "product", {"speed": 4, "ease": 2, "care": 1}),
        ("large", "research", {"speed": 2, "ease": 0, "care": 1}),
        ("small", "research", {"speed": 1, "ease": 0, "care": 0}),
    ],
)
def test_the_highest_rule_that_fires_sets_the_weight_and_no_rule_leaves_the_default(
    scale: str, goal: str, expected: dict[str, float]
) -> None:
    assert weights(judge(NEEDS, profile(scale=scale, goal=goal))) == expected


def test_a_rule_fires_in_the_worlds_its_condition_holds_in() -> None:
    judged = judge(NEEDS, profile(goal="research"))
    large = judged.answers.chosen["scale"]["large"]
    speed = judged.worlds.weights[judged.worlds.criteria.index("speed")]
    assert np.array_equal(speed, np.where(large, 2, 1))


def test_a_weight_set_by_hand_replaces_every_rule() -> None:
    judged = judge(NEEDS, profile(scale="large", goal="product"), overrides={"speed": 1, "care": 4})
    assert weights(judged) == {"speed": 1, "ease": 2, "care": 4}


def test_a_criterion_nobody_knows_keeps_its_weight_and_leaves_everybody_at_the_prior() -> None:
    known, more = (
        judge(NEEDS, profile(scale="large", goal="product")),
        judge(NEEDS.replace("care: ignore", "care: ignore, mute: major"), profile(scale="large", goal="product")),
    )
    assert weights(more) == {**weights(known), "mute": 4}
    for candidate in ("alpha", "beta"):
        assert mean(more, candidate) == pytest.approx((7 * mean(known, candidate)[0] + 4 * 0.5) / 11, abs=1e-6)


def test_where_a_claim_is_silent_everybody_stands_at_the_prior() -> None:
    judged = judge("""
    questions: {scale: {small: 0.5, large: 0.5}}
    criteria: {speed: normal}
    claims: {a: {about: speed, says: {alpha: strong}, when: {scale: large}}}
    """)
    large = judged.answers.chosen["scale"]["large"]
    assert np.allclose(mean(judged, "alpha")[~large], 0.5)
    assert np.allclose(mean(judged, "beta"), 0.5)
    assert mean(judged, "alpha")[large].min() > 0.7


def test_utility_is_the_weighted_mean_of_the_values() -> None:
    judged = judge(NEEDS, profile(scale="large", goal="product"))
    value = {level: (PRIOR * 0.5 + at / 0.12**2) / (PRIOR + 1 / 0.12**2) for level, at in (("poor", 0.1), ("weak", 0.3), ("good", 0.7), ("strong", 0.9))}  # fmt: skip
    assert mean(judged, "alpha") == pytest.approx((4 * value["strong"] + 2 * 0.5 + 1 * value["poor"]) / 7, abs=1e-6)
    assert mean(judged, "beta") == pytest.approx(
        (4 * value["weak"] + 2 * value["good"] + value["strong"]) / 7, abs=1e-6
    )


def test_where_nothing_matters_everybody_is_worth_a_half() -> None:
    judged = judge("criteria: {speed: ignore}\nclaims: {a: {about: speed, says: {alpha: strong}}}")
    assert (judged.worlds.mean == 0.5).all()


def test_the_spread_of_weights_leaves_them_right_on_average_and_is_log_normal() -> None:
    judged = judge(NEEDS, profile(scale="large", goal="product"), worlds=20_000)
    stakes = judged.worlds.weighting  # the weight of one criterion as a multiple of another's that is drawn, too
    logs = np.log(stakes.drawn[0] / stakes.drawn[2] / (stakes.shares[0] / stakes.shares[2])) / np.sqrt(2)
    assert np.median(logs) == pytest.approx(0, abs=0.02)
    assert logs.std() == pytest.approx(0.35, abs=0.01)


def test_an_excluded_candidate_loses_a_bounded_cost_where_it_is_excluded() -> None:
    judged, free = judge(NEEDS + "constraints: [{when: {scale: large}, excludes: beta}]"), judge(NEEDS)
    large = judged.answers.chosen["scale"]["large"]
    assert mean(judged, "beta") == pytest.approx(mean(free, "beta") - COST * large, abs=1e-6)
    assert np.array_equal(mean(judged, "alpha"), mean(free, "alpha"))
    assert np.array_equal(judged.worlds.excluded[1], large)
    assert not judged.worlds.excluded[0].any()
    for utility in ("mean", "expected", "drawn"):
        uncharged = getattr(judged.worlds, f"uncharged_{utility}")
        assert getattr(judged.worlds, utility)[1] == pytest.approx(uncharged[1] - COST * large, abs=1e-6)


def test_what_a_constraint_keeps_rules_out_everything_else_also_what_nobody_thought_of() -> None:
    kept = NEEDS + "constraints: [{when: {scale: large}, keeps: alpha}]"
    assert np.array_equal(
        judge(kept).worlds.excluded, judge(kept.replace("keeps: alpha", "excludes: beta")).worlds.excluded
    )
    added = judge(f"candidates: [alpha, beta, gamma]\n{kept}")
    assert added.worlds.candidates[2] == "gamma"
    assert np.array_equal(added.worlds.excluded[2], added.answers.chosen["scale"]["large"])


def test_a_framework_is_worth_its_best_stack() -> None:
    judged = judge("""
    candidates: [alpha, "beta[one]", "beta[two]"]
    questions: {scale: {small: 0.5, large: 0.5}}
    criteria: {speed: normal}
    claims:
      a: {about: speed, says: {"beta[one]": strong, "beta[two]": weak}, when: {scale: small}}
      b: {about: speed, says: {"beta[one]": weak, "beta[two]": good}, when: {scale: large}}
    """)
    best = judged.values[1]
    assert np.allclose(best, np.maximum(mean(judged, "beta[one]"), mean(judged, "beta[two]")))
    assert best.min() > 0.5


def test_a_measurement_counts_for_the_projects_it_speaks_for() -> None:
    judged = judge(NEEDS, profile(goal="product"))
    large = judged.answers.chosen["scale"]["large"]
    ran = judge(
        NEEDS, profile(goal="product"), measured=[measurement("beta", "speed", 1.0, 0.01, Is("scale", ("large",)))]
    )
    assert np.array_equal(mean(ran, "beta")[~large], mean(judged, "beta")[~large])
    assert (mean(ran, "beta")[large] > mean(judged, "beta")[large]).all()


@pytest.mark.parametrize("seed", range(25))
def test_the_columns_agree_with_a_reckoning_by_hand(built_in: Pack, seed: int) -> None:
    answers = random_answers(built_in, seed)
    known = Profile({id: Answer(id, choices, "flag") for id, choices in answers.items()})
    judged = judge(built_in, known, worlds=10)
    for candidate, expected in candidate_utilities(built_in, answers).items():
        assert mean(judged, candidate) == pytest.approx(expected, abs=1e-5), candidate


@given(packs(STACKS), st.sampled_from(["small", "large"]))
def test_the_columns_of_drawn_packs_agree_with_a_reckoning_by_hand(raw: Raw, scale: str) -> None:
    judged = judge(raw, profile(scale=scale), worlds=10)
    for candidate, expected in candidate_utilities(judged.pack, {"scale": (scale,)}).items():
        assert mean(judged, candidate) == pytest.approx(expected, abs=1e-5), candidate


def test_every_utility_is_finite_and_means_stay_on_the_scale(built_in: Pack) -> None:
    worlds = judge(built_in).worlds
    for utility in (worlds.mean, worlds.expected, worlds.drawn):
        assert np.isfinite(utility).all()
    assert worlds.uncharged_mean.min() >= 0
    assert worlds.uncharged_mean.max() <= 1


# Drawn values.


BELIEFS = """
candidates: [alpha, "beta[one]", "beta[two]"]
criteria: {speed: major, ease: minor, care: normal}
sources: {paper: article}
claims:
  a: {about: speed, says: {alpha: strong, "beta[one]": weak}}
  b: {about: ease, says: {alpha: good}}
  c: {about: ease, says: {alpha: fair}, source: paper}
  d: {about: speed, says: {"beta[two]": good}, cause: one-fact}
  e: {about: care, says: {"beta[two]": fair}, cause: one-fact}
"""


def drawn_at_nominal_weights(judged: Judged, candidate: str) -> np.ndarray:
    return np.asarray(judged.worlds.drawn_facts[judged.worlds.candidates.index(candidate)], dtype=float)


def one_by_one(judged: Judged, candidate: str, seed: int) -> np.ndarray:
    """Utilities from errors drawn ground by ground, as the definition has it: one error for each cause, one for the framework."""
    random, weights, n = np.random.default_rng(seed), judged.worlds.weights[:, 0], judged.answers.world_count
    total, errors = random.normal(0, 0.07, n), {cause: random.normal(size=n) for cause in ("one-fact", "other-fact")}
    for at, criterion in enumerate(judged.worlds.criteria):
        belief = judged.worlds.beliefs[candidate, criterion]
        weighted = np.sqrt(PRIOR) * random.normal(size=n)  # error of the prior, times its precision
        for contribution in belief.contributions:
            cause = contribution.ground.cause
            weighted += np.sqrt(contribution.precision) * (errors[cause] if cause else random.normal(size=n))
        total += weights[at] * (belief.mean + weighted / belief.precision) / weights.sum()
    return total


@pytest.mark.parametrize("candidate", ["alpha", "beta[one]", "beta[two]"])
def test_a_utility_drawn_at_once_is_spread_like_one_drawn_value_by_value(candidate: str) -> None:
    judged = judge(BELIEFS, worlds=20_000)
    at_once = drawn_at_nominal_weights(judged, candidate)
    quantiles = np.linspace(0.01, 0.99, 25)
    slowly = np.quantile(one_by_one(judged, candidate, 3), quantiles)
    assert np.quantile(at_once, quantiles) == pytest.approx(slowly, abs=0.012)


def test_one_cause_behind_two_criteria_errs_on_both_at_once() -> None:
    several = BELIEFS.replace(
        'care, says: {"beta[two]": fair}, cause: one-fact', 'care, says: {"beta[two]": fair}, cause: other-fact'
    )
    together, apart = (drawn_at_nominal_weights(judge(pack, worlds=20_000), "beta[two]") for pack in (BELIEFS, several))
    assert together.mean() == pytest.approx(apart.mean(), abs=1e-3)
    assert together.std() > 1.1 * apart.std()


def test_facts_of_different_frameworks_err_independently_and_of_one_together() -> None:
    judged = judge(BELIEFS, worlds=20_000)
    alpha, beta_one, beta_two = (drawn_at_nominal_weights(judged, name) for name in judged.worlds.candidates)
    assert abs(np.corrcoef(alpha, beta_one)[0, 1]) < 0.03
    assert np.corrcoef(beta_one, beta_two)[0, 1] > 0.99


def test_what_is_known_exactly_errs_by_what_all_levels_of_a_framework_have_in_common() -> None:
    exact = [measurement(c, k, 0.8, 1e-4) for c in ("alpha", "beta[one]") for k in ("speed", "ease", "care")]
    judged = judge(BELIEFS, measured=exact)
    drawn = drawn_at_nominal_weights(judged, "alpha")
    assert drawn.mean() == pytest.approx(0.8, abs=0.003)
    assert drawn.std() == pytest.approx(0.07, abs=0.004)


# Some of the frameworks.


def test_the_worlds_of_some_frameworks_are_those_of_all() -> None:
    judged = judge(BELIEFS)
    only = judged.worlds.restricted_to(["beta"])
    assert only.candidates == ("beta[one]", "beta[two]")
    assert only.stacks == ((0, 1),)
    for name in ("mean", "expected", "drawn", "drawn_facts", "excluded", "failed"):
        assert np.array_equal(getattr(only, name), getattr(judged.worlds, name)[1:]), name
    assert judged.worlds.restricted_to(["alpha", "beta"]) is judged.worlds


def test_who_takes_part_decides_who_is_out() -> None:
    judged = judge(REQUIRED, profile(scale="large"))
    assert judged.worlds.out.all(axis=1).tolist() == [False, True, True]
    without = judged.worlds.restricted_to(["beta", "gamma"])
    assert without.out.all(axis=1).tolist() == [False, True]
    assert np.array_equal(without.mean[0], judged.worlds.uncharged_mean[1])


# Requirements.

REQUIRED = """
candidates: [alpha, beta, gamma]
questions: {scale: {small: 0.6, large: 0.4}}
criteria: {speed: normal, ease: normal, care: ignore}
claims:
  a: {about: speed, says: {alpha: strong, beta: strong, gamma: weak}}
  b: {about: ease, says: {alpha: good, beta: weak, gamma: poor}}
constraints:
  fast: {when: {scale: large}, requires: {speed: good}}
  easy: {when: {scale: large}, requires: {ease: fair}}
"""


def out_of(judged: Judged) -> list[str]:
    """Who is out in every world."""
    return [id for id, out in zip(judged.worlds.candidates, judged.worlds.out.all(axis=1), strict=True) if out]


def test_who_fails_more_requirements_than_another_is_out_where_they_hold() -> None:
    judged = judge(REQUIRED)
    large = judged.answers.chosen["scale"]["large"]
    assert judged.worlds.failed[:, large].T.tolist() == [[0, 1, 2]] * int(large.sum())
    assert not judged.worlds.failed[:, ~large].any()
    assert np.array_equal(judged.worlds.out, np.stack([np.zeros_like(large), large, large]))
    assert not judged.worlds.barred.any()


def test_where_nobody_meets_all_those_stay_that_fail_fewest() -> None:
    judged = judge(REQUIRED + "  cared: {when: {scale: large}, requires: {care: strong}}", profile(scale="large"))
    assert judged.worlds.failed[:, 0].tolist() == [1, 2, 3]
    assert out_of(judged) == ["beta", "gamma"]


def test_whom_a_constraint_excludes_sets_no_standard() -> None:
    judged = judge(REQUIRED + "  gone: {excludes: alpha}", profile(scale="large"))
    assert out_of(judged) == ["alpha", "gamma"]


@pytest.mark.parametrize(("level", "out"), [("poor", []), ("weak", []), ("fair", []), ("good", ["gamma"])])
def test_of_whom_nothing_is_said_meets_what_is_fair(level: str, out: list[str]) -> None:
    pack = "candidates: [alpha, gamma]\ncriteria: {speed: normal}\nclaims: {a: {about: speed, says: {alpha: strong}}}"
    assert out_of(judge(f"{pack}\nconstraints: [{{requires: {{speed: {level}}}}}]")) == out


def test_a_level_is_judged_by_what_is_believed_not_by_what_is_drawn() -> None:
    judged = judge(REQUIRED, profile(scale="large"), worlds=2000)
    assert (judged.worlds.out == judged.worlds.out[:, :1]).all()


def test_who_is_measured_well_meets_what_documents_deny() -> None:
    judged = judge(REQUIRED, profile(scale="large"), measured=[measurement("beta", "ease", 0.9, 0.02)])
    assert out_of(judged) == ["gamma"]


# Groups.


def test_a_group_weighs_as_much_as_its_heaviest_member() -> None:
    pack = "criteria: {speed: major, ease: normal, care: normal, cost: minor}\ngroups: {speed: pace, ease: pace, care: pace}"
    assert weights(judge(pack)) == pytest.approx({"speed": 2, "ease": 1, "care": 1, "cost": 1})
    assert weights(judge(pack, overrides={"speed": 0, "ease": 0, "care": 0}))["speed"] == 0
