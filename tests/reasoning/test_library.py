"""The advisor as a library: the record the command renders, and many projects in one call."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import framework_utilities, random_answers

import advisor.library
from advisor import advise, advise_many
from advisor.errors import InputError
from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import Pack
from advisor.render.json import render
from advisor.text import Lang

TODAY = date(2026, 11, 25)


def test_the_documented_example_runs() -> None:
    results = doctest.testmod(advisor.library, optionflags=doctest.ELLIPSIS)
    assert results.attempted >= 4 and results.failed == 0


def test_it_returns_the_record_the_command_renders(tmp_path: Path) -> None:
    advice = advise({"scale": "large", "deploy": ["mobile", "browser"]}, weigh={"community": "major"}, as_of=TODAY)
    command = "--scale large --deploy mobile --deploy browser --weigh community=major --probe none --lang en"
    folders = {name: str(tmp_path) for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "HOME")}
    arguments = [*command.split(), "--as-of", TODAY.isoformat(), "--format", "json"]
    command_run = subprocess.run(
        [sys.executable, "-m", "advisor", *arguments], capture_output=True, text=True, check=True,
        env={"PATH": "", **folders}, cwd=Path(advisor.library.__file__).parents[1],
    )  # fmt: skip
    assert json.loads(command_run.stdout) == json.loads(render(advice, load_pack(), Lang.EN))


def test_nothing_said_is_a_project_of_which_nothing_is_known() -> None:
    assert advise(as_of=TODAY) == advise({}, as_of=TODAY)


def test_many_projects_have_the_leaders_of_each_alone(built_in: Pack) -> None:
    answers = [random_answers(built_in, seed) for seed in range(40)]
    single = [{id: choices[0] for id, choices in project.items()} for project in answers]
    leaders = advise_many(
        {id: [project[id] for project in single] for id in built_in.questions}, versions=1, as_of=TODAY
    )
    assert leaders.utility.shape == (40, len(leaders.candidates))
    for at, project in enumerate(single):
        if leaders.framework[at]:
            worth = framework_utilities(built_in, {id: (choice,) for id, choice in project.items()})
            best, second = sorted(worth.values(), reverse=True)[:2]
            assert worth[leaders.framework[at]] == pytest.approx(best, abs=1e-5)
            assert leaders.lead[at] == pytest.approx(best - max(second, 0), abs=1e-5)


def test_unknown_answers_are_drawn_alike_for_every_project() -> None:
    once = advise_many({"scale": ["large"], "hardware": ["unknown"]}, as_of=TODAY)
    thrice = advise_many({"scale": ["large", "small", "large"], "hardware": ["unknown"] * 3}, as_of=TODAY)
    assert np.array_equal(thrice.utility[0], thrice.utility[2])
    assert np.allclose(once.utility[0], thrice.utility[0], atol=1e-6)


def test_a_project_that_cannot_exist_has_no_leader() -> None:
    leaders = advise_many({"hardware": ["nvidia-gpu", "cpu"], "os": ["macos", "linux"]}, as_of=TODAY)
    assert leaders.framework[0] == leaders.candidate[0] == "" and np.isnan(leaders.utility[0]).all()
    assert leaders.framework[1] and leaders.lead[0] == 0


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({}, "no projects"),
        ({"scale": []}, "no projects"),
        ({"deploy": [["mobile", "browser"], "none"]}, "several choices"),
        ({"scale": "large"}, "differ in length"),
    ],
)
def test_columns_that_are_none_are_refused_in_words(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        advise_many(columns)


def test_none_is_an_answer_that_is_not_known() -> None:
    assert advise({"scale": None}, as_of=TODAY) == advise({}, as_of=TODAY)


def test_what_is_wrong_is_said_all_at_once() -> None:
    with pytest.raises(InputError) as caught:
        advise_many({"scal": ["large"], "scale": ["large", "huge"], "os": ["linux"]})
    assert len(caught.value.problems) == 3
    with pytest.raises(InputError, match="no criterion"):
        advise({"scale": "large"}, weigh={"speeed": "major"})
    with pytest.raises(InputError, match="did you mean large"):
        advise({"scale": "lage"})
