"""Facts: the numbers that age (versions, dates, ranks, sizes), in one table, each with the day it was read."""

from typing import Annotated

from advisor.record import Day, Id, Limits, Record, ShortString
from advisor.text import Text

Month = Annotated[str, Limits(pattern=r"^[12]\d{3}-(0[1-9]|1[0-2])$")]


class Unit(Record, frozen=True):
    """What a number counts."""

    id: Id
    name: Text


class Fact(Record, frozen=True, kw_only=True):
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


class FactsFile(Record, frozen=True):
    """`facts.yaml`."""

    units: tuple[Unit, ...]
    facts: tuple[Fact, ...]
