"""Fields of science and medical images are domains of their own, and training elsewhere than beforehand has its own questions."""

from __future__ import annotations

from datetime import date

import pytest

from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from advisor.pipeline import Request, make_inputs
from advisor.reasoning.advice import Advice
from advisor.reasoning.assemble import assemble
from advisor.reasoning.conditions import not_applicable
from advisor.reasoning.profile import Answer, Profile

NEW_WORK = {
    "use_case": ("research",),
    "existing_assets": ("none",),
    "team_knows": ("none",),
    "team_skill": ("expert",),
    "flexibility": ("custom-loop",),
    "hardware": ("nvidia-gpu",),
    "os": ("linux",),
    "deploy": ("none",),
}
"""A project that nothing ties to a framework."""
REPLIES, HEAD = 4, 4
"""Lines of a question on a terminal beside its choices: the ways out, and head, reason and the question itself."""


def make_profile(**answers: tuple[str, ...]) -> Profile:
    """Return answers given as options; `_` in a name stands for `-`."""
    return Profile({(id := name.replace("_", "-")): Answer(id, given, "flag") for name, given in answers.items()})


def advice_for(pack: Pack, today: date, **answers: tuple[str, ...]) -> Advice:
    """Return the answer from documents alone."""
    return assemble(make_inputs(Request(probing="none", as_of=today), pack, make_profile(**answers), Evidence()))


@pytest.mark.parametrize(
    ("domain", "leader"),
    [
        ("statistics", "jax"),
        ("simulation", "jax"),
        ("quantum", "jax"),
        ("graphs-molecules", "pytorch"),
        ("medical-imaging", "pytorch"),
    ],
)
def test_new_work_in_a_field_goes_where_the_field_is(built_in: Pack, today: date, domain: str, leader: str) -> None:
    advice = advice_for(built_in, today, domain=(domain,), **NEW_WORK)
    assert advice.frameworks[0].id == leader


@pytest.mark.parametrize("domain", ["statistics", "simulation", "quantum", "graphs-molecules", "medical-imaging"])
def test_of_a_field_it_is_known_what_it_uses_publishes_and_is_written_in(built_in: Pack, domain: str) -> None:
    spoken_of = {claim.about for claim in built_in.claims.values() if claim.says and f"'{domain}'" in repr(claim.when)}
    assert spoken_of >= {"research-practice", "domain-libraries", "pretrained-models"}


def test_where_a_page_must_train_only_what_trains_there_is_advised(built_in: Pack, today: date) -> None:
    page = {"use_case": ("prototype",), "domain": ("cv",), "deploy": ("browser",), "python": ("python-3-12",)}
    trains = advice_for(built_in, today, trains_on_site=("browser",), pretrained=("from-scratch",), **page)
    assert trains.framework == "tensorflow"
    assert {unmet.constraint for unmet in trains.unmet} == {"needs-training-on-site"}
    runs = advice_for(built_in, today, trains_on_site=("none",), pretrained=("from-scratch",), **page)
    assert runs.framework != "tensorflow"
    assert runs.unmet == ()


def test_many_runs_at_once_speak_for_a_framework_that_vectorises_them(built_in: Pack, today: date) -> None:
    def share_of_jax(many_runs: str) -> float:
        advice = advice_for(built_in, today, domain=("rl",), many_runs=(many_runs,), **NEW_WORK)
        return sum(standing.p_best for standing in advice.frameworks if standing.id == "jax")

    assert share_of_jax("many-at-once") > share_of_jax("one-at-a-time") + 0.05


@pytest.mark.parametrize(
    ("answers", "question"),
    [
        ({"deploy": ("mobile",)}, "trains-on-site"),
        ({"domain": ("rl",), "use_case": ("research",)}, "many-runs"),
    ],
)
def test_a_question_is_put_only_where_it_can_change_the_answer(
    built_in: Pack, answers: dict[str, tuple[str, ...]], question: str
) -> None:
    choice = {question: (built_in.questions[question].choice_ids[0],)}
    elsewhere = {
        **answers,
        **{name: ("batch",) if name == "deploy" else ("cv",) for name in answers if name != "use_case"},
    }
    assert not_applicable(built_in.questions, make_profile(**answers, **choice)) == ()
    assert not_applicable(built_in.questions, make_profile(**elsewhere, **choice)) == (question,)


def test_a_question_fits_on_a_small_terminal(built_in: Pack) -> None:
    assert {id for id, question in built_in.questions.items() if len(question.choices) + REPLIES + HEAD > 24} == set()
