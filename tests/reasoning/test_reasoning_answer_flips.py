"""What would change the answer: checked against answering anew, question by question."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from by_hand import Answers, framework_utilities, holds, is_possible, random_answers
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from small_packs import Judged, Raw, judge, measurement, profile, read, small_pack

from advisor.knowledge.criterion import MeasureScale
from advisor.knowledge.pack import Pack
from advisor.reasoning.answer_flips import EXACT_LEAD, LEAST_LEAD, AnswerFlip, answer_flip_pairs, answer_flips
from advisor.reasoning.profile import Answer, Profile
from advisor.reasoning.value_of_information import InformationValue, value_of_probes, value_of_questions

TWO_WAYS = """
candidates: [alpha, "beta[one]"]
questions:
  scale: {small: 0.75, large: 0.25}
  goal: {research: 0.5, product: 0.5}
  idle: {yes-it-is: 0.5, no-it-is-not: 0.5}
criteria: {speed: normal, ease: normal}
needs: [{when: {goal: product}, criteria: {ease: major}}]
claims:
  a: {about: speed, says: {alpha: good, beta: fair}}
  b: {about: speed, says: {alpha: poor, beta: strong}, when: {scale: large}}
  c: {about: ease, says: {alpha: good, beta: good}}
"""


def winner(judged: Judged) -> str:
    return judged.scoped.ranking.frameworks[0].id


def flips_of(judged: Judged) -> tuple[AnswerFlip, ...]:
    return answer_flips(judged.pack, judged.grounds, judged.profile, judged.scoped, {}, winner(judged))


def changes(judged: Judged) -> set[tuple[str, str, str]]:
    return {(flip.question, flip.after[0], flip.becomes) for flip in flips_of(judged)}


# Flips.


@pytest.mark.parametrize("known", [{}, {"scale": "small"}, {"scale": "small", "goal": "product", "idle": "yes-it-is"}])
def test_a_flip_names_the_question_the_answer_before_and_after_and_the_new_winner(known: dict[str, str]) -> None:
    judged = judge(TWO_WAYS, profile(**known))
    assert winner(judged) == "alpha"
    (flip,) = flips_of(judged)
    assert flip == AnswerFlip("scale", ("small",) if "scale" in known else (), ("large",), "beta")


def test_the_answer_given_is_no_flip() -> None:
    judged = judge(TWO_WAYS, profile(scale="large"))
    assert changes(judged) == {("scale", "small", "alpha")}


def test_several_answers_are_changed_to_each_single_one() -> None:
    judged = judge(
        """
        questions: {deploy: {choices: {none: 0.5, phone: 0.25, browser: 0.25}, several: true}}
        criteria: {speed: normal, ease: normal}
        claims:
          a: {about: speed, says: {alpha: good, beta: poor}, when: {deploy: phone}}
          b: {about: ease, says: {alpha: weak, beta: good}, when: {deploy: browser}}
        """,
        profile(deploy=("phone", "browser")),
    )
    assert winner(judged) == "alpha"
    assert changes(judged) == {("deploy", "browser", "beta")}


def test_a_constraint_flips_the_answer() -> None:
    judged = judge(
        TWO_WAYS + "constraints: [{when: {goal: research}, excludes: alpha}]", profile(goal="product", scale="small")
    )
    assert ("goal", "research", "beta") in changes(judged)


def test_what_rules_everything_out_is_no_flip() -> None:
    judged = judge(
        TWO_WAYS + "constraints: [{when: {goal: research}, excludes: [alpha, beta]}]",
        profile(goal="product", scale="small"),
    )
    assert changes(judged) == {("scale", "large", "beta")}


def test_an_impossible_change_is_no_flip() -> None:
    judged = judge(TWO_WAYS + "impossible: [{scale: large, goal: product}]", profile(scale="small", goal="product"))
    assert changes(judged) == set()


def test_weights_set_by_hand_hold_after_the_change_as_well() -> None:
    judged = judge(TWO_WAYS, profile(scale="small"), overrides={"speed": 0})
    assert answer_flips(judged.pack, judged.grounds, judged.profile, judged.scoped, {"speed": 0}, winner(judged)) == ()


def by_answering_again(pack: Pack, answers: Answers, before: str) -> set[tuple[str, str, str]]:
    """Every change of one answer that makes another framework the best, reckoned by hand."""
    flips = set()
    for question in pack.questions.values():
        for choice in question.choice_ids:
            changed = {**answers, question.id: (choice,)}
            if is_possible(pack, changed):
                worth = framework_utilities(pack, changed)
                best = max(worth, key=lambda id: worth[id])
                if worth[best] - worth[before] > EXACT_LEAD:
                    flips.add((question.id, choice, best))
    return flips


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))])
def test_flips_of_known_answers_match_a_reckoning_by_hand(built_in: Pack, seed: int) -> None:
    answers = random_answers(built_in, 100 + seed)
    known = Profile({id: Answer(id, choices, "flag") for id, choices in answers.items()})
    judged = judge(built_in, known, worlds=50)
    worth = framework_utilities(built_in, answers)
    best = max(worth, key=lambda id: worth[id])
    flips = answer_flips(built_in, judged.grounds, known, judged.scoped, {}, best)
    assert {(flip.question, flip.after[0], flip.becomes) for flip in flips} == by_answering_again(
        built_in, answers, best
    )
    assert all(flip.before == answers[flip.question] for flip in flips)


def led(judged: Judged, here: np.ndarray) -> tuple[str, dict[str, float]]:
    """Which framework leads over some worlds at mean values, each played by one stack, and by how much."""
    means = judged.worlds.mean[:, here].mean(axis=1, dtype=float)
    means[judged.worlds.out[:, here].all(axis=1)] = -np.inf
    by = {id: max(means[list(rows)]) for id, rows in zip(judged.worlds.frameworks, judged.worlds.stacks, strict=True)}
    return max(by, key=lambda id: by[id]), by


@pytest.mark.parametrize("seed", range(6))
def test_flips_of_unknown_answers_are_the_conditional_means_of_the_worlds(built_in: Pack, seed: int) -> None:
    answers = random_answers(built_in, 200 + seed)
    some = [id for id in built_in.questions if np.random.default_rng([seed, len(id)]).random() < 0.3]
    judged = judge(built_in, Profile({id: Answer(id, answers[id], "flag") for id in some}), worlds=3000)
    possible = np.broadcast_to(judged.answers.possible, 3000)
    before, _ = led(judged, possible)
    expected = set()
    for question in built_in.questions.values():
        for choice in question.choice_ids if question.id not in some else ():
            here = judged.answers.chosen[question.id][choice] & possible
            if here.sum() >= 30:
                after, means = led(judged, here)
                if after not in (before, winner(judged)) and means[after] > means[before] + LEAST_LEAD:
                    expected.add((question.id, choice, after))
    assert {change for change in changes(judged) if change[0] not in some} == expected


@pytest.mark.parametrize("seed", [1, pytest.param(0, marks=pytest.mark.long)])
def test_a_flip_comes_true_when_the_answer_is_changed(built_in: Pack, seed: int) -> None:
    """Answering anew, with the unknown rest drawn again: the winner changes where the lead is more than chance."""
    answers = random_answers(built_in, 300 + seed)
    some = list(built_in.questions)[:: 2 + seed % 3]
    judged = judge(built_in, Profile({id: Answer(id, answers[id], "flag") for id in some}), worlds=8000)
    becomes_after = {(question, choice): becomes for question, choice, becomes in changes(judged)}
    for question in built_in.questions.values():
        for choice in question.choice_ids:
            if judged.profile.known(question.id) == (choice,):
                continue
            again = judge(built_in, judged.profile.with_answer(question.id, (choice,)), worlds=200)
            if not again.answers.possible.any():
                continue
            first, second = again.scoped.ranking.frameworks[:2]
            if first.value - second.value > 0.04:
                assert becomes_after.get((question.id, choice), winner(judged)) == first.id, (question.id, choice)


TIED = """
questions: {{scale: {{small: 0.5, large: 0.5}}, goal: {{research: 0.5, product: 0.5}}}}
criteria: {{speed: major}}
claims:
  a: {{about: speed, says: {{alpha: good, beta: good}}}}
  b: {{about: speed, says: {{beta: {}}}, when: {{scale: large}}}}
"""
SIZES = (20, 40, 80, 160, 320, 640, 1280, 2560)
"""How many worlds are drawn: what is equal stays equal in every sample."""


def test_on_a_tie_no_answer_flips_anything() -> None:
    tied = [judge(TIED.format("good"), profile(scale="small"), worlds=n) for n in SIZES]
    assert {winner(judged) for judged in tied} == {"alpha"}, "the first by name"
    assert [changes(judged) for judged in tied] == [set()] * len(SIZES)


def test_on_a_tie_an_answer_that_makes_the_other_better_flips_it() -> None:
    for n in SIZES:
        judged = judge(TIED.format("strong"), profile(scale="small"), worlds=n)
        assert winner(judged) == "alpha"
        assert changes(judged) == {("scale", "large", "beta")}


REQUIRING = """
questions: {scale: {small: 0.9, large: 0.1}}
criteria: {speed: major, ease: minor}
claims:
  a: {about: speed, says: {alpha: strong, beta: poor}}
  b: {about: ease, says: {alpha: weak, beta: good}}
constraints: [{when: {scale: large}, requires: {ease: fair}}]
"""


@pytest.mark.parametrize("known", [{}, {"scale": "small"}])
def test_what_is_required_flips_the_answer_whatever_the_merits(known: dict[str, str]) -> None:
    judged = judge(REQUIRING, profile(**known))
    large = judge(REQUIRING, profile(scale="large"))
    assert large.worlds.mean[0].mean() > large.worlds.mean[1].mean(), "the cost alone does not decide"
    assert (winner(judged), winner(large)) == ("alpha", "beta")
    assert changes(judged) == {("scale", "large", "beta")}


# What a question is worth.


def worth(judged: Judged) -> dict[str, float]:
    return {value.id: value.gain for value in value_of_questions(judged.pack, judged.profile, judged.worlds)}


def test_a_question_is_worth_what_choosing_after_its_answer_adds() -> None:
    judged = judge(TWO_WAYS, worlds=20_000)
    means, large = judged.worlds.mean.astype(float), judged.answers.chosen["scale"]["large"]
    after = sum(means[:, here].mean(axis=1).max() * here.mean() for here in (large, ~large))
    assert worth(judged)["scale"] == pytest.approx(after - means.mean(axis=1).max(), abs=1e-5)
    assert worth(judged)["scale"] > 0.01
    assert worth(judged)["idle"] == pytest.approx(0, abs=1e-3)


def test_where_a_question_does_not_apply_its_answer_adds_nothing() -> None:
    judged = judge("""
    questions: {goal: {learn: 0.4, work: 0.6}, scale: {choices: {small: 0.5, large: 0.5}, when: {goal: work}}}
    criteria: {speed: normal}
    claims:
      a: {about: speed, says: {alpha: strong, beta: poor}, when: {goal: learn}}
      b: {about: speed, says: {alpha: poor, beta: strong}, when: {scale: large}}
    """)
    means, chosen = judged.worlds.mean.astype(float), judged.answers.chosen["scale"]
    parts = [chosen["small"], chosen["large"], ~(chosen["small"] | chosen["large"])]
    after = sum(means[:, here].sum(axis=1).max() for here in parts) / means.shape[1]
    assert worth(judged)["scale"] == pytest.approx(after - means.mean(axis=1).max(), abs=1e-5)
    assert worth(judged)["scale"] > 0.05


def test_an_answer_that_cannot_be_is_worth_nothing_and_flips_nothing() -> None:
    judged = judge(
        """
        questions: {a: {x: 0.5, y: 0.5}, b: {y: 0.95, z: 0.05}}
        impossible: [{a: x, b: y}]
        criteria: {speed: normal}
        claims:
          a: {about: speed, says: {alpha: strong, beta: poor}}
          b: {about: speed, says: {alpha: poor, beta: strong}, when: {b: y}}
          c: {about: speed, says: {alpha: poor, beta: strong}, when: {b: y}, source: paper}
        sources: {paper: measurement}
        """,
        profile(a="x"),
    )
    assert 0 < judged.answers.possible.mean() < 1
    assert [change for change in changes(judged) if change[0] == "b"] == []
    assert worth(judged) == {"b": 0}


def test_only_open_questions_that_can_be_asked_are_worth_something_best_first(built_in: Pack) -> None:
    values = value_of_questions(built_in, profile(scale="large"), judge(built_in, profile(scale="large")).worlds)
    assert {value.id for value in values} == {question.id for question in built_in.asked_questions} - {"scale"}
    assert [value.gain for value in values] == sorted((value.gain for value in values), reverse=True)


def test_a_question_that_flips_nothing_is_worth_nothing() -> None:
    judged = judge(TWO_WAYS, profile(scale="large"))
    assert set(worth(judged)) == {"goal", "idle"}
    assert all(gain < 1e-3 for gain in worth(judged).values())


@given(st.lists(st.sampled_from(["poor", "weak", "fair", "good", "strong"]), min_size=6, max_size=6))
def test_no_question_is_worth_less_than_nothing(levels: list[str]) -> None:
    raw: Raw = {
        "questions": {"scale": {"small": 0.6, "large": 0.4}, "goal": {"choices": {"x": 0.5, "y": 0.5}, "when": {"scale": "large"}}},
        "impossible": [{"scale": "small", "goal": "x"}],
        "criteria": {"speed": "normal", "ease": "normal"},
        "claims": {
            f"claim-{at}": {"about": ("speed", "ease")[at % 2], "says": {("alpha", "beta")[at // 3]: level}, "when": [{}, {"scale": "large"}, {"goal": "x"}][at % 3]}
            for at, level in enumerate(levels)
        },
    }  # fmt: skip
    assert all(gain >= 0 for gain in worth(judge(raw, worlds=300)).values())


# What a probe is worth.


def measurable(pack: Raw | str) -> Pack:
    """A pack in which `speed` alone is read from a probe."""
    written = small_pack(pack)
    label = {"en": "step", "zh": "单步"}
    raw = {"probe": "step", "measure": "ms", "label": label, "log": [10, 1], "nearness": "same-family"}
    reading = read(MeasureScale, raw)
    criteria = {
        id: replace(criterion, measured=(reading,) if id == "speed" else ())
        for id, criterion in written.criteria.items()
    }
    return replace(written, criteria=criteria)


CLOSE = """
criteria: {speed: major, ease: minor}
claims:
  a: {about: speed, says: {alpha: good, beta: fair}}
  b: {about: ease, says: {alpha: fair, beta: good}}
"""


def probes(judged: Judged, *tried: tuple[str, str]) -> tuple[InformationValue, ...]:
    return value_of_probes(judged.pack, judged.worlds, tried)


def test_a_probe_is_worth_something_while_it_can_change_the_choice() -> None:
    close, far = (
        judge(measurable(CLOSE)),
        judge(measurable(CLOSE.replace("alpha: good, beta: fair", "alpha: strong, beta: poor"))),
    )
    (in_doubt,), (settled,) = probes(close), probes(far)
    assert in_doubt.id == "step"
    assert in_doubt.gain > 10 * settled.gain >= 0


def test_a_probe_that_was_tried_on_everybody_is_not_offered_again() -> None:
    assert probes(judge(measurable(CLOSE)), ("alpha", "step"), ("beta", "step")) == ()


def test_a_probe_that_was_tried_on_one_is_worth_less() -> None:
    judged = judge(measurable(CLOSE))
    ((whole,), (half,)) = probes(judged), probes(judged, ("alpha", "step"))
    assert 0 <= half.gain < whole.gain


def test_a_probe_of_what_does_not_matter_is_worth_nothing() -> None:
    judged = judge(measurable(CLOSE), overrides={"speed": 0})
    assert [value.gain for value in probes(judged)] == [0]


def test_a_probe_is_worth_less_when_the_criterion_was_measured_already() -> None:
    runs = [measurement(name, "speed", 0.6, 0.02, measure="other.ms") for name in ("alpha", "beta")]
    ((before,), (after,)) = probes(judge(measurable(CLOSE))), probes(judge(measurable(CLOSE), measured=runs))
    assert after.gain < before.gain


# Pairs of answers.


Pair = tuple[tuple[str, str], tuple[str, str]]


def pairs_of(pack: Pack, answers: Answers) -> list[Pair]:
    """Every pair of answers that can be changed."""
    single = [(q.id, c) for q in pack.questions.values() for c in q.choice_ids if answers[q.id] != (c,)]
    return [(first, second) for first, second in combinations(single, 2) if first[0] != second[0]]


def pairs_by_hand(
    pack: Pack, answers: Answers, before: str, pairs: list[Pair]
) -> set[tuple[frozenset[tuple[str, str]], str]]:
    """Which of some pairs of changed answers make another framework the best, reckoned by hand."""
    flips = set()
    for first, second in pairs:
        changed = {**answers, first[0]: (first[1],), second[0]: (second[1],)}
        if not any(holds(rule.when, changed) for rule in pack.impossible if not rule.rare):
            worth = framework_utilities(pack, changed)
            best = max(worth, key=lambda id: worth[id])
            if worth[best] - worth[before] > EXACT_LEAD:  # not where everything is ruled out after the change
                flips.add((frozenset({first, second}), best))
    return flips


NEEDS_TWO = """
questions: {scale: {small: 0.5, large: 0.5}, goal: {x: 0.5, y: 0.5}, idle: {p: 0.5, q: 0.5}}
criteria: {speed: normal}
sources: {one: report, two: report}
claims:
  a: {about: speed, says: {alpha: good, beta: fair}}
  b: {about: speed, says: {beta: strong}, when: {scale: large}, source: one}
  c: {about: speed, says: {beta: strong}, when: {goal: y}, source: two}
"""


def test_two_answers_flip_what_neither_flips_alone() -> None:
    answers = {"scale": ("small",), "goal": ("x",), "idle": ("p",)}
    judged = judge(NEEDS_TWO, profile(scale="small", goal="x", idle="p"))
    assert winner(judged) == "alpha" and flips_of(judged) == ()
    flips = answer_flip_pairs(judged.pack, judged.grounds, judged.profile, judged.scoped, {}, "alpha")
    pairs = pairs_of(judged.pack, answers)
    assert {(frozenset(flip.changes), flip.becomes) for flip in flips} == pairs_by_hand(
        judged.pack, answers, "alpha", pairs
    )
    assert {frozenset({("scale", "large"), ("goal", "y")})} == {frozenset(flip.changes) for flip in flips}


@pytest.mark.parametrize("seed", [pytest.param(3, marks=pytest.mark.long)])
def test_pairs_of_the_built_in_pack_match_a_reckoning_by_hand(built_in: Pack, seed: int) -> None:
    answers = random_answers(built_in, seed)
    known = Profile({id: Answer(id, choices, "flag") for id, choices in answers.items()})
    judged = judge(built_in, known, worlds=20)
    worth = framework_utilities(built_in, answers)
    best = max(worth, key=lambda id: worth[id])
    pairs = answer_flip_pairs(built_in, judged.grounds, known, judged.scoped, {}, best)
    flips = {(frozenset(flip.changes), flip.becomes) for flip in pairs}
    sample = pairs_of(built_in, answers)[::29]  # tests/benchmarks/flips.py goes through all of them
    chosen = {frozenset(pair) for pair in sample}
    assert {flip for flip in flips if flip[0] in chosen} == pairs_by_hand(built_in, answers, best, sample)
