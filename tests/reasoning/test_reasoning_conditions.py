"""Conditions hold as they read, in every world; unknown answers are drawn by their shares and by nothing else."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_packs import Raw, judge, profile, small_pack

from advisor.knowledge.condition import ALWAYS, All, AnyOf, Condition, Is, Not, comparisons_of, parse_condition
from advisor.knowledge.pack import Pack
from advisor.reasoning.conditions import AnswerColumns, known_answers, not_applicable, shares_now
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.profile import Answer, Profile

PACK = small_pack("""
questions:
  scale: {small: 0.6, medium: 0.3, large: 0.1}
  hardware: {cpu: 0.5, gpu: 0.5}
  os: {choices: {linux: 0.75, macos: 0.25}, when: {hardware: gpu}}
  deploy: {choices: {none: 0.5, server: 0.3, phone: 0.2}, several: true}
""")


def holds(condition: Raw, **known: str | tuple[str, ...]) -> bool | None:
    """Whether a condition holds in all worlds of a project, in none, or (None) in some."""
    truth = draw_worlds(PACK, profile(**known), 500).holds(parse_condition(condition))
    return bool(truth.all()) if truth.all() or not truth.any() else None


# Truth.


@pytest.mark.parametrize(
    ("condition", "known", "expected"),
    [
        ({"scale": "large"}, {"scale": "large"}, True),
        ({"scale": "large"}, {"scale": "small"}, False),
        ({"scale": ["medium", "large"]}, {"scale": "medium"}, True),
        ({"scale": ["medium", "large"]}, {"scale": "small"}, False),
        ({"scale": "large", "hardware": "gpu"}, {"scale": "large", "hardware": "gpu"}, True),
        ({"scale": "large", "hardware": "gpu"}, {"scale": "large", "hardware": "cpu"}, False),
        ({"not": {"scale": "large"}}, {"scale": "small"}, True),
        ({"not": {"scale": "large"}}, {"scale": "large"}, False),
        ({"any": [{"scale": "large"}, {"hardware": "gpu"}]}, {"scale": "small", "hardware": "gpu"}, True),
        ({"any": [{"scale": "large"}, {"hardware": "gpu"}]}, {"scale": "small", "hardware": "cpu"}, False),
        ({"all": [{"scale": "large"}, {"hardware": "gpu"}]}, {"scale": "large", "hardware": "gpu"}, True),
        ({"all": [{"scale": "large"}, {"hardware": "gpu"}]}, {"scale": "large", "hardware": "cpu"}, False),
        ({"scale": "large", "any": [{"hardware": "cpu"}]}, {"scale": "large", "hardware": "cpu"}, True),
        ({"not": {"any": [{"scale": "large"}, {"not": {"hardware": "gpu"}}]}}, {"scale": "small", "hardware": "gpu"}, True),
        ({}, {}, True),
        ({"not": {}}, {}, False),
        ({"scale": ["small", "medium", "large"]}, {}, True),
        ({"scale": "large"}, {}, None),
        ({"scale": "large"}, {"hardware": "gpu"}, None),
        ({"scale": "large", "hardware": "cpu"}, {"hardware": "gpu"}, False),
        ({"any": [{"scale": "large"}, {"hardware": "gpu"}]}, {"hardware": "gpu"}, True),
    ],
)  # fmt: skip
def test_a_condition_holds_as_it_reads(condition: Raw, known: dict[str, str], expected: bool | None) -> None:
    assert holds(condition, **known) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"deploy": "server"}, True),
        ({"deploy": "phone"}, True),
        ({"deploy": ["none", "phone"]}, True),
        ({"deploy": "none"}, False),
        ({"not": {"deploy": "none"}}, True),
        ({"not": {"deploy": "phone"}}, False),
        ({"all": [{"deploy": "server"}, {"deploy": "phone"}]}, True),
    ],
)
def test_with_several_answers_a_comparison_holds_if_one_of_them_matches(condition: Raw, expected: bool) -> None:
    assert holds(condition, deploy=("server", "phone")) is expected


def test_a_question_that_does_not_apply_equals_none_of_its_choices() -> None:
    assert holds({"os": ["linux", "macos"]}, hardware="cpu") is False
    assert holds({"not": {"os": "linux"}}, hardware="cpu") is True
    assert holds({"os": ["linux", "macos"]}, hardware="gpu") is True


def test_where_a_question_applies_in_some_worlds_only_it_is_answered_in_those() -> None:
    answers = draw_worlds(PACK, Profile({}), 2000)
    answered = answers.holds(Is("os", ("linux", "macos")))
    assert np.array_equal(answered, answers.holds(Is("hardware", ("gpu",))))


def test_an_answer_to_a_question_that_does_not_apply_does_not_count() -> None:
    assert holds({"os": "macos"}, hardware="cpu", os="macos") is False
    assert holds({"os": "macos"}, hardware="gpu", os="macos") is True


def test_which_answers_do_not_count_is_told() -> None:
    assert not_applicable(PACK.questions, profile(hardware="cpu", os="macos")) == ("os",)
    assert not_applicable(PACK.questions, profile(hardware="gpu", os="macos")) == ()
    assert not_applicable(PACK.questions, profile(os="macos")) == ()


def test_while_it_is_open_whether_a_question_applies_its_answer_counts_where_it_does() -> None:
    columns = draw_worlds(PACK, profile(os="macos"), 200)
    gpu = columns.chosen["hardware"]["gpu"]
    assert 0 < gpu.mean() < 1
    assert np.array_equal(columns.chosen["os"]["macos"], gpu)
    assert bool(known_answers(PACK.questions, profile(os="macos")).holds(Is("os", ("macos",))))


SHARED = small_pack("""
questions:
  scale: {small: 0.5, large: 0.5}
  hardware: {cpu: 0.5, gpu: 0.5}
  os:
    when: {scale: [small, large]}
    choices: {linux: 0.5, macos: 0.3, windows: 0.2}
    other-shares:
      - {when: {scale: large}, shares: {linux: 0.9, macos: 0.05, windows: 0.05}}
      - {when: {hardware: gpu}, shares: {linux: 0.1, macos: 0.8, windows: 0.1}}
""")


@pytest.mark.parametrize(
    ("known", "expected", "reasons"),
    [
        ({"scale": "small", "hardware": "cpu"}, [0.5, 0.3, 0.2], 1),
        ({"scale": "large", "hardware": "gpu"}, [0.9, 0.05, 0.05], 1),
        ({"scale": "small", "hardware": "gpu"}, [0.1, 0.8, 0.1], 1),
        ({"scale": "small"}, [0.3, 0.55, 0.15], 2),
        ({}, [0.6, 0.3, 0.1], 3),
    ],
)
def test_shares_depend_on_the_answers_before(known: dict[str, str], expected: list[float], reasons: int) -> None:
    """The first entry that holds gives the shares; where none holds those of the choices stand."""
    worlds = draw_worlds(SHARED, profile(**known), 20000)
    assert [float(truth.mean()) for truth in worlds.chosen["os"].values()] == pytest.approx(expected, abs=0.01)
    shares, assumed = shares_now(SHARED.questions["os"], worlds)
    assert shares == pytest.approx(expected, abs=1e-9 if len(known) == 2 else 0.01) and len(assumed) == reasons


def test_an_answer_that_is_known_needs_no_share() -> None:
    answers = draw_worlds(SHARED, profile(scale="large", os="macos"), 200).chosen["os"]
    assert [float(truth.mean()) for truth in answers.values()] == [0, 1, 0]


CHOICES = {"scale": ("small", "medium", "large"), "hardware": ("cpu", "gpu")}
COMPARISON = st.sampled_from(list(CHOICES)).flatmap(
    lambda question: st.builds(
        lambda chosen: Is(question, tuple(chosen)), st.lists(st.sampled_from(CHOICES[question]), min_size=1, max_size=2)
    )
)
CONDITION = st.recursive(
    COMPARISON,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda parts: All(tuple(parts)), st.lists(inner, max_size=3)),
        st.builds(lambda parts: AnyOf(tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)


def holds_by_hand(condition: Condition, scale: str, hardware: str) -> bool:
    """The meaning of a condition, for one set of answers."""
    if isinstance(condition, Is):
        return {"scale": scale, "hardware": hardware}[condition.question] in condition.choices
    if isinstance(condition, Not):
        return not holds_by_hand(condition.part, scale, hardware)
    parts = [holds_by_hand(part, scale, hardware) for part in condition.parts]
    return all(parts) if isinstance(condition, All) else any(parts)


@given(CONDITION)
def test_columns_of_worlds_agree_with_the_truth_table(condition: Condition) -> None:
    drawn = draw_worlds(PACK, Profile({}), 200)
    for scale, hardware in product(*CHOICES.values()):
        expected = holds_by_hand(condition, scale, hardware)
        known = draw_worlds(PACK, profile(scale=scale, hardware=hardware), 7)
        assert bool(known.holds(condition)) is expected
        here = drawn.chosen["scale"][scale] & drawn.chosen["hardware"][hardware]
        assert (np.broadcast_to(drawn.holds(condition), 200)[here] == expected).all()


@given(CONDITION)
def test_every_comparison_inside_a_condition_is_found(condition: Condition) -> None:
    def count(condition: Condition) -> int:
        if isinstance(condition, Is):
            return 1
        return count(condition.part) if isinstance(condition, Not) else sum(map(count, condition.parts))

    assert len(list(comparisons_of(condition))) == count(condition)


@pytest.mark.parametrize(
    "wrong", ["scale == large", ["scale"], 3, {"any": {}}, {"all": "x"}, {"scale": []}, {"not": 1}]
)
def test_what_is_no_condition_is_refused_with_an_example(wrong: object) -> None:
    with pytest.raises(ValueError, match="good: "):
        parse_condition(wrong)


# Draws.


def shares(answers: AnswerColumns, question: str) -> dict[str, float]:
    return {choice: float(truth.mean()) for choice, truth in answers.chosen[question].items()}


def test_unknown_answers_are_drawn_by_their_shares() -> None:
    answers = draw_worlds(PACK, Profile({}), 10_000)
    for question in ("scale", "hardware", "deploy"):
        for choice in PACK.questions[question].choices:
            spread = (choice.share * (1 - choice.share) / 10_000) ** 0.5
            assert abs(shares(answers, question)[choice.id] - choice.share) < 4 * spread, choice.id
    assert shares(answers, "os")["linux"] == pytest.approx(0.375, abs=0.02)


def test_an_unknown_question_holds_exactly_one_choice_in_every_world() -> None:
    answers = draw_worlds(PACK, Profile({}), 1000)
    for question in ("scale", "hardware", "deploy"):
        assert (sum(truth.astype(int) for truth in answers.chosen[question].values()) == 1).all()


def test_questions_are_drawn_independently() -> None:
    answers = draw_worlds(PACK, Profile({}), 10_000)
    both = answers.holds(parse_condition({"scale": "small", "hardware": "cpu"})).mean()
    assert both == pytest.approx(0.3, abs=0.02)


@pytest.mark.parametrize("worlds", [1, 10, 10_000])
def test_a_known_answer_is_a_single_value_whatever_the_number_of_worlds(worlds: int) -> None:
    answers = draw_worlds(PACK, profile(scale="large"), worlds)
    assert all(truth.shape == () for truth in answers.chosen["scale"].values())
    assert answers.holds(Is("scale", ("large",))).shape == ()


def test_the_same_question_is_drawn_the_same_every_time() -> None:
    first, second = (draw_worlds(PACK, Profile({}), 500) for _ in range(2))
    for question, choices in first.chosen.items():
        for choice, truth in choices.items():
            assert np.array_equal(truth, second.chosen[question][choice])


def test_fewer_worlds_are_the_first_of_more() -> None:
    few, many = draw_worlds(PACK, Profile({}), 100), draw_worlds(PACK, Profile({}), 1000)
    assert np.array_equal(few.chosen["scale"]["small"], many.chosen["scale"]["small"][:100])


def test_an_added_or_answered_question_leaves_all_other_draws_alone() -> None:
    alone = draw_worlds(PACK, Profile({}), 1000)
    more = small_pack("""
    questions:
      added: {a: 0.5, b: 0.5}
      scale: {small: 0.6, medium: 0.3, large: 0.1}
      hardware: {cpu: 0.5, gpu: 0.5}
      os: {choices: {linux: 0.75, macos: 0.25}, when: {hardware: gpu}}
    """)
    added, answered = draw_worlds(more, Profile({}), 1000), draw_worlds(PACK, profile(deploy="phone"), 1000)
    for other in (added, answered):
        for question in ("scale", "hardware", "os"):
            for choice, truth in alone.chosen[question].items():
                assert np.array_equal(truth, other.chosen[question][choice])


IMPOSSIBLE = """
questions:
  hardware: {cpu: 0.4, nvidia: 0.4, apple: 0.2}
  os: {linux: 0.5, macos: 0.5}
  scale: {small: 0.5, large: 0.5}
impossible: [{hardware: nvidia, os: macos}, {hardware: apple, os: linux}]
"""


def test_impossible_combinations_are_drawn_again() -> None:
    pack = small_pack(IMPOSSIBLE)
    answers = draw_worlds(pack, Profile({}), 10_000)
    assert answers.possible.mean() > 0.999
    for impossible in pack.impossible:
        assert not (answers.holds(impossible.when) & answers.possible).any()


def test_what_is_possible_keeps_its_proportions() -> None:
    answers = draw_worlds(small_pack(IMPOSSIBLE), Profile({}), 20_000)
    expected = {("cpu", "linux"): 0.2, ("cpu", "macos"): 0.2, ("nvidia", "linux"): 0.2, ("apple", "macos"): 0.1}
    for (hardware, os), share in expected.items():
        share_drawn = (answers.chosen["hardware"][hardware] & answers.chosen["os"][os]).mean()
        assert share_drawn == pytest.approx(share / 0.7, abs=0.015)


def test_worlds_drawn_again_do_not_disturb_the_possible_ones() -> None:
    free = draw_worlds(small_pack(IMPOSSIBLE.split("impossible")[0]), Profile({}), 1000)
    mended = draw_worlds(small_pack(IMPOSSIBLE), Profile({}), 1000)
    clash = free.holds(parse_condition({"hardware": "nvidia", "os": "macos"})) | free.holds(
        parse_condition({"hardware": "apple", "os": "linux"})
    )
    assert 0.2 < clash.mean() < 0.4
    for question in ("hardware", "os", "scale"):
        for choice, truth in free.chosen[question].items():
            assert np.array_equal(truth[~clash], mended.chosen[question][choice][~clash])


def test_known_answers_that_clash_are_possible_nowhere() -> None:
    answers = draw_worlds(small_pack(IMPOSSIBLE), profile(hardware="nvidia", os="macos"), 100)
    assert not answers.possible.any()


SPLIT: Raw = {
    "candidates": ["alpha", "beta", "gamma"],
    "criteria": {"speed": "normal", "ease": "minor"},
    "needs": [{"when": {"scale": "large"}, "criteria": {"speed": "major"}}],
    "claims": {
        "a": {"about": "speed", "says": {"alpha": "strong", "beta": "weak", "gamma": "fair"}, "when": {"scale": "large"}},
        "b": {"about": "ease", "says": {"alpha": "poor", "beta": "good", "gamma": "good"}},
    },
}  # fmt: skip
ONE = {**SPLIT, "questions": {"scale": {"small": 0.6, "large": 0.4}}}


def two(scale: dict[str, float]) -> Pack:
    """The same pack with `large` split in `large` and `huge`."""
    both = {"scale": ["large", "huge"]}
    claims = {**SPLIT["claims"], "a": {**SPLIT["claims"]["a"], "when": both}}
    return small_pack(
        {**SPLIT, "questions": {"scale": scale}, "needs": [{**SPLIT["needs"][0], "when": both}], "claims": claims}
    )


def test_splitting_a_choice_and_its_share_in_two_leaves_the_advice_unchanged() -> None:
    judged, split = judge(ONE), judge(two({"small": 0.6, "large": 0.3, "huge": 0.1}))
    assert split.ranking == judged.ranking


def test_wherever_the_split_choice_is_listed_only_the_sample_changes() -> None:
    judged = judge(ONE, worlds=10_000)
    split = judge(two({"huge": 0.1, "small": 0.6, "large": 0.3}), worlds=10_000)
    assert split.ranked == judged.ranked
    for standing in judged.ranking.candidates:
        assert split.candidate(standing.id).p_best == pytest.approx(standing.p_best, abs=0.02)


# The profile.


def test_a_profile_knows_its_answers_and_forgets_on_demand() -> None:
    known = profile(scale="large", deploy=("server", "phone"))
    assert known.known("deploy") == ("server", "phone")
    assert known.known("hardware") == ()
    changed = known.with_answer("scale", ("small",))
    assert changed.known("scale") == ("small",)
    assert known.known("scale") == ("large",)
    assert known.with_answer("scale", ()).known("scale") == ()
    assert known.answers["scale"] == Answer("scale", ("large",), "flag")


def test_always_is_true_in_every_world() -> None:
    assert draw_worlds(PACK, Profile({}), 10).holds(ALWAYS).all()
