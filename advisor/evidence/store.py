"""The evidence store: an SQLite file, one row per run, committed as each run ends."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from advisor.errors import InputError, Problem, StoreError
from advisor.files import write_whole
from advisor.text import clean
from probes.catalogue import PROBES
from probes.run import BadRun, Run

APPLICATION_ID = 0x61647631  # "adv1"
SCHEMA = 1
LARGEST = 1e12
"""No time, size or count of a probe comes near it."""
MAX_FILE_BYTES = 512 * 1024 * 1024
TABLE = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY,          -- hash of the content: checked again when read
    session TEXT NOT NULL,
    probe TEXT NOT NULL,
    candidate TEXT NOT NULL,
    started TEXT NOT NULL,
    imported INTEGER NOT NULL,    -- 1: came from a file, measured who knows where
    line TEXT NOT NULL            -- the run as JSON
) STRICT;
CREATE INDEX runs_by_probe ON runs (probe, started);
"""


def default_store() -> Path:
    """Return where evidence is kept unless `--store` says otherwise."""
    from platformdirs import user_data_path

    return user_data_path("framework-advisor", appauthor=False) / "evidence.sqlite"


class Store:
    """An open evidence store.

    Args:
        path: the file; created with its folder when it is to be written.
        write: open for writing.

    Raises:
        StoreError: it cannot be opened, is not an evidence store, or was written by a newer version.
    """

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self.path = path
        self.damaged = 0
        try:
            if write:
                path.parent.mkdir(parents=True, exist_ok=True)
                self.connection = self._connect("mode=rwc")
                self._prepare()
            else:
                self.connection = self._readable()
        except (sqlite3.Error, OSError) as error:
            raise self._error(error, "open") from None

    def _connect(self, options: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?{options}"
        return sqlite3.connect(uri, uri=True, timeout=30, isolation_level=None)

    def _readable(self) -> sqlite3.Connection:
        """Open for reading; where not even the reader's own lock files can be written, as the file stands."""
        try:
            self.connection = self._connect("mode=ro")
            self._check()
        except sqlite3.OperationalError:
            self.connection = self._connect("mode=ro&immutable=1")
            self._check()
        return self.connection

    def _prepare(self) -> None:
        """Check the file and, if it is new, make it a store: all in one transaction, so that first writers queue up."""
        with self._transaction():
            new = not self._check()
            if new:
                for statement in TABLE.split(";\n"):
                    if statement.strip():
                        self.connection.execute(statement)
                self.connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self.connection.execute(f"PRAGMA user_version = {SCHEMA}")
        if new:
            with contextlib.suppress(sqlite3.OperationalError):  # another first writer is at work: it will do
                self.connection.execute("PRAGMA journal_mode = WAL")

    def _check(self) -> bool:
        """Return whether the file is a store already; an empty file is not one yet.

        Raises:
            StoreError: it is something else, or newer than this version.
        """
        (application,) = self.connection.execute("PRAGMA application_id").fetchone()
        (version,) = self.connection.execute("PRAGMA user_version").fetchone()
        (tables,) = self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application == APPLICATION_ID and version > SCHEMA:
            what = f"written by a newer version (schema {version})"
            raise StoreError([Problem(str(self.path), what, "upgrade framework-advisor")])
        if application not in (0, APPLICATION_ID) or (application == 0 and tables):
            fix = "name another file with --store"
            raise StoreError([Problem(str(self.path), "this is not an evidence store", fix)])
        return bool(tables)

    def add(self, runs: Iterable[Run], *, imported: bool = False) -> int:
        """Store runs in one transaction; ones already there are left alone.

        Returns:
            How many were new.

        Raises:
            StoreError: the disk is full, the store is locked for half a minute, or it cannot be written.
        """
        rows = [(r.id, r.session, r.probe, r.candidate, r.started, int(imported), r.to_json()) for r in runs]
        try:
            with self._transaction():
                before = self.connection.total_changes
                self.connection.executemany("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
                return self.connection.total_changes - before
        except sqlite3.Error as error:
            raise self._error(error, "write") from None

    def read(self) -> tuple[list[Run], set[str]]:
        """Return every run that is what its hash says, oldest first, and the ids of the imported ones.

        Rows that are not are left out and counted in `damaged`.
        """
        try:
            if not self._check():
                return [], set()
            rows = self.connection.execute(
                "SELECT line, imported FROM runs ORDER BY started, session, rowid"
            ).fetchall()
        except sqlite3.Error as error:
            raise self._error(error, "read") from None
        runs, imported, self.damaged = [], set(), 0
        for line, foreign in rows:
            try:
                run = checked(Run.from_json(line))
            except BadRun:
                self.damaged += 1
                continue
            runs.append(run)
            if foreign:
                imported.add(run.id)
        return runs, imported

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
            raise

    def _error(self, error: Exception, verb: str) -> StoreError:
        fix = "name another file with --store, or use --evidence FILE and --probe none"
        return StoreError([Problem(str(self.path), f"cannot {verb} the evidence store: {error}", fix)])


def checked(run: Run) -> Run:
    """Return a run whose measures are what its probe declares: numbers where it has a unit or a direction.

    Raises:
        BadRun: they are not; the message names the measure.
    """
    declared = PROBES[run.probe].measures if run.probe in PROBES else {}
    for name, value in run.measures.items():
        measure = declared.get(name)
        if value == "":
            raise BadRun(f"measures.{name} is empty")
        if measure is None or (isinstance(value, bool) and not measure.unit):
            continue
        if isinstance(value, str | bool):
            if measure.unit or measure.better == "lower":
                raise BadRun(f"measures.{name} is no amount")
        elif not 0 <= value < LARGEST:
            raise BadRun(f"measures.{name} is no amount")
    return run


def read_lines(path: Path) -> list[Run]:
    """Read runs from a JSON-lines file.

    Raises:
        InputError: a line that is no run, with file:line.
        StoreError: the file cannot be read.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InputError([Problem(str(path), "larger than 512 MiB", "split it")])
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise StoreError([Problem(str(path), f"cannot be read: {error.strerror}", "check the name")]) from None
    runs, problems = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            runs.append(checked(Run.from_json(line)))
        except BadRun as error:
            problems.append(
                Problem(f"{path}:{number}:1", f"this line is no run: {clean(str(error))}", "export it again")
            )
    if problems:
        raise InputError(problems[:20])
    return runs


def write_lines(runs: Iterable[Run], path: Path, *, force: bool = False) -> int:
    """Write runs as JSON lines, whole or not at all.

    Returns:
        How many lines were written.

    Raises:
        StoreError: the file exists (without `force`) or cannot be written.
    """
    lines = [run.to_json() + "\n" for run in runs]
    write_whole(path, "".join(lines), force=force)
    return len(lines)
