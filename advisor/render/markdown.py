"""Documents as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.render.document import Document, Item, Part
from advisor.render.markup import escaped, part_lines
from advisor.text import Lang


def answer(document: Document, _lang: Lang) -> str:
    """Return an answer with all that stands behind it."""
    short = Part("", tuple(item for item in document.short.items if isinstance(item, Item) and item.text))
    return as_markdown([short, *document.parts], document.title)


def as_markdown(parts: Iterable[Part], title: str) -> str:
    """Return parts as a Markdown document; a part without items, and the drawing of a figure, are left out."""
    lines = [f"# {escaped(title)}", ""]
    for section in parts:
        if section.items:
            lines += [f"## {escaped(section.head)}", ""] if section.head else []
            lines += [*part_lines(section), ""]
    return "\n".join(lines).rstrip()
