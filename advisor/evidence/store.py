"""The evidence store: an SQLite file, one row per registration and per run, committed as each run ends."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from advisor.errors import Problem, StoreError
from probes.boundary import BadRun, parse
from probes.records import run_of
from probes.registration import Registration
from probes.run import Run

APPLICATION_ID = 0x61647631  # "adv1"
SCHEMA = 2
RUNS = """
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
REGISTRATIONS = """
CREATE TABLE registrations (
    session TEXT PRIMARY KEY,
    line TEXT NOT NULL            -- the registration as JSON
) STRICT;
"""
NEWEST = """
SELECT line, imported FROM runs WHERE rowid IN (SELECT rowid FROM runs ORDER BY started DESC LIMIT ?)
ORDER BY started, session, rowid
"""
TABLES = {1: RUNS, 2: REGISTRATIONS}
"""What each schema version added to the one before it."""


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
            if path.exists() and not path.is_file():
                raise OSError("this is no file")
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
        """Check the file and bring it to this schema: all in one transaction, so that first writers queue up."""
        with self._transaction():
            there = self._check()
            if 0 < there < SCHEMA:
                self._back_up(there)
            for version in range(there + 1, SCHEMA + 1):
                for statement in TABLES[version].split(";\n"):
                    if statement.strip():
                        self.connection.execute(statement)
            if there < SCHEMA:
                self.connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self.connection.execute(f"PRAGMA user_version = {SCHEMA}")
        if there == 0:
            with contextlib.suppress(sqlite3.OperationalError):  # another first writer is at work: it will do
                self.connection.execute("PRAGMA journal_mode = WAL")

    def _back_up(self, version: int) -> None:
        """Keep the file of an older schema beside the new one; the transaction that is open keeps writers away."""
        copy = self.path.with_name(f"{self.path.name}.schema{version}")
        reader, target = self._connect("mode=ro"), sqlite3.connect(copy)
        with contextlib.closing(reader), contextlib.closing(target):
            reader.backup(target)

    def _check(self) -> int:
        """Return the schema version of the store; 0 where the file is empty.

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
        return int(version) if tables else 0

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

    def keep(self, record: Run | Registration) -> None:
        """Store one thing a measurement said, the moment it says it."""
        if isinstance(record, Registration):
            self.register([record])
        else:
            self.add([record])

    def register(self, registrations: Iterable[Registration]) -> None:
        """Store what sessions set out to do; of a session that has a registration already, the first one stands.

        Raises:
            StoreError: it cannot be written.
        """
        rows = [(one.session, one.to_json()) for one in registrations]
        try:
            with self._transaction():
                self.connection.executemany("INSERT OR IGNORE INTO registrations VALUES (?, ?)", rows)
        except sqlite3.Error as error:
            raise self._error(error, "write") from None

    def registrations(self) -> dict[str, Registration]:
        """Return by session what it set out to do; damaged rows are left out."""
        found = {}
        try:
            rows = [] if self._check() < 2 else self.connection.execute("SELECT line FROM registrations").fetchall()
        except sqlite3.Error as error:
            raise self._error(error, "read") from None
        for (line,) in rows:
            with contextlib.suppress(BadRun):
                one = Registration.from_json(line)
                found[one.session] = one
        return found

    def read(self, newest: int = -1) -> tuple[list[Run], set[str]]:
        """Return every run that is what its hash says, oldest first, and the ids of the imported ones.

        Rows that are not are left out and counted in `damaged`.

        Args:
            newest: read only so many, the newest; all if below zero.
        """
        try:
            if not self._check():
                return [], set()
            rows = self.connection.execute(NEWEST, [newest]).fetchall()
        except sqlite3.Error as error:
            raise self._error(error, "read") from None
        runs, imported, self.damaged = [], set(), 0
        for line, foreign in rows:
            try:
                run = run_of(parse(line))
            except BadRun:
                self.damaged += 1
                continue
            runs.append(run)
            if foreign:
                imported.add(run.id)
        return runs, imported

    def count(self) -> int:
        """Return how many runs are kept."""
        try:
            return self.connection.execute("SELECT count(*) FROM runs").fetchone()[0] if self._check() else 0
        except sqlite3.Error as error:
            raise self._error(error, "read") from None

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
