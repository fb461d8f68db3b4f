"""What to ask next: the most telling first, and no more once nothing can change the result."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from small_packs import judge, profile, small_pack

from advisor.knowledge.pack import Pack
from advisor.reasoning.next_question import TELLS, QuestionPlan, first_things_first, plan_questions
from advisor.reasoning.profile import Profile

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from questionnaire import simulate_project, sum_up

PACK = """
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


def plan_of(pack: Pack | str, known: Profile, *skipped: str) -> QuestionPlan:
    judged = judge(pack, known, worlds=10)
    return plan_questions(judged.pack, judged.grounds, known, skipped=skipped)


def test_the_question_that_decides_comes_first_and_says_so() -> None:
    plan = plan_of(PACK, profile())
    assert plan.leader == "alpha" and plan.overtaken == pytest.approx(0.25, abs=0.03)
    first, *others = plan.questions
    assert first.question == "scale" and first.flips and first.gain > 0.01 and first.information > 0.5
    assert all(other.gain < 1e-3 and other.information < 0.005 and not other.flips for other in others)


@pytest.mark.parametrize("scale", ["small", "large"])
def test_once_nothing_can_change_the_result_it_is_settled(scale: str) -> None:
    plan = plan_of(PACK, profile(scale=scale))
    assert plan.settled and plan.overtaken == 0
    assert not plan_of(PACK, profile(goal="product")).settled


def test_two_answers_that_only_together_decide_are_told_by_what_they_tell() -> None:
    text = """
    questions: {x: {a: 0.6, b: 0.4}, y: {a: 0.6, b: 0.4}, idle: {p: 0.5, q: 0.5}}
    criteria: {speed: normal}
    claims:
      a: {about: speed, says: {alpha: good, beta: fair}}
      b: {about: speed, says: {beta: strong}, when: {x: b, y: b}, source: paper}
    sources: {paper: measurement}
    """
    plan = plan_of(text, profile())
    assert [value.question for value in plan.questions][2] == "idle"
    assert all(
        value.information > 0.05 and value.gain == pytest.approx(0, abs=1e-4) and not value.flips
        for value in plan.questions[:2]
    )
    assert not plan.settled and not plan_of(text, profile(x="b")).settled
    assert plan_of(text, profile(x="a")).settled, "the other one cannot decide alone"


def test_an_answer_that_tells_nothing_has_no_information_however_many_choices_it_has() -> None:
    shares = ", ".join(f"c{number}: {1 / 30}" for number in range(30))
    plan = plan_of(PACK.replace("yes-it-is: 0.5, no-it-is-not: 0.5", shares), profile())
    information = {value.question: value.information for value in plan.questions}["idle"]
    assert information < TELLS / 2, "uncorrected, 2000 worlds would show 0.0105 bits by chance"


@pytest.mark.parametrize("goal", ["research", "product"])
@pytest.mark.parametrize("scale", ["small", "large"])
def test_what_cannot_change_anything_is_never_asked_not_even_first(scale: str, goal: str) -> None:
    text = """
    questions: {idle: {p: 0.5, q: 0.5}, goal: {research: 0.5, product: 0.5}, scale: {small: 0.75, large: 0.25}}
    criteria: {speed: normal}
    claims:
      a: {about: speed, says: {alpha: good, beta: fair}}
      b: {about: speed, says: {alpha: poor, beta: strong}, when: {scale: large, goal: product}, source: paper}
    sources: {paper: measurement}
    """
    pack, answers = small_pack(text), {"scale": scale, "goal": goal, "idle": "p"}
    asked: list[str] = []
    while not (plan := plan_of(pack, profile(**{id: answers[id] for id in asked}))).settled:
        asked.append(first_things_first(pack, plan, begun=bool(asked))[0])
    assert asked == (["goal"] if goal == "research" else ["goal", "scale"])


def test_two_frameworks_of_one_value_are_a_settled_tie() -> None:
    text = """
    questions: {scale: {small: 0.5, large: 0.5}}
    criteria: {speed: normal}
    claims:
      a: {about: speed, says: {alpha: good, beta: good}}
      b: {about: speed, says: {alpha: strong, beta: strong}, when: {scale: large}}
    """
    plan = plan_of(text, profile())
    assert plan.settled and plan.overtaken == 0 and plan.questions[0].information == pytest.approx(0, abs=1e-6)


def test_what_is_skipped_can_no_longer_change_the_result() -> None:
    plan = plan_of(PACK, profile(), "scale")
    assert plan.leader == "alpha" and plan.settled and plan.overtaken == 0
    assert [value.question for value in plan.questions] == ["goal", "idle"]
    assert not plan_of(PACK, profile(), "goal", "idle").settled, "what decides is still to be asked"


def test_what_others_decide_together_with_a_skipped_answer_is_decided_by_its_mean() -> None:
    text = """
    questions: {x: {a: SHARE, b: REST}, y: {a: 0.6, b: 0.4}}
    criteria: {speed: normal}
    claims:
      a: {about: speed, says: {alpha: good, beta: fair}}
      b: {about: speed, says: {alpha: poor, beta: strong}, when: {x: b, y: b}, source: paper}
    sources: {paper: measurement}
    """
    often = plan_of(text.replace("SHARE", "0.1").replace("REST", "0.9"), profile(), "x")
    assert often.leader == "beta" and often.overtaken == pytest.approx(0.6, abs=0.04), "all with y: a"
    rarely = plan_of(text.replace("SHARE", "0.9").replace("REST", "0.1"), profile(), "x")
    assert rarely.leader == "alpha" and rarely.overtaken == 0, "one project in ten does not outweigh nine"


def test_a_skipped_answer_that_others_rule_out_does_not_count() -> None:
    text = PACK + "impossible: [{scale: large, goal: research}]"
    plan = plan_of(text, profile(goal="research"), "scale")
    assert plan.leader == "alpha" and plan.settled


def test_a_question_that_may_not_apply_comes_after_the_one_that_decides_it() -> None:
    text = """
    questions: {goal: {learn: 0.1, work: 0.9}, scale: {choices: {small: 0.5, large: 0.5}, when: {goal: work}}}
    criteria: {speed: normal}
    claims:
      a: {about: speed, says: {alpha: strong, beta: poor}, when: {not: {scale: large}}}
      b: {about: speed, says: {alpha: poor, beta: strong}, when: {scale: large}}
    """
    assert [value.question for value in plan_of(text, profile()).questions] == ["goal", "scale"]
    assert plan_of(text, profile(goal="learn")).questions == ()


def test_where_everything_is_ruled_out_there_is_nothing_to_ask() -> None:
    plan = plan_of(PACK + "constraints: [{when: {scale: large}, excludes: [alpha, beta]}]", profile(scale="large"))
    assert plan == QuestionPlan(None, 0.0, ())


def test_looking_ahead_is_the_same_every_time() -> None:
    assert plan_of(small_pack(PACK), profile()) == plan_of(small_pack(PACK), profile())


def test_the_adaptive_questionnaire_reaches_the_advice_of_the_whole_one(built_in: Pack) -> None:
    """A few of the profiles that tests/benchmarks/questionnaire.py goes through."""
    same, share = sum_up([simulate_project(built_in, seed) for seed in range(25)])
    assert same >= 0.96 and share <= 0.5
