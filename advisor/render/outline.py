"""An explanation as parts and items: laid out once as text, once as Markdown, with the same words and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len

from advisor.render.layout import hang
from advisor.render.page import Line
from advisor.text import clean

LABEL = 16
"""The widest label that stands beside its text; a longer one stands above it."""


@dataclass(frozen=True)
class Item:
    """One statement; the label names it or holds its number, and may be empty."""

    text: str
    label: str = ""


@dataclass(frozen=True)
class Part:
    """A head and what is said under it."""

    head: str
    items: tuple[Item, ...]


def part(head: str, items: Iterable[Item | str]) -> Part:
    """Return a part; plain strings are items without a label."""
    return Part(head, tuple(Item(one) if isinstance(one, str) else one for one in items))


def as_text(parts: Iterable[Part], width: int) -> Iterator[Line]:
    """Lay parts out for a terminal; a part without items is left out."""
    for one in parts:
        if not one.items:
            continue
        if one.head:
            yield Line(clean(one.head), "bold")
        indent = 2 if one.head else 0
        widest = max((cell_len(item.label) for item in one.items if cell_len(item.label) <= LABEL), default=0)
        for item in one.items:
            column = widest + 2 if item.label else 0
            yield from (Line(line) for line in hang(clean(item.label), clean(item.text), width, indent, column))


MARKUP = re.compile(r"([\\`*_\[\]<>|#])")


def as_markdown(parts: Iterable[Part], title: str) -> str:
    """Return parts as a Markdown document; what they say is escaped, so that it is shown as it is."""
    lines = [f"# {_escaped(title)}", ""]
    for one in parts:
        if not one.items:
            continue
        if one.head:
            lines += [f"## {_escaped(one.head)}", ""]
        for item in one.items:
            label = f"**{_escaped(item.label)}** " if item.label else ""
            lines.append(f"- {label}{_escaped(item.text)}" if one.head else f"{label}{_escaped(item.text)}\n")
        if one.head:
            lines.append("")
    return "\n".join(lines).rstrip()


def _escaped(text: str) -> str:
    return MARKUP.sub(r"\\\1", clean(text))
