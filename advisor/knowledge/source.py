"""The bibliography: where a statement comes from and when it was read."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from advisor.knowledge.record import Day, Id, Line, Record

Kind = Literal["article", "documentation", "installed-source", "report", "measurement", "index", "judgement"]


class Source(Record):
    """Something that was read or run."""

    id: Id
    title: Line
    author: Line
    read: Day
    kind: Kind
    link: str | None = Field(default=None, pattern=r"^https://", max_length=300)
