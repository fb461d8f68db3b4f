"""The evidence store: an SQLite file, one row per registration and per run, committed as each run ends."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from advisor.errors import Problem, StoreError
from advisor.evidence.store_file import BROKEN, SAVE, StoreFile, is_busy
from advisor.folders import data_folder
from probes.boundary import BadRun, parse_object
from probes.records import read_run
from probes.registration import Registration
from probes.run import Run

NEWEST = """
SELECT rowid, session, imported, line FROM runs NOT INDEXED
WHERE rowid IN (SELECT rowid FROM runs NOT INDEXED ORDER BY started DESC LIMIT ?) ORDER BY started, session, rowid
"""
"""NOT INDEXED, here and below: an index that has lost an entry would hide a row."""
EVERY = "SELECT rowid, session, imported, line FROM runs NOT INDEXED ORDER BY rowid"
INDEXED = "SELECT rowid FROM runs INDEXED BY runs_by_probe"
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


class Removal(Struct, frozen=True):
    """What is to be removed, or was: rows of runs and of registrations, damaged ones among them."""

    runs: tuple[Row, ...]
    plans: tuple[Row, ...]

    @property
    def damaged(self) -> tuple[Row, ...]:
        """The damaged rows among those to be removed."""
        return tuple(row for row in (*self.runs, *self.plans) if row.record is None)


def default_store() -> Path:
    """Return the path of the evidence store that is used unless `--store` names another.

    Raises:
        StoreError: this user has no home to keep it in.
    """
    folder = data_folder()
    if folder is None:
        raise StoreError([Problem("", "no runs are kept: this user has no home folder", "set HOME, or --store FILE")])
    return folder / "evidence.sqlite"


def count_stored_runs() -> int:
    """Return how many runs the user's own store holds; 0 where there is none, or it cannot be read."""
    with contextlib.suppress(StoreError, OSError):
        if (path := default_store()).is_file():
            with Store(path) as store:
                return store.count_runs()
    return 0


class Store(StoreFile):
    """An open evidence store; see `StoreFile` for how it is opened.

    Attributes:
        damaged: of what was read, how many rows are not what their hash says, and were left out.
    """

    damaged = 0

    def add(self, runs: Iterable[Run], *, imported: bool = False) -> int:
        """Store runs in one transaction; ones already there are left alone.

        Returns:
            How many were new.

        Raises:
            StoreError: the disk is full, the store is locked for half a minute, or it cannot be written.
        """
        rows = [
            (run.id, run.session, run.probe, run.candidate, run.started, int(imported), run.to_json()) for run in runs
        ]
        try:
            with self._transaction():
                before = self.connection.total_changes
                self.connection.executemany("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
                return self.connection.total_changes - before
        except BROKEN as error:
            raise self._store_error(error, "write") from None

    def add_record(self, record: Run | Registration) -> None:
        """Store one run or registration."""
        if isinstance(record, Registration):
            self.add_registrations([record])
        else:
            self.add([record])

    def add_registrations(self, registrations: Iterable[Registration]) -> None:
        """Store registrations; of a session that has one already, the first one is kept.

        Raises:
            StoreError: it cannot be written.
        """
        rows = [(registration.session, registration.to_json()) for registration in registrations]
        try:
            with self._transaction():
                self.connection.executemany("INSERT OR IGNORE INTO registrations VALUES (?, ?)", rows)
        except BROKEN as error:
            raise self._store_error(error, "write") from None

    def registrations(self) -> dict[str, Registration]:
        """Return the registrations by session; damaged rows are left out and counted in `damaged`."""
        rows = self.read_registration_rows()
        self.damaged += sum(row.record is None for row in rows)
        return {row.record.session: row.record for row in rows if isinstance(row.record, Registration)}

    def read(self, newest: int = -1) -> tuple[list[Run], set[str]]:
        """Return the sound runs, oldest first, and the ids of the imported ones.

        Rows that are not are left out and counted in `damaged`.

        Args:
            newest: read only so many, the newest; all if below zero.
        """
        rows = self.read_run_rows(newest)
        self.damaged = sum(row.record is None for row in rows)
        runs = [row.record for row in rows if isinstance(row.record, Run)]
        return runs, {row.record.id for row in rows if isinstance(row.record, Run) and row.imported}

    def read_run_rows(self, newest: int = -1) -> list[Row]:
        """Read the rows of runs, by when they were started, damaged ones included.

        Args:
            newest: only so many, the newest; all if below zero.

        Raises:
            StoreError: no row can be read.
        """
        try:
            if not self._check_schema():
                return []
            rows = [] if self.doubtful else self.connection.execute(NEWEST, [newest]).fetchall()
            if not self.doubtful and len(rows) == self._expected_rows(newest):
                return [_read_run_row(*row) for row in rows]
        except BROKEN as error:
            if is_busy(error):
                raise self._store_error(error, "read") from None
        return self._salvage_rows(newest)  # a page is damaged: what lies on the others is not

    def read_registration_rows(self) -> list[Row]:
        """Read the rows of registrations, damaged ones included."""
        rows: list[Row] = []
        try:
            if self._check_schema() >= 2:
                for row in self.connection.execute("SELECT rowid, session, line FROM registrations NOT INDEXED"):
                    rows.append(_read_registration_row(*row))
        except BROKEN as error:
            if is_busy(error):
                raise self._store_error(error, "read") from None
            rows.append(Row(UNREACHED, "", None, LOST))
        return rows

    def count_runs(self) -> int:
        """Return how many runs are stored."""
        try:
            return self._count_table() if self._check_schema() else 0
        except BROKEN as error:
            raise self._store_error(error, "read") from None

    def read_sessions(self) -> set[str]:
        """Return the sessions of which there is any row."""
        return {row.session for row in (*self.read_run_rows(), *self.read_registration_rows()) if row.session}

    def find_rows(self, sessions: Collection[str], *, damaged: bool = False) -> Removal:
        """Return the rows of some sessions, and with `damaged` the damaged rows of any session."""

        def is_included(row: Row) -> bool:
            """Return whether a row is among those asked for."""
            return row.session in sessions or (damaged and row.record is None)

        return Removal(
            tuple(filter(is_included, self.read_run_rows())), tuple(filter(is_included, self.read_registration_rows()))
        )

    def remove(self, sessions: Collection[str], *, damaged: bool = False) -> Removal:
        """Remove the rows of some sessions, or damaged ones: all of them, or none where it fails.

        Returns:
            What was removed.

        Raises:
            StoreError: it cannot be written, or is damaged in more than its rows.
        """
        try:
            with self._transaction():
                removal = self.find_rows(sessions, damaged=damaged)
                self.connection.execute("REINDEX")  # an index that has forgotten a row would not let it go
                for table, rows in (("runs", removal.runs), ("registrations", removal.plans)):
                    numbers = [(row.number,) for row in rows]
                    self.connection.executemany(f"DELETE FROM {table} WHERE rowid = ?", numbers)
                if not self._is_sound():
                    problem = "this evidence store is damaged in more than its rows: nothing was removed"
                    raise StoreError([Problem(str(self.path), problem, SAVE)])
        except BROKEN as error:
            raise self._store_error(error, "write") from None
        return removal

    def _count_table(self) -> int:
        """Return how many runs the table holds."""
        return int(self.connection.execute("SELECT count(*) FROM runs NOT INDEXED").fetchone()[0])

    def _expected_rows(self, newest: int) -> int:
        """Return how many rows there should be to read: the larger of the counts of the table and of its index."""
        count = self._count_table()
        with contextlib.suppress(sqlite3.OperationalError):  # no such index
            count = max(count, int(self.connection.execute(f"SELECT count(*) FROM ({INDEXED})").fetchone()[0]))
        return count if newest < 0 else min(newest, count)

    def _salvage_rows(self, newest: int) -> list[Row]:
        """Read whatever rows can be reached, from both ends and by the index."""
        rows: dict[int, Row] = {}
        problems: dict[str, Exception] = {}
        for statement in (EVERY, EVERY + " DESC", INDEXED):
            try:
                for number, *values in self.connection.execute(statement):
                    if number not in rows:
                        rows[number] = _read_run_row(number, *values) if values else self._look_up_row(number)
            except BROKEN as error:
                problems[statement] = error
        if problems and not rows:
            raise self._store_error(next(iter(problems.values())), "read") from None
        if EVERY in problems and INDEXED in problems:
            rows[UNREACHED] = Row(UNREACHED, "", None, LOST)
        ordered = sorted(rows.values(), key=_age_key)
        return ordered if newest < 0 else ordered[max(0, len(ordered) - newest) :]

    def _look_up_row(self, number: int) -> Row:
        """Return a row that only the index knows of."""
        statement = "SELECT session, imported, line FROM runs NOT INDEXED WHERE rowid = ?"
        with contextlib.suppress(*BROKEN):
            for row in self.connection.execute(statement, [number]):
                return _read_run_row(number, *row)
        return Row(number, "", None, "the page it lies on is damaged")

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read_run_row(number: int, session: object, imported: object, line: object) -> Row:
    """Return the row of a run, with what is wrong with it where it is damaged."""
    if imported not in (0, 1):
        return Row(number, _decode_text(session), None, why="imported: neither 0 nor 1")
    record, why = _parse_record(line, lambda text: read_run(parse_object(text)))
    return Row(number, record.session if record else _decode_text(session), record, why, imported == 1)


def _read_registration_row(number: int, session: object, line: object) -> Row:
    """Return the row of a registration, with what is wrong with it where it is damaged."""
    record, why = _parse_record(line, Registration.from_json)
    return Row(number, record.session if record else _decode_text(session), record, why and f"registration: {why}")


def _parse_record(line: object, parse: Callable[[bytes], Kept]) -> tuple[Kept | None, str]:
    """Return the record of a line, or None and what is wrong with it."""
    if not isinstance(line, bytes):
        return None, "line: this is no text"
    try:
        return parse(line), ""
    except BadRun as error:
        return None, str(error)


def _decode_text(value: object) -> str:
    """Return bytes as text; empty for anything else."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


def _age_key(row: Row) -> tuple[str, str, int]:
    """Return the sort key of a row: when its run was started; damaged rows come first."""
    return (row.record.started, row.record.session, row.number) if row.record else ("", "", row.number)
