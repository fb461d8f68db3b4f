"""Facts: the numbers that age (versions, dates, ranks, sizes), in one table, each with the day it was read."""

from __future__ import annotations

from typing import Annotated

from advisor.record import Day, Id, Limits, ShortString, record
from advisor.text import Text

Month = Annotated[str, Limits(pattern=r"^[12]\d{3}-(0[1-9]|1[0-2])$")]


@record
class Unit:
    """What a number counts."""

    id: Id
    name: Text


@record
class Fact:
    """One number, as it stood on the day it was read."""

    id: Id
    of: ShortString
    """The package or product it is about."""
    value: int | ShortString
    unit: Id
    on: Month | None = None
    """The month the value dates from, for a release."""
    as_of: Day
    source: Id


@record
class FactsFile:
    """`facts.yaml`."""

    units: tuple[Unit, ...]
    facts: tuple[Fact, ...]
