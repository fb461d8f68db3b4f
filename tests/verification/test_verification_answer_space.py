"""Spaces hold every project there can be, once, and no other; larger ones are sampled, and say so."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from sound_pack import write_pack

from advisor.knowledge.condition import Is, Not, parse_condition
from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import Pack
from advisor.verification import answer_space
from advisor.verification.answer_space import AnswerSpaces, answer_options, sample_space

DEPLOY = [("none",), ("server",), ("phone",), ("server", "phone")]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return load_pack(write_pack(tmp_path / "mine"))


def test_a_set_question_gets_every_set_and_none_alone(pack: Pack) -> None:
    assert list(answer_options(pack.questions["deploy"])) == DEPLOY
    assert list(answer_options(pack.questions["style"])) == [("simple",), ("control",)]


def test_every_possible_combination_is_there_once(pack: Pack) -> None:
    """Told again without columns: deploy applies beyond small scale, and a large scale excludes phones."""
    space = AnswerSpaces(pack).space_of_questions(pack.questions)
    projects = [tuple(sorted(space.example(row).items())) for row in range(space.answers.world_count)]
    wanted = []
    for scale, style in product(("small", "medium", "large"), ("simple", "control")):
        for deploy in [None] if scale == "small" else DEPLOY:
            if not (scale == "large" and deploy and "phone" in deploy):
                answers = {"scale": (scale,), "style": (style,), **({"deploy": deploy} if deploy else {})}
                wanted.append(tuple(sorted(answers.items())))
    assert sorted(projects) == sorted(wanted)
    assert space.complete and space.extent == f"the {len(wanted)}"


def test_a_space_holds_the_questions_that_decide_whether_others_apply(pack: Pack) -> None:
    space = AnswerSpaces(pack).space_of_conditions(Is("deploy", ("phone",)))
    assert set(space.options) == {"scale", "deploy"}
    assert not space.holds(parse_condition({"scale": "small", "deploy": "phone"})).any()
    assert not space.holds(parse_condition({"scale": "large", "deploy": "phone"})).any()


def test_a_question_that_does_not_apply_has_no_answer(pack: Pack) -> None:
    space = AnswerSpaces(pack).space_of_questions({"deploy"})
    small = space.first_example(space.holds(Is("scale", ("small",))))
    assert small == {"scale": ("small",)}


def test_the_first_project_of_a_kind_is_told_or_none(pack: Pack) -> None:
    space = AnswerSpaces(pack).space_of_questions({"style"})
    assert space.first_example(space.holds(Is("style", ("control",)))) == {"style": ("control",)}
    assert space.first_example(np.zeros(space.answers.world_count, dtype=bool)) is None


def test_projects_with_single_answers_are_known(pack: Pack) -> None:
    space = AnswerSpaces(pack).space_of_questions({"deploy"})
    several = [len(space.example(row).get("deploy", ())) > 1 for row in range(space.answers.world_count)]
    assert space.has_single_answers.tolist() == [not has_several for has_several in several]
    assert any(several)


def test_a_space_that_is_too_large_is_sampled_and_says_so(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_space, "MOST", 10)
    space = AnswerSpaces(pack).space_of_questions(pack.questions)
    assert not space.complete and space.extent.endswith("sampled")
    for row in range(space.answers.world_count):
        assert ("deploy" in space.example(row)) == (space.example(row)["scale"] != ("small",))


def test_a_sample_is_the_same_every_time_and_holds_rare_answers_as_often(pack: Pack) -> None:
    first, again = (sample_space(pack, pack.questions, 3000) for _ in range(2))
    assert all((first.picked[id] == again.picked[id]).all() for id in pack.questions)
    share = first.holds(Not(Is("scale", ("small",)))).mean()
    assert share == pytest.approx(0.58, abs=0.04), (
        "two of three scales, less the impossible ones; small is 0.6 by its share"
    )


def test_sets_of_many_choices_are_tried_in_singles_and_pairs_only(pack: Pack) -> None:
    deploy = pack.questions["deploy"]
    many = tuple(type(deploy.choices[0])(id=f"c{n}", label=deploy.ask, share=0.05) for n in range(20))
    wide = replace(deploy, choices=many)
    sets = list(answer_options(wide))
    assert len(sets) == 20 + 190 + 1
    assert (
        not AnswerSpaces(replace(pack, questions={**pack.questions, "deploy": wide}, impossible=()))
        .space_of_questions({"deploy"})
        .complete
    )
