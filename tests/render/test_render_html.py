"""The page: complete in both languages, readable by everyone, asking nobody for anything."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
import sys
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "evidence"))  # made_runs
from made_runs import make_session

from advisor.evidence.runs import Evidence
from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.pipeline import Request, derive_answer, make_inputs
from advisor.reasoning.assemble import assemble
from advisor.reasoning.profile import Answer, Profile
from advisor.render.answer import document
from advisor.render.charts import COLOURS
from advisor.render.html import FILTER
from advisor.render.page import Page
from advisor.render.writers import WRITERS
from advisor.text import Lang
from advisor.words import BELIEF_SOURCES

TODAY = date(2026, 11, 25)
ANSWERS = {"scale": ("large",), "deploy": ("mobile",)}
HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}\x1b[31m\u202eevil"


@cache
def page(lang: Lang = Lang.EN, remark: str = "", cpu: str = "Test CPU") -> str:
    pack: Pack = load_pack(BUILT_IN)
    machine = dict(make_session()[0].machine) | {"cpu": cpu}
    starts = {"import_s": 1.0, "build_s": 0.1}
    runs = [
        dataclasses.replace(run, measures={**run.measures, **(starts if run.block else {})})
        for run in make_session(machine=machine)
    ]
    evidence, request = Evidence(tuple(runs)), Request(probing="none", as_of=TODAY)
    profile = Profile({id: Answer(id, choices, "flag") for id, choices in ANSWERS.items()})
    advice = assemble(make_inputs(request, pack, profile, evidence))
    derived = derive_answer(request, pack, profile, evidence)
    return WRITERS["html"].write(document(Page(advice, pack, lang), derived, evidence, remark), lang)


class Tags(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.found)


@pytest.mark.parametrize("lang", list(Lang))
def test_it_asks_nobody_for_anything(lang: Lang) -> None:
    """No address is loaded: what a tag points at is data in the page itself, or a link a reader follows."""
    for tag, attributes in Tags(page(lang)).found:
        for name in ("src", "srcset", "href", "action", "data", "poster", "formaction"):
            value = attributes.get(name)
            assert (
                value is None
                or value.startswith("data:image/svg+xml;base64,")
                or (tag == "a" and value.startswith("https://"))
            )
    assert not re.search(r"@import|url\(", page(lang))
    drawn = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", page(lang))
    svgs = "".join(base64.b64decode(drawing).decode() for drawing in drawn)
    assert drawn and not re.search(r"(href|src)=|url\(http|<script", svgs)


@pytest.mark.parametrize("lang", list(Lang))
def test_every_chart_is_drawn_for_a_telephone_too(lang: Lang) -> None:
    """Its drawings for a narrow page fit one, and those for a wide page keep their size."""
    tags, widths = Tags(page(lang)), {True: [0.0], False: [0.0]}
    for tag, attributes in tags.found:
        drawing = attributes.get("srcset") if tag == "source" else attributes.get("src") if tag == "img" else None
        if drawing:
            svg = base64.b64decode(drawing.partition(",")[2]).decode()
            narrow = "max-width" in (attributes.get("media") or "")
            widths[narrow].append(float(re.findall(r'<svg[^>]* width="([0-9.]+)"', svg)[0]))
    assert len(widths[True]) == len(widths[False]) == 1 + 2 * tags.count("figure")
    assert max(widths[True]) <= 450 and min(widths[False][1:]) > 620


def test_no_two_kinds_of_source_share_a_colour() -> None:
    assert len(set(COLOURS)) == len(COLOURS) >= len(BELIEF_SOURCES)


@pytest.mark.parametrize("lang", list(Lang))
def test_its_policy_allows_its_own_script_and_no_other(lang: Lang) -> None:
    (policy,) = (
        a["content"] or "" for _, a in Tags(page(lang)).found if a.get("http-equiv") == "Content-Security-Policy"
    )
    digest = base64.b64encode(hashlib.sha256(FILTER.encode()).digest()).decode()
    assert "default-src 'none'" in policy and f"script-src 'sha256-{digest}'" in policy
    assert re.findall(r"<script>(.*?)</script>", page(lang), re.DOTALL) == [FILTER]


@pytest.mark.parametrize(("lang", "code"), [(Lang.EN, "en"), (Lang.ZH, "zh-CN")])
def test_it_names_its_language_and_fits_a_mail(lang: Lang, code: str) -> None:
    assert Tags(page(lang)).found[0] == ("html", {"lang": code})
    assert len(page(lang).encode()) < 2_000_000


@pytest.mark.parametrize("lang", list(Lang))
def test_beside_every_chart_stands_a_table_and_both_colours(lang: Lang) -> None:
    figures = re.findall(r"<figure>(.*?)</figure>", page(lang), re.DOTALL)
    assert len(figures) >= 5, "ranking, beliefs, shares, steps, break-even"
    for figure in figures:
        assert "prefers-color-scheme: dark" in figure and 'alt="' in figure
        assert len(re.findall(r"<tr>", figure.split("<table>")[1])) > 1


def test_every_block_of_a_timing_is_in_its_table() -> None:
    (figure,) = (
        figure
        for figure in re.findall(r"<figure>.*?</figure>", page(), re.DOTALL)
        if "training-step: step time" in figure
    )
    row = next(row for row in figure.split("<tr>") if ">pytorch<" in row)
    assert len(re.findall(r"\d\.\d\d", re.findall(r"<td>(.*?)</td>", row)[-1])) == 5


def test_both_languages_say_the_same_in_their_own_words() -> None:
    english, chinese = Tags(page(Lang.EN)), Tags(page(Lang.ZH))
    for tag in ("h2", "table", "tr", "figure", "li"):
        assert english.count(tag) == chinese.count(tag)
    words = re.sub(r"<style>.*?</style>|<script>.*?</script>|<[^>]*>", " ", page(Lang.EN), flags=re.DOTALL)
    assert not re.search(r"[\u4e00-\u9fff]", words)


def test_words_keep_their_distance() -> None:
    words = re.sub(r"<style>.*?</style>|<script>.*?</script>|<[^>]*>", "", page(), flags=re.DOTALL)
    assert re.search(r"(LEAN|CLEAR) \([a-z ,]+\): best in \d+ of 100", words)
    assert not re.search(r"[a-z][,;:][A-Za-z]", words.split("The claims")[0].replace("source:article", ""))


def test_hostile_words_are_shown_and_nothing_else() -> None:
    text = page(remark=HOSTILE, cpu=HOSTILE)
    assert Tags(text).count("img") == Tags(page()).count("img")
    assert Tags(text).count("script") == 1
    assert "&lt;img src=x onerror=alert(1)&gt;{{ 7*7 }}" in text
    assert "\x1b" not in text and "\u202e" not in text


def test_every_claim_can_be_filtered_by_verdict_and_review() -> None:
    ledger = page().partition('<table id="ledger">')[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(<td.*?)</tr>", ledger, re.DOTALL)
    offered = set(re.findall(r"<option>(.*?)</option>", page()))
    assert len(rows) == len(load_pack(BUILT_IN).claims)
    for row in rows:
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        assert {cells[2], cells[3]} <= offered
