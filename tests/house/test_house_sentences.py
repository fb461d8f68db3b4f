"""The catalogue of sentences: both languages with the same fields, nothing missing, nothing stale, no Chinese left in new code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from advisor.errors import Problem
from advisor.knowledge.validation import GOOD
from advisor.sentences import FOLDER, group, read_files, sentence
from advisor.sentences.messages import in_language, translated
from advisor.text import Lang
from probes.machine.contention import too_busy_reason
from probes.machine.lock import BUSY

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(FOLDER.glob("*.yaml"))
TEMPLATES = read_files(FILES)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
READ_WHOLE = ("errors", "glosses", "about", "words")
"""Files whose sentences are looked up by what they are about, not by a name in the code."""
FILE_NAMES = {"decision.lock", "evidence.jsonl", "evidence.sqlite"}
PARSERS_OWN = (
    "Missing argument",
    "No such option",
    "Option '",
    "Got unexpected",
    "nearest",
    "did you mean",
    "good: ",
    "legal: ",
)
"""Beginnings of messages that the command line's parser makes, or that are put together elsewhere."""


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("id", TEMPLATES)
def test_both_languages_have_the_same_fields(id: str) -> None:
    wordings = TEMPLATES[id]
    assert set(wordings) == {"en", "zh"} and all(wordings.values())
    english, chinese = fields(wordings["en"]), fields(wordings["zh"])
    may_differ = {"en", "name", "levels", "how_many"}
    # A Chinese word is shown with its English one; a name may go without saying; what English lists, Chinese also counts.
    assert english - may_differ == chinese - may_differ
    assert not CHINESE.search(wordings["en"])


def sources() -> Iterator[tuple[Path, str]]:
    for pattern in ("*.py", "*.j2"):
        yield from ((file, file.read_text("utf-8")) for file in sorted((ROOT / "advisor").rglob(pattern)))


def test_every_sentence_is_used_and_every_used_one_exists() -> None:
    text = "\n".join(content for _, content in sources())
    names = "|".join(file.stem for file in FILES)
    named = set(re.findall(rf"""["']((?:{names})\.[a-z0-9-]+)["']""", text)) - FILE_NAMES
    assert sorted(named - set(TEMPLATES)) == []
    begun = tuple(re.findall(rf"""f["']((?:{names})\.[a-z0-9-]+-)\{{""", text))  # f"why.if-{…}": the rest is filled in
    stale = [
        id
        for id in TEMPLATES
        if id.split(".")[0] not in READ_WHOLE and not re.search(rf"""["'\-]{re.escape(id.split(".")[1])}["'{{]""", text)
        and not id.startswith(begun)
    ]  # fmt: skip
    assert [id for id in stale if id not in named] == []


def messages() -> Iterator[tuple[str, str]]:
    """Yield every message of a problem in the program, its fields as {}, with the file it is in."""
    for file in sorted((ROOT / "advisor").rglob("*.py")):
        if "verification" in file.parts:
            continue  # what is said to those who write knowledge, in English
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef):
                yield from ((message, file.name) for message in _messages_of(function))


def _messages_of(function: ast.FunctionDef) -> Iterator[str]:
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    assigned.setdefault(target.id, []).append(node.value)
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("Problem", "place_error")
        ):
            for argument in node.args[1:] if node.func.id == "Problem" else node.args[3:]:
                values = assigned.get(argument.id, []) if isinstance(argument, ast.Name) else [argument]
                yield from (text for value in values for text in _written(value))


def _written(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.IfExp):
        yield from (*_written(value.body), *_written(value.orelse))
    elif isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in value.values)


def test_every_error_has_its_chinese_and_none_is_stale() -> None:
    known = {re.sub(r"\{\d\}", "{}", message.en) for message in group("errors").values()}
    found = {message: file for message, file in messages() if re.search(r"[a-z]{3}", message)}
    assert len(found) > 100
    assert {message: file for message, file in found.items() if message not in known} == {}
    of_probes = [(ROOT / "probes" / "machine" / name).read_text("utf-8") for name in ("contention.py", "lock.py")]
    text = "\n".join([*(content for _, content in sources()), *of_probes])
    stale = [message for message in known - set(found) if not message.startswith(PARSERS_OWN)]
    assert [message for message in stale if message.split("{}")[0].strip(" `(") not in text] == []


def test_an_error_is_said_in_chinese_with_its_fields_as_they_are() -> None:
    """But for the comma between the parts of a list."""
    problem = Problem("--scale", "`huge` is no choice of scale", "legal: small, medium")
    assert str(in_language(problem, Lang.ZH)) == "--scale: `huge` 不是 scale 的选项 — 可用：small、medium"
    assert in_language(problem, Lang.EN) is problem
    assert translated("a sentence that nobody knows") == "a sentence that nobody knows"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("it depends: Keras, PyTorch", "视情况而定：Keras、PyTorch"),
        ("`a` is 'ten': input should be a valid integer", "`a` 的值为 'ten'：应为整数"),
        ("`a` is 3, 4: input should be a valid string", "`a` 的值为 3, 4：应为文本"),
        *((good, None) for good in GOOD.values()),
        (BUSY, None),
        (too_busy_reason(0.55), "其间其他进程占用了整机的 55 %，最多允许 10 %"),
    ],
)
def test_what_is_put_together_elsewhere_is_said_in_chinese(english: str, chinese: str | None) -> None:
    assert translated(english) == chinese or (chinese is None and translated(english) != english)


def test_a_sentence_knows_what_it_was_made_of() -> None:
    said = sentence("answer.leads", Lang.EN, name="PyTorch", share=76)
    assert (said, said.id, dict(said.fields)) == (
        "PyTorch (76)",
        "answer.leads",
        {"name": "PyTorch", "share": 76},
    )
