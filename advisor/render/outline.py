"""An explanation as parts and items: laid out once as text, once as Markdown, with the same words and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len

from advisor.render.listing import inert, listing, pair
from advisor.render.page import Line
from advisor.render.text_layout import hang, wrap
from advisor.text import clean

LABEL = 16
"""The widest label that stands beside its text; a longer one stands above it."""


@dataclass(frozen=True)
class Item:
    """One statement; the label names it or holds its number, and may be empty.

    With `code` its lines stay as they are written; `beside` is other code to stand next to it.
    """

    text: str
    label: str = ""
    code: bool = False
    beside: Item | None = None


@dataclass(frozen=True)
class Part:
    """A head and what is said under it."""

    head: str
    items: tuple[Item, ...]


def part(head: str, items: Iterable[Item | str]) -> Part:
    """Return a part; plain strings are items without a label."""
    return Part(head, tuple(Item(item) if isinstance(item, str) else item for item in items))


def as_text(parts: Iterable[Part], width: int, longest: int = LABEL) -> Iterator[Line]:
    """Lay parts out for a terminal; a part without items is left out.

    Args:
        parts: what is to be said.
        width: cells of the page.
        longest: cells of a label that still stands beside its text.
    """
    for section in parts:
        if not section.items:
            continue
        if section.head:
            yield from (Line(line, "bold") for line in wrap(clean(section.head), width))
        indent = 2 if section.head else 0
        labels = [cell_len(item.label) for item in section.items if not item.code]
        widest = max((cells for cells in labels if cells <= longest), default=0)
        for item in section.items:
            if item.code:
                yield from map(Line, _listing(item, width))
                continue
            column = widest + 2 if item.label else 0
            yield from (Line(line) for line in hang(clean(item.label), clean(item.text), width, indent, column))


def _listing(item: Item, width: int) -> Iterator[str]:
    if item.beside is None:
        return listing(item.label, item.text, width)
    return pair((item.label, item.text), (item.beside.label, item.beside.text), width)


MARKUP = re.compile(r"([\\`*_\[\]<>|&~#!${}]|(?<={)%)")
"""What Markdown, HTML, a formula or a page template inside it could take for markup."""
OPENING = re.compile(r"^([-+=])(?=[-+=\s]|$)|^(\d{1,9})(?=[.)](\s|$))")
"""What would make a list or a heading of the line it opens."""


def as_markdown(parts: Iterable[Part], title: str) -> str:
    """Return parts as a Markdown document; what they say is escaped, so that it is shown as it is."""
    lines = [f"# {escaped(title)}", ""]
    for section in parts:
        if not section.items:
            continue
        if section.head:
            lines += [f"## {escaped(section.head)}", ""]
        for item in section.items:
            if item.code:
                lines += _fenced(item)
                continue
            label = f"**{escaped(item.label)}** " if item.label else ""
            lines.append(f"- {label}{escaped(item.text)}" if section.head else f"{label}{escaped(item.text)}\n")
        if section.head:
            lines.append("")
    return "\n".join(lines).rstrip()


def _fenced(item: Item) -> Iterator[str]:
    """Yield code between fences longer than any inside it."""
    for snippet in (item, *([item.beside] if item.beside else [])):
        code = inert(snippet.text)
        longest = max((len(run) for line in code for run in re.findall("`+", line)), default=0)
        fence = "`" * max(3, longest + 1)
        yield from (f"{escaped(snippet.label)}\n" if snippet.label else "", fence, *code, fence, "")


def escaped(text: str) -> str:
    """Return outside text so that Markdown shows it as it is."""
    plain = MARKUP.sub(r"\\\1", clean(text))
    return OPENING.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\", plain)
