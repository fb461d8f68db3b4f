"""Lay out the pages of `advise explain`: one below the other, or two side by side, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from rich.cells import cell_len

from advisor.render.explain.sheet import Row, Section, Sheet
from advisor.render.layout import hang, pad, wrap
from advisor.render.page import Line
from advisor.text import clean

LEAST_FOR_LABELS = 56
"""The width below which a label stands above its text instead of left of it."""
LABEL, MOST_OF_LABEL = 14, 0.28
"""Least cells of the column of labels, and the share of the width it may grow to."""
BESIDE_FROM, BETWEEN = 80, " | "
"""The width from which two pages stand side by side, and what stands between them."""
INDENT = 2


def below(sheets: Sequence[Sheet], width: int) -> Iterator[Line]:
    """Lay out pages one below the other."""
    for number, sheet in enumerate(sheets):
        if number:
            yield Line("")
        yield from (Line(line, "bold") for line in wrap(clean(sheet.title), width))
        for one in sheet.sections:
            yield from _section(one, width)


def beside(left: Sheet, right: Sheet, width: int) -> Iterator[Line]:
    """Lay out two pages side by side; sections of one head stand at one height.

    Args:
        left, right: the pages.
        width: cells of the whole; below 80 they stand one below the other.
    """
    if width < BESIDE_FROM:
        yield from below((left, right), width)
        return
    half = (width - cell_len(BETWEEN)) // 2
    yield from _rows(wrap(clean(left.title), half), wrap(clean(right.title), half), half, "bold")
    own = {one.head: one for one in left.sections}
    other = {one.head: one for one in right.sections}
    for head in dict.fromkeys((*own, *other)):
        first, second = (
            [line.text for line in _section(side[head], half)] if head in side else [] for side in (own, other)
        )
        yield from _rows(first, second, half)


def _rows(left: Sequence[str], right: Sequence[str], half: int, style: str = "") -> Iterator[Line]:
    for first, second in zip_longest(left, right, fillvalue=""):
        yield Line((pad(first, half) + BETWEEN + second).rstrip(), style)


def _section(one: Section, width: int) -> Iterator[Line]:
    if one.head:
        yield from (Line(line, "bold") for line in wrap(clean(one.head), width))
    labels = [cell_len(clean(row.label)) for row in one.rows if not row.code]
    column = min(max(LABEL, *labels, 0) + INDENT, int(MOST_OF_LABEL * width))
    for row in one.rows:
        yield from map(Line, _code_pair(row, width) if row.code else _text(row, width, column))


def _text(row: Row, width: int, column: int) -> list[str]:
    label, text = clean(row.label), clean(row.text)
    if not label:
        return hang("", text, width, INDENT, 0)
    if width < LEAST_FOR_LABELS:
        return [*hang("", label, width, INDENT, 0), *hang("", text, width, 2 * INDENT, 0)]
    return hang(label, text, width, INDENT, column)


def _code_pair(row: Row, width: int) -> list[str]:
    """Lay out code, next to other code where both fit; each under its label."""
    if row.beside is None:
        return [*_head(row.label, width), *_code(row.text, width)]
    left, right = ([one.label, *one.text.splitlines()] for one in (row, row.beside))
    column = max(map(cell_len, left))
    if 2 * INDENT + column + cell_len(BETWEEN) + max(map(cell_len, right)) <= width:
        lines = zip_longest(left, right, fillvalue="")
        return [(" " * 2 * INDENT + pad(one, column) + BETWEEN + other).rstrip() for one, other in lines]
    return [*_code_pair(replace(row, beside=None), width), *_code_pair(row.beside, width)]


def _head(label: str, width: int) -> list[str]:
    return hang("", clean(label), width, INDENT, 0) if label else []


def _code(text: str, width: int) -> Iterator[str]:
    """Yield lines of code; one that is too long goes on further in."""
    for line in text.splitlines():
        inside = len(line) - len(line.lstrip())
        first, *rest = hang("", line.strip(), width, 2 * INDENT + inside, 0)
        yield first
        if rest:
            again = line.strip()[len(first.strip()) :].strip()
            yield from hang("", again, width, 4 * INDENT + inside, 0)
