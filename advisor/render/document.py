"""What is said, before it is laid out: a document of parts, and in them statements, tables and figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct


class Item(Struct, frozen=True):
    """One statement; the label names it or holds its number, and may be empty.

    With `code` its lines stay as they are written; `beside` is other code to stand next to it. `typed` is what a terminal says
    instead, where commands can be typed; a statement without text is for a terminal alone.
    """

    text: str
    label: str = ""
    code: bool = False
    beside: Item | None = None
    typed: str = ""


class Table(Struct, frozen=True):
    """Rows under heads.

    Attributes:
        heads: of the columns.
        rows: each as long as the heads.
        numbers: the columns that hold numbers.
        filters: the columns by whose values a reader may want to choose rows, where a format can offer that.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    filters: tuple[int, ...] = ()


class Figure(Struct, frozen=True):
    """A chart, and the table that says the same.

    Attributes:
        drawings: as SVG: light, dark, and both again for a narrow page.
    """

    title: str
    about: str
    drawings: tuple[str, str, str, str]
    table: Table


class Part(Struct, frozen=True):
    """A head and what is said under it; the id names a part of an answer."""

    head: str
    items: tuple[Item | Table | Figure, ...]
    id: str = ""


class Document(Struct, frozen=True):
    """An answer as it is said.

    Attributes:
        title: of the whole.
        short: the answer in short; its first and its last statement name the recommendation.
        parts: all that stands behind it.
    """

    title: str
    short: Part
    parts: tuple[Part, ...]

    def part(self, id: str) -> Part:
        """Return the part of that id; an empty one where there is nothing to say."""
        return next((part for part in self.parts if part.id == id), Part("", (), id))


def part(head: str, items: Iterable[Item | Table | Figure | str], id: str = "") -> Part:
    """Return a part; plain strings are items without a label."""
    return Part(head, tuple(Item(item) if isinstance(item, str) else item for item in items), id)


def table(
    heads: Iterable[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = (), filters: Sequence[int] = ()
) -> Table:
    """Return a table."""
    return Table(tuple(heads), tuple(map(tuple, rows)), tuple(numbers), tuple(filters))
