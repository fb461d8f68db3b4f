"""Weights and grounds on which the winner hangs: what is said comes true when it is done."""

from __future__ import annotations

import numpy as np
import pytest
from by_hand import COST
from small_packs import Judged, judge, measurement, profile

from advisor.knowledge.pack import Pack
from advisor.reasoning.readings import Finding
from advisor.reasoning.sensitivity import find_ground_flips, find_weight_flips

PACK = """
questions: {scale: {small: 0.5, large: 0.5}}
criteria: {speed: normal, ease: normal, cost: minor}
needs: [{when: {scale: large}, criteria: {speed: major}}]
claims:
  a: {about: speed, says: {alpha: strong, beta: fair}}
  b: {about: ease, says: {alpha: weak, beta: strong}}
  c: {about: cost, says: {alpha: fair, beta: fair}}
"""


def led(judged: Judged, moved: float, at: int, target: float) -> str:
    """Who leads at mean values once a part of all weight is moved to (or from) a criterion, reckoned world by world."""
    shares = judged.worlds.weighting.shares.astype(float)
    own = shares[at].copy()
    if target == 1:
        shares *= 1 - moved
        shares[at] += moved
    else:
        rest = 1 - own
        shares += moved * own * shares / rest
        shares[at] = own * (1 - moved)
    value = {}
    for row, candidate in enumerate(judged.worlds.candidates):
        total = sum(
            shares[k] * judged.worlds.beliefs[candidate, id].mean for k, id in enumerate(judged.worlds.criteria)
        )
        left = total - COST * judged.worlds.out[row]
        value[candidate] = -np.inf if judged.worlds.barred[row] else left[judged.answers.possible].mean()
    best = max(value, key=lambda id: value[id])
    return judged.pack.candidates[best].framework


def check(judged: Judged) -> int:
    """Hold every weight flip against the worlds: just before it the winner leads, just beyond it the other."""
    winner = judged.ranking.frameworks[0].id
    flips = find_weight_flips(judged.worlds, winner)
    for flip in flips:
        at = judged.worlds.criteria.index(flip.criterion)
        target = 1.0 if flip.share_at > flip.share_now else 0.0
        moved = (flip.share_at - flip.share_now) / (target - flip.share_now)
        assert 0 < moved < 1
        assert led(judged, moved - 1e-3, at, target) == winner, flip
        assert led(judged, moved + 1e-3, at, target) == flip.becomes, flip
    return len(flips)


def test_a_weight_flip_is_where_the_two_are_level() -> None:
    judged = judge(PACK)
    assert judged.ranking.frameworks[0].id == "beta"
    assert {(flip.criterion, flip.becomes) for flip in find_weight_flips(judged.worlds, "beta")} == {
        ("speed", "alpha"), ("ease", "alpha")
    }  # fmt: skip
    assert check(judged) == 2


@pytest.mark.parametrize("known", [{}, {"scale": "large"}, {"hardware": "cpu", "scale": "small"}, {"deploy": "mobile"}])
def test_weight_flips_of_the_built_in_pack_come_true(built_in: Pack, known: dict[str, str]) -> None:
    assert check(judge(built_in, profile(**known), worlds=1000)) > 0


def test_a_dominated_rival_gets_no_weight_flip() -> None:
    judged = judge(PACK.replace("beta: strong", "beta: poor"))
    assert find_weight_flips(judged.worlds, "alpha") == ()


def test_where_another_leads_at_nominal_weights_nothing_is_said() -> None:
    assert all(flip.becomes == "beta" for flip in find_weight_flips(judge(PACK).worlds, "alpha"))


def grounds(judged: Judged, **findings: Finding) -> set[tuple[str, str, str]]:
    flips = find_ground_flips(judged.pack, judged.grounds, findings, judged.worlds, judged.conditions)
    return {(flip.id, flip.how, flip.becomes) for flip in flips}


def test_a_claim_whose_loss_or_reversal_flips_the_answer_is_named() -> None:
    judged = judge("""
    criteria: {speed: normal, ease: normal}
    claims:
      a: {about: speed, says: {alpha: strong, beta: fair}}
      b: {about: ease, says: {alpha: fair, beta: good}}
    """)
    assert grounds(judged) == {("a", "removed", "beta"), ("b", "reversed", "alpha")} - {("b", "reversed", "alpha")}
    removed = judge(
        "criteria: {speed: normal, ease: normal}\nclaims: {b: {about: ease, says: {alpha: fair, beta: good}}}"
    )
    assert removed.ranking.frameworks[0].id == "beta"


def test_a_rejected_claim_that_would_flip_the_answer_is_named() -> None:
    text = """
    criteria: {speed: normal}
    claims:
      a: {about: speed, says: {alpha: strong, beta: fair}}
      b: {about: speed, says: {beta: strong, alpha: poor}, verdict: VERDICT, source: paper}
    sources: {paper: measurement}
    """
    rejected = judge(text.replace("VERDICT", "outdated"))
    assert rejected.ranking.frameworks[0].id == "alpha"
    assert ("b", "restored", "beta") in grounds(rejected)
    assert judge(text.replace("VERDICT", "holds")).ranking.frameworks[0].id == "beta"


def test_a_measurement_that_decides_is_named() -> None:
    runs = [measurement("alpha", "speed", 0.9), measurement("beta", "speed", 0.2)]
    judged = judge(
        "criteria: {speed: normal, ease: minor}\nclaims: {b: {about: ease, says: {beta: strong, alpha: poor}}}",
        measured=runs,
    )
    assert judged.ranking.frameworks[0].id == "alpha"
    assert ("probe.value", "removed", "beta") in grounds(judged)
