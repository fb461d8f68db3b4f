"""Lines of code on a page: as they are written, one listing next to another where both fit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from rich.cells import cell_len

from advisor.render.text_layout import hang, pad
from advisor.text import UNSAFE, clean

INDENT, FURTHER, BETWEEN = 4, 4, " | "
"""Cells before a line, before the rest of a line that is too long, and what stands between two listings."""


def listing(label: str, code: str, width: int) -> Iterator[str]:
    """Lay out code under its label; a line that is too long goes on further in."""
    if label:
        yield from hang("", clean(label), width, INDENT // 2, 0)
    for line in inert(code):
        margin = INDENT + len(line) - len(line.lstrip())
        first_line, *further_lines = hang("", line.strip(), width, margin, 0)
        yield first_line
        if further_lines:
            yield from hang("", line.strip()[len(first_line.strip()) :].strip(), width, margin + FURTHER, 0)


def pair(left: tuple[str, str], right: tuple[str, str], width: int) -> Iterator[str]:
    """Lay out two listings, each a label and its code, side by side; one below the other where they do not fit.

    Args:
        left, right: label and code.
        width: cells of the page.
    """
    left_lines, right_lines = ([clean(label), *inert(code)] for label, code in (left, right))
    left_width = max(map(cell_len, left_lines))
    if INDENT + left_width + cell_len(BETWEEN) + max(map(cell_len, right_lines)) <= width:
        for left_line, right_line in zip_longest(left_lines, right_lines, fillvalue=""):
            yield (" " * INDENT + pad(left_line, left_width) + BETWEEN + right_line).rstrip()
        return
    yield from listing(*left, width)
    yield from listing(*right, width)


def inert(code: str) -> list[str]:
    """Return the lines of code from outside, without anything that acts on a terminal."""
    return UNSAFE.sub("", code).splitlines()
