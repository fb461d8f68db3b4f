"""The names of the house: one module per name, a glossary whose modules exist, and local names that say what they hold."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import advisor

ROOT = Path(__file__).resolve().parents[2]
EMPTY_WORDS = frozenset(
    [
        "found", "given", "how", "it", "known", "made", "mine", "most", "one", "ones", "own", "rest",
        "said", "seen", "shown", "stuff", "taken", "thing", "things", "told", "wanted", "what", "who", "whom",
    ]
)  # fmt: skip
"""Words that say nothing about a value: what was found, which one, how?"""


def test_no_two_modules_of_the_advisor_have_one_name() -> None:
    names = Counter(file.stem for file in (ROOT / "advisor").rglob("*.py") if file.stem != "__init__")
    assert [name for name, count in names.items() if count > 1] == []


def test_every_module_the_glossary_names_exists() -> None:
    glossary = (advisor.__doc__ or "").partition("The words of the house")[2]
    modules = re.findall(r"`((?:[a-z_]+\.)+[a-z_]+)`", glossary)
    assert len(modules) > 30
    missing = [name for name in modules if not any((ROOT / path).exists() for path in _paths(name))]
    assert missing == []


def test_no_local_name_of_the_advisor_is_an_empty_word() -> None:
    files = sorted((ROOT / "advisor").rglob("*.py"))
    names = [
        f"{file.relative_to(ROOT)}:{line}: {name}"
        for file in files
        for name, line in _local_names(ast.parse(file.read_text("utf-8")))
        if name in EMPTY_WORDS
    ]
    assert names == []


@pytest.mark.parametrize(
    "code",
    [
        "def f(one): ...",
        "f = lambda one: 1",
        "one = 1",
        "for one in (): ...",
        "x = [one for one in ()]",
        "with x as one: ...",
        "if (one := 1): ...",
        "try: ...\nexcept OSError as one: ...",
        "a, (one, *b) = c",
        "def one(): ...",
    ],
)
def test_every_way_to_name_a_value_is_looked_at(code: str) -> None:
    assert "one" in {name for name, _ in _local_names(ast.parse(code))}


def _local_names(module: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield every variable, parameter and function that a module names, and its line; what a class holds is not local."""
    members = {
        id(statement.target if isinstance(statement, ast.AnnAssign) else statement)
        for definition in ast.walk(module)
        if isinstance(definition, ast.ClassDef)
        for statement in definition.body
    }
    for node in ast.walk(module):
        if id(node) in members:
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.ExceptHandler) and node.name:
            yield node.name, node.lineno


def _paths(module: str) -> tuple[str, ...]:
    path = module.replace(".", "/")
    return f"advisor/{path}.py", f"{path}.py", f"{path}/__init__.py"
