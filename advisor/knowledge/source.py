"""The bibliography: where a statement comes from and when it was read."""

from typing import Annotated, Literal

from advisor.record import Day, Id, Limits, Record, ShortString
from advisor.text import Text

SourceKind = Literal[
    "article",
    "documentation",
    "installed-source",
    "report",
    "measurement",
    "inspection",
    "index",
    "judgement",
    "hearsay",
]
DataDay = Annotated[str, Limits(pattern=r"^[12]\d{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")]
"""A year, a month or a day, as exactly as it is known."""


class Source(Record, frozen=True):
    """Something that was read or run."""

    id: Id
    title: ShortString
    author: ShortString
    read: Day
    kind: SourceKind
    """All but `hearsay` are first-hand: written by who made, measured, saw or decided it. Hearsay tells what others said."""
    as_of: DataDay | None = None
    """The day its data are of, where that is earlier than the day it was read: of a table, a benchmark, a survey."""
    link: Annotated[str, Limits(pattern="^https://", max_length=300)] | None = None
    called: Text | None = None  # how an answer calls it, if not by its title: `the article "…"`
    about: Text | None = None  # what it is, told where an answer first names it
