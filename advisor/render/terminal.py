"""Documents as lines of a terminal, at any width: nothing that is said is lost for want of room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len

from advisor.render.document import Document, Figure, Item, Part, Table, part
from advisor.render.listing import listing, pair
from advisor.render.text_layout import Line, columns, hang, paragraph, side_by_side, wrap
from advisor.text import clean

LABEL = 16
"""The widest label that stands beside its text; a longer one stands above it."""
LONG = 24
"""Cells of a table longer than this are sentences: they are laid out as text, not in a column."""
MOST_BESIDE = 0.4
"""The share of the width that the columns beside such a text may take."""


def short_answer(document: Document, width: int) -> Iterator[Line]:
    """Lay out an answer in short: one paragraph per statement, the first and the last in bold."""
    yield from _statements([item.typed or item.text for item in document.short.items if isinstance(item, Item)], width)


def _statements(statements: Sequence[str], width: int) -> Iterator[Line]:
    for number, statement in enumerate(statements):
        style = "bold" if number in (0, len(statements) - 1) else ""
        yield from (Line(line, style) for line in paragraph(clean(statement), width))


def whole_answer(document: Document, width: int) -> Iterator[Line]:
    """Lay out an answer with all that stands behind it; the verdict comes first and last."""
    *before, last = (item.text for item in document.short.items if isinstance(item, Item) and item.text)
    yield from _statements(before, width)
    yield from as_text(document.parts, width)
    yield from as_text([part("", [last])], width)


def as_text(parts: Iterable[Part], width: int, longest: int = LABEL) -> Iterator[Line]:
    """Lay parts out for a terminal; a part without items, and the drawing of a figure, are left out.

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
        labels = [cell_len(item.label) for item in section.items if isinstance(item, Item) and not item.code]
        widest = max((cells for cells in labels if cells <= longest), default=0)
        for item in section.items:
            if isinstance(item, Figure):
                continue
            if isinstance(item, Table):
                yield from _table(item, width, indent)
            elif item.code:
                yield from map(Line, _listing(item, width))
            else:
                column = widest + 2 if item.label else 0
                yield from (Line(line) for line in hang(clean(item.label), clean(item.text), width, indent, column))


def _table(table: Table, width: int, indent: int) -> Iterator[Line]:
    """Lay out a table: in columns; where a column holds sentences, these follow the others of their row."""
    rows = [[clean(cell) for cell in row] for row in (table.heads, *table.rows)]
    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(table.heads))]
    beside_names = range(bool(table.numbers), len(table.heads))  # beside numbers the first column holds names
    long = [at for at in beside_names if max(cell_len(row[at]) for row in rows[1:]) > LONG]
    short = [at for at in range(len(table.heads)) if at not in long]
    while long and len(short) > 1 and sum(widths[at] + 2 for at in short) > width * MOST_BESIDE:
        long.append(short.pop())
    margin = " " * indent
    if not long:
        names, *groups = (list(column) for column in zip(*rows, strict=True))
        yield from (Line(margin + line) for line in side_by_side(names, groups, width - indent, bool(table.numbers)))
        return
    labels = [""] * len(rows)
    if short:
        labels = columns([[row[at] for at in short] for row in rows], [at in table.numbers for at in short])
    widest = max(map(cell_len, labels))
    beside = widest + 2 if widest <= width * MOST_BESIDE else 0
    for label, row in zip(labels[1:], rows[1:], strict=True):
        text = "  ".join(row[at] for at in long if row[at])
        if beside or not label:
            yield from map(Line, hang(label, text, width, indent, beside))
        else:
            yield from map(Line, hang("", label, width, indent, 0))
            yield from map(Line, hang("", text, width, indent + 2, 0))


def _listing(item: Item, width: int) -> Iterator[str]:
    if item.beside is None:
        return listing(item.label, item.text, width)
    return pair((item.label, item.text), (item.beside.label, item.beside.text), width)
