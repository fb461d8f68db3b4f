"""The evidence store: an SQLite file, one row per registration and per run, committed as each run ends."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence

from advisor.errors import Problem, StoreError
from advisor.evidence.store_file import BROKEN, SAVE, StoreFile, decode_text, is_busy
from advisor.evidence.store_rows import (
    LOST,
    UNREACHED,
    Row,
    SelectedRows,
    StoreCheck,
    age_key,
    read_registration_row,
    read_run_row,
)
from probes.registration import Registration
from probes.run import Run

EVERY = "SELECT rowid, session, imported, line FROM runs NOT INDEXED ORDER BY rowid"
"""NOT INDEXED, here and below: an index that has lost an entry would hide a row."""
NEWEST_NUMBERS = "SELECT rowid FROM runs INDEXED BY runs_by_started ORDER BY started DESC LIMIT ?"
NEWEST = f"SELECT rowid, session, imported, line FROM runs NOT INDEXED WHERE rowid IN ({NEWEST_NUMBERS})"
"""Where there are more rows than are read, an index says which; a row it has lost is noticed by the count."""
BY_SESSION = "SELECT session FROM runs NOT INDEXED GROUP BY session ORDER BY max(started) DESC, session"
ADD_RUN = "INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)"
ADD_PLAN = "INSERT OR IGNORE INTO registrations VALUES (?, ?)"
INDEXED = "SELECT rowid FROM runs INDEXED BY runs_by_probe"


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
            StoreError: the disk is full, the store is locked for two minutes, or it cannot be written.
        """
        rows = [_values_of(run, imported) for run in runs]
        try:
            with self._transaction():
                before = self.connection.total_changes
                self.connection.executemany(ADD_RUN, rows)
                return self.connection.total_changes - before
        except BROKEN as error:
            raise self._store_error(error, "write") from None

    def import_records(self, records: Iterable[Run | Registration]) -> tuple[int, int]:
        """Store the records of a file in one transaction, as runs that were imported; nothing where a record is refused.

        Args:
            records: however many; they are not held.

        Returns:
            How many runs were new, and how many there were.

        Raises:
            StoreError: it cannot be written.
        """
        new = count = 0
        try:
            with self._transaction():
                for record in records:
                    if isinstance(record, Registration):
                        self.connection.execute(ADD_PLAN, (record.session, record.to_json()))
                    else:
                        new += self.connection.execute(ADD_RUN, _values_of(record, True)).rowcount
                        count += 1
        except BROKEN as error:
            raise self._store_error(error, "write") from None
        return new, count

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
                self.connection.executemany(ADD_PLAN, rows)
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
        return self._sound_runs(self.read_run_rows(newest))

    def _sound_runs(self, rows: Sequence[Row]) -> tuple[list[Run], set[str]]:
        """Return the runs of sound rows and the ids of the imported ones; `damaged` counts the others."""
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
            if not self.doubtful:
                expected = self._expected_rows()
                if 0 <= newest < expected and self._check_schema() >= 3:
                    rows, expected = self._read_rows(NEWEST, newest), newest
                else:
                    rows = self._read_rows(EVERY)
                if len({row.number for row in rows}) == expected:  # a page that stands twice shows its rows twice
                    return rows if newest < 0 else rows[max(0, len(rows) - newest) :]
        except BROKEN as error:
            if is_busy(error):
                raise self._store_error(error, "read") from None
        return self._salvage_rows(newest)  # a page is damaged: what lies on the others is not

    def list_sessions(self) -> list[str]:
        """Return the sessions that runs are stored of, the newest first, from the columns beside the runs.

        Raises:
            StoreError: the table cannot be read to its end.
        """
        try:
            return [decode_text(row[0]) for row in self.connection.execute(BY_SESSION)] if self._check_schema() else []
        except BROKEN as error:
            raise self._store_error(error, "read") from None

    def read_sessions_of(self, sessions: Collection[str]) -> tuple[list[Run], set[str]]:
        """Return the sound runs of some sessions, oldest first, and the ids of the imported ones; as `read` does.

        Raises:
            StoreError: the table cannot be read to its end.
        """
        statement = "SELECT rowid, session, imported, line FROM runs NOT INDEXED WHERE session IN (SELECT value FROM json_each(?))"
        try:
            rows = self._read_rows(statement, json.dumps(list(sessions))) if self._check_schema() else []
        except BROKEN as error:
            raise self._store_error(error, "read") from None
        return self._sound_runs(rows)

    def read_registration_rows(self) -> list[Row]:
        """Read the rows of registrations, damaged ones included."""
        rows: list[Row] = []
        try:
            if self._check_schema() >= 2:
                for row in self.connection.execute("SELECT rowid, session, line FROM registrations NOT INDEXED"):
                    rows.append(read_registration_row(*row))
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

    def check(self, newest: int) -> StoreCheck:
        """Check every page, count the table against its index, and read the newest runs.

        Raises:
            StoreError: no row can be read.
        """
        sound, rows = self._is_sound(), self.read_run_rows(newest)
        damaged = sum(row.record is None for row in rows)
        try:
            runs, indexed = (self._count_table(), self._count_index()) if self._check_schema() else (0, 0)
        except BROKEN:
            return StoreCheck(len(rows), 0, False, len(rows), damaged)
        return StoreCheck(runs, indexed, sound, len(rows), damaged)

    def read_sessions(self) -> set[str]:
        """Return the sessions of which there is any row."""
        return {row.session for row in (*self.read_run_rows(), *self.read_registration_rows()) if row.session}

    def find_rows(self, sessions: Collection[str], *, damaged: bool = False) -> SelectedRows:
        """Return the rows of some sessions, and with `damaged` the damaged rows of any session."""

        def is_included(row: Row) -> bool:
            """Return whether a row is among those asked for."""
            return row.session in sessions or (damaged and row.record is None)

        return SelectedRows(
            tuple(filter(is_included, self.read_run_rows())), tuple(filter(is_included, self.read_registration_rows()))
        )

    def remove(self, sessions: Collection[str], *, damaged: bool = False) -> SelectedRows:
        """Remove the rows of some sessions, and with `damaged` all damaged rows; none where it fails.

        Returns:
            What was removed.

        Raises:
            StoreError: it cannot be written, or is damaged in more than its rows.
        """
        try:
            with self._transaction():
                removal = self.find_rows(sessions, damaged=damaged)
                self.connection.execute("REINDEX")  # an index that has forgotten a row would not let it go
                for table, rows in (("runs", removal.runs), ("registrations", removal.registrations)):
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

    def _read_rows(self, statement: str, *values: object) -> list[Row]:
        """Read rows of runs, in the order they were started."""
        return sorted((read_run_row(*row) for row in self.connection.execute(statement, values)), key=age_key)

    def _expected_rows(self) -> int:
        """Return how many rows there should be to read: the larger of the counts of the table and of its index."""
        count = self._count_table()
        with contextlib.suppress(sqlite3.OperationalError):  # no such index
            count = max(count, self._count_index())
        return count

    def _count_index(self) -> int:
        """Return how many runs the index of the table knows of."""
        return int(self.connection.execute(f"SELECT count(*) FROM ({INDEXED})").fetchone()[0])

    def _salvage_rows(self, newest: int) -> list[Row]:
        """Read whatever rows can be reached, from both ends and by the index."""
        rows: dict[int, Row] = {}
        problems: dict[str, Exception] = {}
        for statement in (EVERY, EVERY + " DESC", INDEXED):
            try:
                for number, *values in self.connection.execute(statement):
                    if number not in rows:
                        rows[number] = read_run_row(number, *values) if values else self._look_up_row(number)
            except BROKEN as error:
                problems[statement] = error
        if problems and not rows:
            raise self._store_error(next(iter(problems.values())), "read") from None
        if EVERY in problems and INDEXED in problems:
            rows[UNREACHED] = Row(UNREACHED, "", None, LOST)
        ordered = sorted(rows.values(), key=age_key)
        return ordered if newest < 0 else ordered[max(0, len(ordered) - newest) :]

    def _look_up_row(self, number: int) -> Row:
        """Return a row that only the index knows of."""
        statement = "SELECT session, imported, line FROM runs NOT INDEXED WHERE rowid = ?"
        with contextlib.suppress(*BROKEN):
            for row in self.connection.execute(statement, [number]):
                return read_run_row(number, *row)
        return Row(number, "", None, "the page it lies on is damaged")

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _values_of(run: Run, imported: bool) -> tuple[object, ...]:
    """Return the row of a run."""
    return run.id, run.session, run.probe, run.candidate, run.started, int(imported), run.to_json()
