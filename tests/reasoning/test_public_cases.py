"""Eighteen public situations: the answer names nobody whom an expert would not accept, with the certainty an expert would have."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.library import advise

AS_OF = date(2026, 11, 30)
CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("public_cases.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_answer_is_one_that_an_expert_accepts(case: dict[str, Any]) -> None:
    advice = advise(case["answers"], as_of=AS_OF)
    assert set(advice.named) <= {name.split("[")[0] for name in case["accept"]}


@pytest.mark.parametrize("case", [case for case in CASES if not case["clear"]], ids=lambda case: case["id"])
def test_what_is_near_a_tie_is_not_called_clear(case: dict[str, Any]) -> None:
    assert advise(case["answers"], as_of=AS_OF).label != "clear"


def test_there_are_eighteen_and_each_says_what_it_cannot_say() -> None:
    assert len({case["id"] for case in CASES}) == 18
    assert sum("cannot-be-said" in case for case in CASES) == 6
