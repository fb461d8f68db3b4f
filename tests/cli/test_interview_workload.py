"""The state of a questionnaire: when it asks for the nearest model, what its help counts, how many questions are left."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.cli.interview import Interview
from advisor.cli.prompts import _help
from advisor.evidence.stacks import load_probed_pack
from advisor.pipeline import Request
from advisor.text import Lang


def interview(answers: dict[str, list[str]], request: Request, lang: Lang = Lang.EN) -> Interview:
    return Interview(load_probed_pack(), request, lang, dict(answers), list(answers), order="fixed")


def next_asked(answers: dict[str, list[str]], request: Request) -> str:
    state = interview(answers, request)
    return state.open_questions(state.plan_open_questions())[0].id


@pytest.mark.parametrize(
    ("answers", "request_made", "asked"),
    [
        ({"use-case": ["research"], "domain": ["nlp-llm"]}, Request(), True),
        ({"use-case": ["research"]}, Request(), False),
        ({"use-case": ["research"], "domain": ["statistics"]}, Request(), False),
        ({"use-case": ["research"], "domain": ["nlp-llm"]}, Request(probing="none"), False),
        ({"use-case": ["research"], "domain": ["nlp-llm"]}, Request(evidence_files=(Path("runs.jsonl"),)), False),
        ({"use-case": ["research"], "domain": ["nlp-llm"], "hardware": ["tpu"]}, Request(), False),
    ],
    ids=["asked", "no domain", "no model of it", "nothing measured", "runs from files", "times say nothing"],
)
def test_the_nearest_model_is_asked_for_where_it_can_matter(
    answers: dict[str, list[str]], request_made: Request, asked: bool
) -> None:
    assert (next_asked(answers, request_made) == "workload") is asked


def test_its_help_counts_no_projects() -> None:
    """No share is known of a model: one over the number of models is no share."""
    state = interview({"domain": ["cv"]}, Request())
    question = state.open_questions(state.plan_open_questions())[0]
    assert question.id == "workload" and not [line for line in _help(state, question) if "Of 100 projects" in line]


def test_the_help_gives_one_reason_for_what_is_usual_or_says_where_they_are() -> None:
    questions = load_probed_pack().questions
    known = _help(interview({"use-case": ["teaching-learning"]}, Request()), questions["team-skill"])
    open_ = _help(interview({}, Request()), questions["team-skill"])
    assert "A guess: who learns begins." in known and "beginners: 70;" in " ".join(known)
    assert not [line for line in open_ if line.startswith("A guess")] and "explain question:team-skill" in open_[2]


def test_the_number_left_only_falls_and_the_last_is_said_where_none_is_expected() -> None:
    state = interview({"use-case": ["research"]}, Request())
    state.order = "value"
    plan = state.plan_open_questions()
    current = state.open_questions(plan)[0]
    state._remaining[state.number - 1] = 1
    assert state.remaining_text(plan, current) == "nearly done"


def test_its_answer_becomes_the_projects_workload_and_can_be_taken_back() -> None:
    state = interview({"domain": ["timeseries-audio"]}, Request())
    question = state.open_questions(state.plan_open_questions())[0]
    assert [choice.id for choice in question.choices] == ["keyword-spotter"]
    assert "times" in state.effect_text(state.plan_open_questions(), question)
    assert state.record(question, ["keyword-spotter"]) is None
    assert state.profile().known("workload") == ("keyword-spotter",)
    assert "workload" not in [question.id for question in state.open_questions(state.plan_open_questions())]
    assert state.go_back().id == "workload"
    assert list(state.earlier_choices(question)) == ["keyword-spotter"]
