"""Lay out the pages of `advise explain`: one below the other, or two side by side, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len

from advisor.render.document import Part
from advisor.render.explain.sheet import Sheet
from advisor.render.terminal import as_text
from advisor.render.text_layout import Line, pad, wrap
from advisor.text import clean

NARROW, SHARE_OF_LABELS = 56, 0.28
"""Below this width every label stands above its text; above it, those longer than this share of the width."""
BESIDE_FROM, BETWEEN = 80, " | "
"""The width from which two pages stand side by side, and what stands between them."""


def below(sheets: Sequence[Sheet], width: int) -> Iterator[Line]:
    """Lay out pages one below the other."""
    for number, sheet in enumerate(sheets):
        if number:
            yield Line("")
        yield from (Line(line, "bold") for line in wrap(clean(sheet.title), width))
        yield from _lines(sheet.parts, width)


def beside(left: Sheet, right: Sheet, width: int) -> Iterator[Line]:
    """Lay out two pages side by side; parts of one head stand at one height.

    Args:
        left, right: the pages.
        width: cells of the whole; below 80 they stand one below the other.
    """
    if width < BESIDE_FROM:
        yield from below((left, right), width)
        return
    half = (width - cell_len(BETWEEN)) // 2
    yield from _rows(*(wrap(clean(sheet.title), half) for sheet in (left, right)), half=half, style="bold")
    left_parts, right_parts = (
        {section.head: section for section in sheet.parts if section.items} for sheet in (left, right)
    )
    for head in dict.fromkeys((*left_parts, *right_parts)):
        first, second = (
            [line.text for line in _lines([parts_of_side[head]], half)] if head in parts_of_side else []
            for parts_of_side in (left_parts, right_parts)
        )
        yield from _rows(first, second, half=half)


def _lines(parts: Sequence[Part], width: int) -> Iterator[Line]:
    return as_text(parts, width, 0 if width < NARROW else int(SHARE_OF_LABELS * width))


def _rows(left: Sequence[str], right: Sequence[str], *, half: int, style: str = "") -> Iterator[Line]:
    for first, second in zip_longest(left, right, fillvalue=""):
        yield Line((pad(first, half) + BETWEEN + second).rstrip(), style)
