"""The names of the house: one module per name, and a glossary whose modules exist."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import advisor

ROOT = Path(__file__).resolve().parents[2]


def test_no_two_modules_of_the_advisor_have_one_name() -> None:
    names = Counter(file.stem for file in (ROOT / "advisor").rglob("*.py") if file.stem != "__init__")
    assert [name for name, count in names.items() if count > 1] == []


def test_every_module_the_glossary_names_exists() -> None:
    glossary = (advisor.__doc__ or "").partition("The words of the house")[2]
    modules = re.findall(r"`((?:[a-z_]+\.)+[a-z_]+)`", glossary)
    assert len(modules) > 30
    missing = [name for name in modules if not any((ROOT / path).exists() for path in _paths(name))]
    assert missing == []


def _paths(module: str) -> tuple[str, ...]:
    path = module.replace(".", "/")
    return f"advisor/{path}.py", f"{path}.py", f"{path}/__init__.py"
