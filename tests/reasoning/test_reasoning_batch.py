"""Many projects in one call are the same as each by itself."""

from __future__ import annotations

import numpy as np
import pytest
from by_hand import Reckoning, random_answers
from small_packs import judge, profile, small_pack

from advisor.knowledge.pack import Pack
from advisor.reasoning.batch import draw_projects, mean_utilities, projects_of
from advisor.reasoning.conditions import draw_answers
from advisor.reasoning.profile import Answer, Profile

PACK = small_pack("""
questions:
  scale: {small: 0.6, large: 0.4}
  goal: {choices: {learn: 0.3, work: 0.7}, when: {scale: small}}
  deploy: {choices: {none: 0.5, phone: 0.25, browser: 0.25}, several: true}
impossible: [{scale: large, deploy: browser}]
criteria: {speed: normal, ease: minor}
needs: [{when: {goal: work}, criteria: {speed: major}}]
claims:
  a: {about: speed, says: {alpha: strong, beta: weak}, when: {scale: large}}
  b: {about: ease, says: {alpha: poor, beta: good}, when: {deploy: phone}}
""")
SOME = [
    profile(),
    profile(scale="large"),
    profile(scale="small", deploy=("phone", "browser")),
    profile(goal="learn", deploy="none"),
    profile(scale="large", goal="work", deploy="phone"),
]


def test_each_project_has_the_worlds_it_would_have_alone() -> None:
    whole = draw_projects(PACK, projects_of(PACK, SOME), 40)
    for index, project in enumerate(SOME):
        alone = draw_answers(PACK.questions, PACK.impossible, project, 40, redraws=0)
        here = slice(40 * index, 40 * (index + 1))
        assert np.array_equal(whole.possible[here], np.broadcast_to(alone.possible, 40))
        for question, choices in alone.chosen.items():
            for choice, truth in choices.items():
                in_batch = np.broadcast_to(whole.chosen[question][choice], 200)[here]
                assert np.array_equal(in_batch, np.broadcast_to(truth, 40)), (question, choice)


def test_many_known_projects_match_a_reckoning_by_hand(built_in: Pack) -> None:
    answers = [random_answers(built_in, seed) for seed in range(30)]
    profiles = [Profile({id: Answer(id, choices, "flag") for id, choices in project.items()}) for project in answers]
    grounds = judge(built_in, worlds=10, reading="reviewed").grounds
    means = mean_utilities(built_in, grounds, projects_of(built_in, profiles), 1)
    for row, project in zip(means, answers, strict=True):
        expected = np.array(list(Reckoning(built_in, project).utilities_of_choosable().values()))
        left = np.isfinite(expected)
        assert np.array_equal(np.isfinite(row), left)
        assert row[left] == pytest.approx(expected[left], abs=1e-5)


def test_the_order_and_the_number_of_projects_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    grounds = judge(PACK, worlds=10).grounds
    forward = mean_utilities(PACK, grounds, projects_of(PACK, SOME), 50)
    backward = mean_utilities(PACK, grounds, projects_of(PACK, SOME[::-1]), 50)
    assert np.array_equal(forward, backward[::-1], equal_nan=True)
    monkeypatch.setattr("advisor.reasoning.batch.MOST_COLUMNS", 60)
    assert np.array_equal(forward, mean_utilities(PACK, grounds, projects_of(PACK, SOME), 50), equal_nan=True)


def test_a_project_that_cannot_exist_has_no_utility() -> None:
    grounds = judge(PACK, worlds=10).grounds
    utilities = mean_utilities(
        PACK, grounds, projects_of(PACK, [profile(scale="large", deploy="browser"), profile()]), 20
    )
    assert np.isnan(utilities[0]).all() and not np.isnan(utilities[1]).any()
