"""Projects that must work with each of several answers: every combination that can exist, and nothing else, is a reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from by_hand import Reckoning
from small_packs import judge, profile, small_pack

from advisor.ask import find_impossible_answers, make_profile
from advisor.errors import InputError
from advisor.knowledge.condition import parse_condition
from advisor.knowledge.pack import Pack
from advisor.reasoning.batch import draw_projects, mean_utilities, projects_of
from advisor.reasoning.conditions import Conditions, draw_answers, known_answers, left_out, not_applicable, share_of
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.profile import Answer, Profile

PACK = small_pack("""
questions:
  scale: {small: 0.6, large: 0.4}
  hardware: {choices: {cpu: 0.5, nvidia: 0.3, apple: 0.2}, several: each}
  os: {choices: {linux: 0.6, windows: 0.3, macos: 0.1}, several: each, when: {not: {hardware: cpu}}}
impossible: [{hardware: nvidia, os: macos}, {hardware: apple, os: windows}]
rare: [{hardware: apple, os: linux}]
criteria: {support: normal, ease: minor}
needs: [{when: {hardware: [nvidia, apple]}, criteria: {support: major}}]
constraints:
  supported: {when: {hardware: nvidia}, requires: {support: fair}}
claims:
  a: {about: support, says: {alpha: strong, beta: good}, when: {hardware: nvidia, os: linux}}
  b: {about: support, says: {alpha: poor, beta: good}, when: {hardware: nvidia, os: windows}}
  c: {about: support, says: {alpha: strong, beta: good}, when: {hardware: apple}}
""")
SLEAP = {"hardware": ("nvidia", "apple"), "os": ("windows", "macos")}


@pytest.mark.parametrize(
    ("answers", "condition", "expected"),
    [
        (SLEAP, {"hardware": "nvidia", "os": "windows"}, True),
        (SLEAP, {"hardware": "nvidia", "os": "macos"}, False),
        (SLEAP, {"hardware": "apple", "os": "macos"}, True),
        (SLEAP, {"hardware": "nvidia", "not": {"os": "windows"}}, False),
        (SLEAP, {"not": {"hardware": "nvidia"}}, True),
        (SLEAP, {"not": {"hardware": ["nvidia", "apple"]}}, False),
        ({"hardware": ("cpu", "nvidia"), "os": ("linux", "windows")}, {"hardware": "nvidia", "os": "windows"}, True),
        ({"hardware": ("cpu", "nvidia"), "os": ("linux",)}, {"hardware": "nvidia", "os": "windows"}, False),
        ({"hardware": ("cpu", "nvidia"), "os": ("linux",)}, {"hardware": "cpu", "os": "linux"}, False),
        ({"hardware": ("nvidia", "apple"), "os": ("linux",)}, {"hardware": "apple"}, False),
        ({"hardware": ("apple",), "os": ("linux", "macos")}, {"os": "linux"}, False),
        ({"hardware": ("apple",), "os": ("linux",)}, {"hardware": "apple", "os": "linux"}, True),
    ],
)  # fmt: skip
def test_a_condition_holds_where_a_combination_that_can_exist_meets_it(
    answers: dict[str, tuple[str, ...]], condition: Any, expected: bool
) -> None:
    when = parse_condition(condition)
    drawn = draw_worlds(PACK, profile(**answers), 50)
    for columns in (drawn, known_answers(PACK.questions, profile(**answers), PACK.impossible)):
        assert columns.possible.all()
        assert set(np.ravel(Conditions(columns).holds(when))) == {expected}
        assert set(np.ravel(columns.holds(when))) == {expected}


def test_one_answer_means_what_it_meant() -> None:
    """With one answer to each question there is nothing to combine."""
    for hardware in ("cpu", "nvidia", "apple"):
        for os in ("linux", "windows", "macos"):
            assert draw_worlds(PACK, profile(hardware=hardware, os=os), 20).each == ()
    assert draw_worlds(PACK, Profile({}), 2000).each == ()


def test_answers_that_go_with_no_other_are_named_and_left_out() -> None:
    project = profile(hardware=("nvidia", "apple"), os="windows")
    assert left_out(PACK.questions, project, PACK.impossible) == (("hardware", "apple"),)
    assert not_applicable(PACK.questions, project) == ()
    assert left_out(PACK.questions, profile(**SLEAP), PACK.impossible) == ()
    assert left_out(PACK.questions, profile(hardware="apple", os="linux"), PACK.impossible) == ()


def test_a_project_none_of_whose_combinations_can_exist_is_refused() -> None:
    assert find_impossible_answers(PACK, profile(hardware="nvidia", os="macos"))
    assert find_impossible_answers(PACK, profile(**SLEAP)) is None
    both = small_pack("""
    questions:
      hardware: {choices: {amd: 0.5, nvidia: 0.5}, several: each}
      os: {choices: {linux: 0.5, macos: 0.5}, several: each}
    impossible: [{hardware: nvidia, os: macos}, {hardware: amd, os: macos}]
    criteria: {ease: minor}
    """)
    assert find_impossible_answers(both, profile(hardware=("amd", "nvidia"), os="macos"))
    assert find_impossible_answers(both, profile(hardware=("amd", "nvidia"), os=("linux", "macos"))) is None


def test_an_open_question_is_drawn_so_that_every_answer_given_has_a_combination() -> None:
    drawn = draw_worlds(PACK, profile(hardware=("nvidia", "apple")), 4000)
    assert drawn.possible.all()
    conditions = Conditions(drawn)
    assert share_of(conditions.holds(parse_condition({"hardware": "nvidia"}))) == 1
    assert share_of(conditions.holds(parse_condition({"hardware": "apple", "os": "macos"}))) == 1
    assert not conditions.holds(parse_condition({"hardware": "nvidia", "os": "macos"})).any()
    windows = share_of(conditions.holds(parse_condition({"hardware": "nvidia", "os": "windows"})))
    assert windows == pytest.approx(0.3, abs=0.03)


def test_a_requirement_counts_on_each_machine_by_itself() -> None:
    """What a candidate does well on one machine does not make up for what it cannot do on another."""
    two = judge(PACK, profile(hardware="nvidia", os=("linux", "windows"), scale="small"), worlds=50)
    alpha, beta = (two.worlds.candidates.index(id) for id in ("alpha", "beta"))
    assert two.worlds.beliefs["alpha", "support"].mean == pytest.approx(0.5, abs=0.05)  # good enough on average
    assert two.worlds.failed[alpha].all() and not two.worlds.failed[beta].any()
    assert two.worlds.out[alpha].all()
    linux = judge(PACK, profile(hardware="nvidia", os="linux", scale="small"), worlds=50)
    assert not linux.worlds.failed.any()


@pytest.mark.parametrize(
    "project",
    [
        profile(**SLEAP),
        profile(hardware=("cpu", "nvidia")),
        profile(os=("linux", "windows")),
        profile(hardware=("nvidia", "apple"), scale="large"),
        profile(hardware=("nvidia", "apple"), os="windows"),
        profile(hardware=("cpu", "apple")),
    ],
)
def test_many_projects_at_once_are_the_same_as_each_by_itself(project: Profile) -> None:
    projects = [profile(), project, profile(hardware="nvidia")]
    whole = draw_projects(PACK, projects_of(PACK, projects), 40)
    alone = draw_answers(PACK.questions, PACK.impossible, project, 40, redraws=0)
    here = slice(40, 80)
    assert np.array_equal(whole.possible[here], np.broadcast_to(alone.possible, 40))
    for question, choices in alone.chosen.items():
        for choice, truth in choices.items():
            assert np.array_equal(whole.chosen[question][choice][here], np.broadcast_to(truth, 40)), choice
    for when in (*(claim.when for claim in PACK.claims.values()), *(rule.when for rule in PACK.impossible)):
        assert np.array_equal(np.broadcast_to(whole.holds(when), 120)[here], np.broadcast_to(alone.holds(when), 40))


def test_known_machines_match_a_reckoning_by_hand() -> None:
    machines = [
        {"scale": ("small",), "hardware": hardware, "os": os}
        for hardware in (("cpu", "nvidia"), ("nvidia", "apple"), ("cpu", "nvidia", "apple"))
        for os in (("linux",), ("linux", "windows"), ("windows", "macos"), ("linux", "windows", "macos"))
    ]
    profiles = [Profile({id: Answer(id, choices, "flag") for id, choices in machine.items()}) for machine in machines]
    means = mean_utilities(PACK, judge(PACK, worlds=10, reading="reviewed").grounds, projects_of(PACK, profiles), 1)
    for row, machine in zip(means, machines, strict=True):
        assert row == pytest.approx(list(Reckoning(PACK, machine).utilities_of_choosable().values()), abs=1e-5)


# --- the built-in pack ----------------------------------------------------------------------------------------------------


def test_what_this_machine_shows_gives_way_to_several_answers(built_in: Pack) -> None:
    detected = {"os": "linux", "python": "python-3-12"}
    both = make_profile(built_in, {"hardware": ["nvidia-gpu", "apple-silicon"]}, detected=detected)
    assert both.known("os") == () and both.known("python") == ("python-3-12",)
    linux = make_profile(built_in, {"hardware": ["nvidia-gpu", "cpu"]}, detected=detected)
    assert linux.known("os") == ("linux",)
    with pytest.raises(InputError, match="cannot all be true"):
        make_profile(built_in, {"hardware": ["nvidia-gpu", "intel-gpu"], "os": ["macos"]})


def test_a_desktop_program_for_windows_and_macs_rules_tensorflow_out(built_in: Pack) -> None:
    flags = {
        "use-case": ["engineering-production"], "existing-assets": ["tf2-keras"], "kept-code": ["rewrite"], "domain": ["cv"],
        "pretrained": ["from-scratch"], "team-skill": ["expert"], "team-knows": ["tensorflow-keras"], "scale": ["small"],
        "hardware": ["nvidia-gpu", "apple-silicon"], "os": ["windows-native", "macos"], "deploy": ["desktop"],
        "called-from": ["python"], "portability": ["single-ok"], "python": ["python-3-12"],
    }  # fmt: skip
    judged = judge(built_in, make_profile(built_in, flags), worlds=500, reading="reviewed")
    out = dict(zip(judged.worlds.candidates, judged.worlds.barred.tolist(), strict=True))
    assert out["tensorflow"] and out["keras[tensorflow]"] and out["keras[jax]"]
    assert not out["pytorch"] and not out["keras[torch]"]
    assert judged.ranking.best in ("pytorch", "keras[torch]")
