"""Utility is Σ weight × value / Σ weight: weights from the rules, values from beliefs, exclusions before everything."""

from __future__ import annotations

import numpy as np
import pytest
from by_hand import PRIOR, frameworks, random_answers, utilities
from small_packs import Judged, judge, measurement, profile

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
    assert judged.worlds.noisy is not None
    logs = np.log(judged.worlds.noisy[0] / judged.worlds.weights[0])
    assert np.median(logs) == pytest.approx(0, abs=0.02)
    assert logs.std() == pytest.approx(0.35, abs=0.01)


def test_an_excluded_candidate_is_worth_nothing_where_it_is_excluded() -> None:
    judged = judge(NEEDS + "constraints: [{when: {scale: large}, excludes: beta}]")
    large = judged.answers.chosen["scale"]["large"]
    assert (mean(judged, "beta")[large] == 0).all()
    assert (mean(judged, "beta")[~large] > 0).all()
    assert np.array_equal(judged.worlds.excluded[1], large)
    assert not judged.worlds.excluded[0].any()


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
    for candidate, expected in utilities(built_in, answers).items():
        assert mean(judged, candidate) == pytest.approx(expected, abs=1e-5), candidate
    for at, expected in enumerate(frameworks(built_in, answers).values()):
        assert judged.values[at] == pytest.approx(expected, abs=1e-5)


def test_every_utility_is_finite_and_means_stay_on_the_scale(built_in: Pack) -> None:
    worlds = judge(built_in).worlds
    for utility in (worlds.mean, worlds.expected, worlds.drawn):
        assert utility is not None
        assert np.isfinite(utility).all()
    assert worlds.mean.min() >= 0
    assert worlds.mean.max() <= 1
