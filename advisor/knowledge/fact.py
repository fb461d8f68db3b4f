"""Facts: the numbers that age (versions, dates, ranks, sizes), in one table, each with the day it was read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from advisor.knowledge.record import Day, Id, Line, Record
from advisor.text import Text

Month = Annotated[str, Field(pattern=r"^[12]\d{3}-(0[1-9]|1[0-2])$")]


class Unit(Record):
    """What a number counts."""

    id: Id
    name: Text


class Fact(Record):
    """One number, as it stood on the day it was read."""

    id: Id
    of: Line
    """The package or product it is about."""
    value: int | Line
    unit: Id
    on: Month | None = None
    """The month the value dates from, for a release."""
    as_of: Day
    source: Id


class FactsFile(Record):
    """`facts.yaml`."""

    units: tuple[Unit, ...] = Field(strict=False)
    facts: tuple[Fact, ...] = Field(strict=False)
