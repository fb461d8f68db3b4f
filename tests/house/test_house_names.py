"""The names of the house: who looks for a module finds one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

ADVISOR = Path(__file__).resolve().parents[2] / "advisor"


def test_no_two_modules_of_the_advisor_have_one_name() -> None:
    names = Counter(file.stem for file in ADVISOR.rglob("*.py") if file.stem != "__init__")
    assert [name for name, count in names.items() if count > 1] == []
