"""Lines of text in columns, right for Latin and Chinese, at any width."""

from __future__ import annotations

import re

from msgspec import Struct
from rich.cells import cell_len


class Line(Struct, frozen=True):
    """One line of a page; the style only repeats what the words say."""

    text: str
    style: str = ""


# A word with its spaces, or one wide character; with it the opening punctuation that must not end a line and the closing
# one that must not start one.
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_OPENING, _CLOSING = "（【《〔［「“‘", "，。；：、！？）】》〕］」”’"
_PIECE = re.compile(
    rf"[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPENING}{_CLOSING}]+)[{_CLOSING}%]*|[{_OPENING}{_CLOSING}]+|\s+"
)


_REMARK = re.compile(r"( *)(?:((?:- )?[\w-]+(?:: [^#]*?|:)?)  )?# ( *)(.*)")
"""A line that ends in a remark: its margin, the value before it, and the remark with its own margin."""


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Pad text with spaces to a number of terminal cells; right-aligned if asked."""
    space = " " * max(0, width - cell_len(text))
    return space + text if right else text + space


def wrap(text: str, width: int) -> list[str]:
    """Break text into lines of at most `width` cells, between words or Chinese characters."""
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if cell_len(line) + cell_len(piece.rstrip()) > width and line.strip():
            lines.append(line.rstrip())
            line = ""
        if piece.isspace() and not line:
            continue
        while cell_len(piece) > width > 0:
            cut = _fit(piece, width)
            lines.append(piece[:cut])
            piece = piece[cut:]
        line += piece
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return lines


def paragraph(text: str, width: int) -> list[str]:
    """Return a text as lines, from the second on set in by two cells."""
    first, *further = wrap(text, width - 2)
    return [first, *(f"  {line}" for line in further)]


def fold_remarks(text: str, width: int) -> str:
    """Break the remarks of a YAML file into lines of at most `width` cells.

    A remark behind a value that does not fit moves below it; the values stay as they are.
    """
    lines: list[str] = []
    for line in text.splitlines():
        match = _REMARK.fullmatch(line)
        if cell_len(line) <= width or match is None:
            lines.append(line)
            continue
        margin, value, inner, remark = match.groups()
        if value:
            lines.append(margin + value)
            margin += "  "
        first, *further = wrap(remark, width - len(margin) - len(inner) - 4)
        lines += [f"{margin}# {inner}{first}", *(f"{margin}# {inner}  {line}" for line in further)]
    return "\n".join(lines) + "\n"


def _fit(text: str, width: int) -> int:
    """Return how many characters of a text fit into a width; at least one."""
    used = 0
    for length, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return max(length, 1)
    return len(text)


def hang(label: str, text: str, width: int, indent: int, label_width: int) -> list[str]:
    """Lay out a labelled text with a hanging indent.

    Args:
        label: stands left of the first line.
        text: wrapped into what remains of the width.
        width: cells of the page.
        indent: cells before the label.
        label_width: cells of the label column; a longer label stands on a line of its own.
    """
    margin = " " * indent
    column = " " * label_width
    room = max(width - indent - label_width, 12)
    lines = wrap(text, room)
    if cell_len(label) >= label_width and label:
        return [margin + label, *(margin + column + line for line in lines)]
    first = margin + pad(label, label_width) + lines[0]
    return [first.rstrip(), *((margin + column + line).rstrip() for line in lines[1:])]


def columns(rows: list[list[str]], right: list[bool], gap: int = 2) -> list[str]:
    """Lay out rows in columns as wide as their widest cell.

    Args:
        rows: all of the same length, the heads first.
        right: which columns are right-aligned.
        gap: cells between columns.
    """
    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(right))]
    between = " " * gap
    return [
        between.join(pad(cell, widths[column], right=right[column]) for column, cell in enumerate(row)).rstrip()
        for row in rows
    ]


def side_by_side(names: list[str], groups: list[list[str]], width: int, right: bool = True) -> list[str]:
    """Put columns side by side as far as they fit, the rest below under the same names.

    Args:
        names: the first column, its head first.
        groups: the other columns, each with its head first.
        width: cells of a line; a column too wide for it stands alone.
        right: whether the other columns are right-aligned.
    """
    lines: list[str] = []
    remaining = groups
    while remaining:
        for count in range(len(remaining), 0, -1):
            block = [list(row) for row in zip(names, *remaining[:count], strict=True)]
            laid = columns(block, [False] + [right] * count)
            if max(map(cell_len, laid)) <= width or count == 1:
                lines += laid
                remaining = remaining[count:]
                break
    return lines
