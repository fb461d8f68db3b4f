"""Every rendering of an answer says the same: what is required, who fails it and what helps, warnings, and every number.

Read from the bytes that are printed and written, not from the document behind them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "reasoning"))
from as_user import Advise
from drawn_profiles import drawn_profiles

from advisor.knowledge.condition import comparisons_of
from advisor.knowledge.pack import Pack
from advisor.reasoning import assemble
from advisor.reasoning.evaluation import AdviceInputs, evaluate_readings

FEW, MANY = 3, 30
SHARE_OF_FIRST = {"en": re.compile(r"bestin(\d+)"), "zh": re.compile(r"最优的有(\d+)")}
SET_APART = {
    "microcontroller": {"deploy": "microcontroller"},
    "windows": {"os": "windows-native", "hardware": "nvidia-gpu"},
    "tables": {"domain": "tabular", "existing-assets": "jax"},
    "tpu": {"hardware": "tpu", "scale": "large"},
}
"""Projects with a requirement, a remedy or a warning."""


class _Text(HTMLParser):
    """Collects what a reader of a page sees."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def text_of_page(html: str) -> str:
    """The text of an HTML page."""
    reader = _Text()
    reader.feed(html)
    return " ".join(reader.parts)


def squeezed(text: str) -> str:
    """A text without white space, and without the marks of Markdown and of tables: lines break where the format wants."""
    return re.sub(r"[\s|*`\\]+|(?<=[|\s])[-:]+(?=[|\s])", "", text)


@pytest.fixture
def renderings(inside: Advise, home: Path) -> Callable[..., tuple[dict[str, Any], dict[str, str]]]:
    """Return a function that answers a project in every format: the JSON, and the text of each other one by its name."""

    def renderings(answers: Mapping[str, str], lang: str) -> tuple[dict[str, Any], dict[str, str]]:
        options = [f"--{question}={choice}" for question, choice in answers.items()]
        options += ["--probe=none", f"--lang={lang}", "--as-of=2026-11-30"]
        texts = {
            "text": inside(*options).out,
            "details": inside(*options, "--details").out,
            "markdown": inside(*options, "--format=markdown").out,
            "html": text_of_page(inside(*options, "--format=html").out),
        }
        answer = json.loads(inside(*options, "--format=json").out)
        folder = home / f"team-{lang}"
        choose = ["--choose", answer["recommendation"]["candidate"], "--because=it is tried"]
        made = inside("onboard", folder, *options, "--force", *(choose if must_choose(answer) else []))
        assert made.code == 0, made.err
        texts["decision"] = (folder / "DECISION.md").read_text("utf-8")
        texts["guide"] = (folder / "README.md").read_text("utf-8")
        texts["report"] = text_of_page((folder / "report.html").read_text("utf-8"))
        return answer, texts

    return renderings


def must_choose(answer: Mapping[str, Any]) -> bool:
    """Whether `onboard` asks the team to choose."""
    return bool(answer["recommendation"]["provisional"])


def assert_all_agree(answer: Mapping[str, Any], texts: Mapping[str, str], pack: Pack, lang: str) -> None:
    """Hold every rendering against the JSON answer."""
    squeezed_texts = {format: squeezed(text) for format, text in texts.items()}
    whole = {format: text for format, text in squeezed_texts.items() if format != "text"}
    for requirement in answer["unmet"]:
        names = [pack.candidates[id].name[lang] for id in requirement["candidates"]]
        for format, text in whole.items():
            for words in (requirement["text"].rstrip("。."), requirement["instead"] or "", *names):
                assert squeezed(words) in text, (format, words)
        short = squeezed_texts["text"]
        questions = {part.question for part in comparisons_of(pack.constraints[requirement["constraint"]].when)}
        named_by_option = any(f"--{question}" in short for question in questions)  # as one of several requirements
        first_clause = re.split("[;；]", requirement["text"])[0].rstrip("。.")  # the short answer says no more of it
        assert squeezed(first_clause) in short or named_by_option, requirement["constraint"]
    for warning in answer["warnings"]:
        for format, text in whole.items():
            assert squeezed(warning) in text, (format, warning)
    rows = {pack.frameworks[row["framework"]].name: row for row in answer["frameworks"]}
    for format in ("details", "markdown", "html", "decision", "report"):
        for name, row in rows.items():
            told = re.search(rf"{name}(\d+)(\d\.\d\d\d)(\d\.\d\d\d)", whole[format])
            assert told is not None, (format, name)
            assert float(told[1]) == pytest.approx(100 * row["p_best"], abs=0.51), (format, name)
            assert float(told[2]) == pytest.approx(row["value"], abs=0.00056), (format, name)
            assert float(told[3]) == pytest.approx(row["expected_regret"], abs=0.00056), (format, name)
    name = pack.candidates[answer["recommendation"]["candidate"]].name[lang]
    for format, text in squeezed_texts.items():
        assert squeezed(name) in text, format
    for format in ("text", "html", "report"):
        told = re.search(SHARE_OF_FIRST[lang], squeezed_texts[format])
        named = rows[pack.frameworks[answer["recommendation"]["named"][0]].name]
        assert told is not None and float(told[1]) == pytest.approx(100 * named["p_best"], abs=0.51), format


BY_DEFAULT = {("tpu", "zh")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("project", "lang"),
    [
        pytest.param(project, lang, marks=[] if (project, lang) in BY_DEFAULT else pytest.mark.long)
        for project in SET_APART
        for lang in ("en", "zh")
    ],
)
def test_every_rendering_says_the_same(project: str, lang: str, renderings: Any, built_in: Pack) -> None:
    assert_all_agree(*renderings(SET_APART[project], lang), built_in, lang)


@pytest.mark.long
@pytest.mark.parametrize("count", [FEW, MANY])
def test_every_rendering_of_drawn_projects_says_the_same(count: int, renderings: Any, built_in: Pack) -> None:
    for number, profile in enumerate(drawn_profiles(built_in, count, seed=14)):
        answers = {id: answer.choices[0] for id, answer in profile.answers.items()}
        answer, texts = renderings(answers, lang := "zh" if number % 3 == 2 else "en")
        if answer["recommendation"]["candidate"]:
            assert_all_agree(answer, texts, built_in, lang)


@pytest.mark.parametrize("arguments", [(), ("--details",), ("--format=markdown",), ("--format=html",), ("--format=json",), ("onboard", "team")])  # fmt: skip
def test_the_worlds_of_an_answer_are_evaluated_once_however_it_is_rendered(
    arguments: tuple[str, ...], inside: Advise, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluations = []

    def counted(inputs: AdviceInputs) -> object:
        evaluations.append(inputs)
        return evaluate_readings(inputs)

    monkeypatch.setattr(assemble, "evaluate_readings", counted)
    assert inside(*arguments, "--scale=large", "--probe=none").code == 0
    assert len(evaluations) == 1
