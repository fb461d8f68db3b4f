"""What every text rendering is made of: the page it is laid out on, and its lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import Advice
from advisor.render.text_layout import hang
from advisor.text import Lang, clean

WIDTH = 100


@dataclass(frozen=True)
class Line:
    """One line of the page; the style only repeats what the words say."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Page:
    """What a rendering needs to know besides the advice."""

    advice: Advice
    pack: Pack
    lang: Lang
    width: int = WIDTH
    command: str = ""

    def pick(self, en: str, zh: str) -> str:
        """Return the wording of the page's language."""
        return self.lang.pick(en, zh)

    def candidate(self, id: str) -> str:
        """Return the name of a candidate or framework."""
        if id in self.pack.candidates:
            return self.pack.candidates[id].name[self.lang]
        return self.pack.frameworks[id].name


def section(text: str) -> Line:
    """Return the head of a section."""
    return Line(text, "bold")


def hanging(page: Page, label: str, text: str, indent: int, label_width: int = 0, style: str = "") -> Iterator[Line]:
    """Lay out a labelled text with a hanging indent; the style is that of the first line."""
    lines = hang(label, clean_keep_gaps(text), page.width, indent, label_width)
    yield from (Line(line, style if number == 0 else "") for number, line in enumerate(lines))


def clean_keep_gaps(text: str) -> str:
    """Clean outside text but keep the double spaces of our own layout."""
    return "  ".join(clean(part) for part in text.split("  "))
