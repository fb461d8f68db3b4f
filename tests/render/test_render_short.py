"""The answer in short: its lines at every width, both languages, and that it says what the whole says."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path

import pytest
from rich.cells import cell_len

sys.path.insert(0, str(Path(__file__).parent.parent / "evidence"))  # made_runs
from made_runs import make_session

from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from advisor.pipeline import Gathered, Request, compute_advice
from advisor.reasoning.advice import Advice
from advisor.reasoning.profile import Answer, Profile
from advisor.render import html, markdown, terminal
from advisor.render.answer import document
from advisor.render.document import Document, Table
from advisor.render.grounds import glossed
from advisor.render.page import Page
from advisor.render.text_layout import wrap
from advisor.sentences import sentence
from advisor.text import Lang
from advisor.words import LABELS

MOST_LINES = {100: 14, 80: 17, 60: 21}
PROJECTS = {
    "large": {"scale": ("large",)},
    "phone": {"deploy": ("mobile",), "hardware": ("nvidia-gpu",)},
    "windows": {"hardware": ("nvidia-gpu",), "os": ("windows-native",), "existing-assets": ("tf2-keras",)},
    "tables": {"domain": ("tabular",), "scale": ("small",), "compliance": ("explainability",)},
    "jax": {"existing-assets": ("jax",), "team-knows": ("jax",), "hardware": ("tpu",), "domain": ("scientific",)},
    "microcontroller": {"deploy": ("microcontroller",), "domain": ("timeseries-audio",)},
    "tf1": {"existing-assets": ("tf1",), "kept-code": ("build-on",)},
}


def advised(pack: Pack, name: str, *, measured: bool) -> Advice:
    answers = {id: Answer(id, choices, "flag") for id, choices in PROJECTS[name].items() if id in pack.questions}
    runs = tuple(make_session()) if measured else ()
    request = Request(probing="none", as_of=date(2026, 11, 25))
    return compute_advice(request, pack, Profile(answers), Gathered(Evidence(runs)))


def said(document: Document, width: int) -> list[str]:
    return [line.text for line in terminal.short_answer(document, width)]


@pytest.mark.parametrize("measured", [False, True])
@pytest.mark.parametrize("name", PROJECTS)
def test_it_keeps_to_its_lines_and_says_the_same_at_every_width(built_in: Pack, name: str, measured: bool) -> None:
    advice = advised(built_in, name, measured=measured)
    for lang in Lang:
        page = Page(advice, built_in, lang)
        short, label = document(page), LABELS[advice.label][lang]
        words = set()
        for width, most in MOST_LINES.items():
            lines = said(short, width)
            assert len(lines) <= most and max(map(cell_len, lines)) <= width
            assert page.candidate(advice.candidate or "") in lines[-1] and label in lines[-1]
            words.add(re.sub(r"\s", "", "".join(lines)))
        assert len(words) == 1


def test_every_number_of_the_verdict_is_one_of_the_whole(built_in: Pack) -> None:
    advice = advised(built_in, "large", measured=True)
    whole_answer = document(Page(advice, built_in, Lang.EN))
    (standings,) = whole_answer.part("standings").items
    assert isinstance(standings, Table)
    first = " ".join(said(whole_answer, 100)[:2])
    assert re.findall(r"best in (\d+) of 100", first) == [standings.rows[0][1]]
    assert all(f"{name} {share}" in first for name, share, *_ in standings.rows[1:] if share != "0")


def test_who_is_excluded_and_what_helps_is_said_in_short_and_whole(built_in: Pack) -> None:
    found = document(Page(advised(built_in, "windows", measured=False), built_in, Lang.EN))
    for text in (" ".join(said(found, 100)), " ".join(item.text for item in found.part("required").items)):  # type: ignore[union-attr]
        assert "TensorFlow" in text and "WSL2" in text


def test_what_outranks_the_choice_stands_in_its_first_sentence(built_in: Pack) -> None:
    found = document(Page(advised(built_in, "tables", measured=False), built_in, Lang.EN))
    assert "gradient boosting" in " ".join(said(found, 100)[:3])


def test_a_terminal_alone_says_what_to_type_to_know_more(built_in: Pack) -> None:
    for name in ("large", "windows"):  # one has room for the commands, the other for an option
        page = Page(advised(built_in, name, measured=False), built_in, Lang.EN)
        found = document(page)
        assert "add --details" in " ".join(said(found, 80))
        whole = "\n".join(line.text for line in terminal.whole_answer(found, 80))
        for written in (whole, markdown.answer(found, Lang.EN), html.answer(found, Lang.EN)):
            assert "--details" not in written and f"So: {page.candidate(page.advice.candidate or '')}" in written
            assert "<p></p>" not in written


def test_a_term_is_explained_once_where_it_is_first_used(built_in: Pack) -> None:
    page = Page(advised(built_in, "large", measured=False), built_in, Lang.EN)
    statements = [
        "Keras on TensorFlow needs WSL2.",
        "WSL2 runs Keras on PyTorch; onnx is no ONNX, ONNX Runtime is.",
        "WSL2",
    ]
    first, second, third = glossed(page, statements)
    assert re.sub(r"\(.*?\)", "()", first) == "Keras on TensorFlow () needs WSL2 ()."
    assert re.sub(r"\(.*?\)", "()", second) == "WSL2 runs Keras on PyTorch; onnx is no ONNX (), ONNX Runtime () is."
    assert third == "WSL2"


def test_no_space_stands_beside_a_chinese_bracket(built_in: Pack) -> None:
    page = Page(advised(built_in, "large", measured=False), built_in, Lang.ZH)
    (text,) = glossed(page, ["可导出 ONNX 及其他格式"])
    assert re.sub("（.*）", "（）", text) == "可导出 ONNX（）及其他格式"
    assert sentence("answer.gloss", Lang.ZH, term="WSL2 ", meaning=" Linux ") == "WSL2（Linux）"
    assert sentence("answer.gloss", Lang.EN, term="WSL2", meaning="Linux") == "WSL2 (Linux)"
    for name in PROJECTS:
        found = document(Page(advised(built_in, name, measured=False), built_in, Lang.ZH))
        assert not re.search(" [（）]|[（）] ", markdown.answer(found, Lang.ZH).replace("| ", "|").replace(" |", "|"))


def test_what_kept_code_rules_out_is_not_asked(built_in: Pack) -> None:
    advice = advised(built_in, "tf1", measured=False)
    gains = {value.id: value.gain for value in advice.next.questions}
    assert gains["portability"] == 0 and max(gains.values()) > 0


@pytest.mark.parametrize("width", range(8, 24))
def test_no_line_ends_in_an_opening_bracket_or_begins_with_a_closing_one(width: int) -> None:
    for line in wrap("论断的出处写在方括号里［名称］，书名写在《书名》中，引文用「引文」。", width):
        assert line[-1] not in "［《「" and line[0] not in "］》」，。"
