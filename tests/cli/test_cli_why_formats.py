"""`why` and `why-not` in text, JSON and Markdown: one derivation, the same numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from as_user import Advise

from advisor.knowledge.pack import Pack

NUMBER = re.compile(r"(?<![\w.§-])[+-]?\d+(?:\.\d+)?(?![\w.-]*\w)")
AS_OF = ("--as-of", "2026-11-23")
COMMANDS = [
    ("why", "--scale", "large"),
    ("why", "--hardware", "cpu", "--use-case", "prototype", "--weigh", "community=major"),
    ("why-not", "tensorflow", "--scale", "large"),
    ("why-not", "keras", "--portability", "single-ok"),
    ("why-not", "keras[jax]", "--scale", "large"),
]


def numbers_in(value: Any) -> Iterator[float]:
    """Every number of a JSON document."""
    if isinstance(value, bool | str) or value is None:
        return
    if isinstance(value, int | float):
        yield float(value)
    else:
        for member in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(member)


def without_prose(text: str, pack: Pack) -> str:
    """The text without what the pack says in its own words, which may hold numbers of its own."""
    texts = [text for claim in pack.claims.values() for text in (claim.claim, claim.review.because)]
    texts += [need.need for need in pack.needs.values()] + [
        constraint.constraint for constraint in pack.constraints.values()
    ]
    texts += [criterion.about for criterion in pack.criteria.values()]
    texts += [choice.label for question in pack.questions.values() for choice in question.choices]
    plain = " ".join(text.split())
    for phrase in sorted((words for both in texts for words in (both.en, both.zh)), key=len, reverse=True):
        plain = plain.replace(" ".join(phrase.split()), " ")
    return plain


def read(text: str, pack: Pack) -> list[str]:
    return NUMBER.findall(without_prose(text, pack))


@pytest.mark.parametrize("measured", [pytest.param(False, marks=pytest.mark.long), True], ids=["documents", "measured"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_text_json_and_markdown_agree_on_every_number(
    inside: Advise, evidence: Path, built_in: Pack, command: tuple[str, ...], measured: bool
) -> None:
    where = ("--evidence", evidence) if measured else ("--probe", "none")
    results = {form: inside(*command, *where, *AS_OF, "--format", form) for form in ("text", "json", "markdown")}
    assert {(result.code, result.err) for result in results.values()} == {(0, "")}
    text = read(re.sub(r"\n\s*", " ", results["text"].out), built_in)
    markdown = read(re.sub(r"\\([\\`*_\[\]<>|#])", r"\1", results["markdown"].out).replace("**", ""), built_in)
    assert len(text) > 20 and text == markdown
    document = results["json"].json
    rivals = document["derivation"]["rivals"] if "derivation" in document else [document]
    known = [*numbers_in(document), *(rival["ahead"] + rival["behind"] + rival["level"] for rival in rivals)]
    for word in text:
        digits = len(word.partition(".")[2])
        near = 0.5 * 10**-digits * 1.001
        assert any(
            abs(scale * number - float(word)) <= max(near, 1e-3 * abs(float(word)))
            for number in known
            for scale in (1, 100)
        ), word


def numbers_shown(document: dict[str, Any]) -> Iterator[str]:
    """The numbers of a rival as an explanation writes them."""
    yield f"{100 * document['standing']['p_best']:.0f} %"
    yield f"{document['standing']['expected_regret']:.3f}"
    for row in (*document["loses_by"], *document["speaks_for"]):
        yield f"{row['effect']:+.3f}"
    for row in document["weights"]:
        yield f"{100 * row['share_now']:.1f} %"
        yield f"{100 * row['share_at']:.1f} %"
    for row in document["beliefs"]:
        yield f"{row['mean']:.2f} +- {row['sd']:.2f}"
        yield from (f"{100 * share:.0f} %" for _, share in row["parts"])


@pytest.mark.parametrize("form", ["text", "markdown"])
@pytest.mark.parametrize("candidate", ["tensorflow", "keras"])
def test_every_number_of_the_document_is_said(inside: Advise, evidence: Path, candidate: str, form: str) -> None:
    command = ("why-not", candidate, "--scale", "large", "--evidence", evidence, *AS_OF)
    document = inside(*command, "--format", "json").json
    text = " ".join(inside(*command, "--format", form).out.replace("\\", "").split())
    missing = [number for number in numbers_shown(document) if number not in text]
    assert missing == []


def test_why_not_reads_like_a_colleague(inside: Advise, evidence: Path) -> None:
    """The article's claim, what contradicts it, what was measured, and what would change it."""
    out = " ".join(inside("why-not", "tensorflow", "--scale", "large", "--evidence", evidence, *AS_OF).out.split())
    heads = [
        "SAID FOR IT",
        "LOSES BY",
        "SPEAKS FOR",
        "WHAT WAS MEASURED",
        "WHAT IS BELIEVED",
        "WHAT WOULD CHANGE IT",
    ]
    assert [out.index(head) for head in heads] == sorted(out.index(head) for head in heads)
    assert "TensorFlow is strong at training on many machines" in out and "Outdated" in out and "Instead:" in out
    change = out.partition("WHAT WOULD CHANGE IT")[2]
    assert "Without any weights" in out and ("if the answer were " in change or "no single answer" in change)


def test_it_speaks_chinese_throughout(inside: Advise, evidence: Path) -> None:
    out = inside("why-not", "tensorflow", "--scale", "large", "--evidence", evidence, "--lang", "zh", *AS_OF).out
    for head in ("输在何处", "实测了什么", "评估值", "怎样才会轮到它", "不计权重时"):
        assert head in out
    assert not re.search(r"\b(wins|then|answer|weight)\b", out)


def test_markdown_shows_outside_words_as_they_are(inside: Advise) -> None:
    out = inside("why-not", "keras[jax]", "--scale", "large", "--probe", "none", "--format", "markdown").out
    assert out.startswith("# Why not keras\\[jax\\]\n")
    assert "\n## " in out and "\n- " in out
