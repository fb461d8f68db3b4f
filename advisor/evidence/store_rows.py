"""The rows of an evidence store, each read by itself: what is wrong with one is that row's own trouble."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from advisor.evidence.store_file import decode_text
from probes.boundary import BadRun, parse_object
from probes.records import read_run
from probes.registration import Registration
from probes.run import Run

UNREACHED = -1
"""Stands for the rows behind a damaged page, of which nobody knows how many there are."""
LOST = "rows cannot be reached: a page of the file is damaged"
Kept = TypeVar("Kept", Run, Registration)


class Row(Struct, frozen=True):
    """One row of a table: its number, the session it is of, and its record, None where that is damaged, and why it is."""

    number: int
    session: str
    record: Run | Registration | None
    why: str = ""
    imported: bool = False

    @property
    def place(self) -> str:
        """Where the row stands, for messages."""
        return f"store row {self.number}" if self.number != UNREACHED else "store"


class StoreCheck(Struct, frozen=True):
    """What a store is like.

    Attributes:
        runs: how many runs its table holds.
        indexed: how many its indexes know of.
        sound: whether SQLite's quick check found every page in order.
        read: how many runs were read, the newest.
        damaged: how many of these are not what their hash says.
    """

    runs: int
    indexed: int
    sound: bool
    read: int
    damaged: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found wrong."""
        return self.sound and self.indexed == self.runs and not self.damaged


class SelectedRows(Struct, frozen=True):
    """The rows of some sessions, or damaged ones: of runs and of registrations."""

    runs: tuple[Row, ...]
    registrations: tuple[Row, ...]

    @property
    def damaged(self) -> tuple[Row, ...]:
        """The damaged rows among them."""
        return tuple(row for row in (*self.runs, *self.registrations) if row.record is None)


def read_run_row(number: int, session: object, imported: object, line: object) -> Row:
    """Return the row of a run, with what is wrong with it where it is damaged."""
    if imported not in (0, 1):
        return Row(number, decode_text(session), None, why="imported: neither 0 nor 1")
    record, why = _parse_record(line, lambda text: read_run(parse_object(text)))
    return Row(number, record.session if record else decode_text(session), record, why, imported == 1)


def read_registration_row(number: int, session: object, line: object) -> Row:
    """Return the row of a registration, with what is wrong with it where it is damaged."""
    record, why = _parse_record(line, Registration.from_json)
    return Row(number, record.session if record else decode_text(session), record, why and f"registration: {why}")


def _parse_record(line: object, parse: Callable[[bytes], Kept]) -> tuple[Kept | None, str]:
    """Return the record of a line, or None and what is wrong with it."""
    if not isinstance(line, bytes):
        return None, "line: this is no text"
    try:
        return parse(line), ""
    except BadRun as error:
        return None, str(error)


def age_key(row: Row) -> tuple[str, str, int]:
    """Return the sort key of a row: when its run was started; damaged rows come first."""
    return (row.record.started, row.record.session, row.number) if row.record else ("", "", row.number)
