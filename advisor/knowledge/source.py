"""The bibliography: where a statement comes from and when it was read."""

from typing import Annotated, Literal

from advisor.record import Day, Id, Limits, Record, ShortString
from advisor.text import Text

SourceKind = Literal[
    "article", "documentation", "installed-source", "report", "measurement", "inspection", "index", "judgement"
]


class Source(Record, frozen=True):
    """Something that was read or run."""

    id: Id
    title: ShortString
    author: ShortString
    read: Day
    kind: SourceKind
    link: Annotated[str, Limits(pattern="^https://", max_length=300)] | None = None
    called: Text | None = None  # how an answer calls it, if not by its title: `the article "…"`
    about: Text | None = None  # what it is, told where an answer first names it
