"""The evidence store: an SQLite file, one row per run, committed as each run ends."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from advisor.errors import InputError, Problem, StoreError
from advisor.files import write_whole
from advisor.text import clean
from probes.run import BadRun, Run

APPLICATION_ID = 0x61647631  # "adv1"
SCHEMA = 1
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
        try:
            if write:
                path.parent.mkdir(parents=True, exist_ok=True)
            mode = "rwc" if write else "ro"
            self.connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=30, isolation_level=None
            )
            self._check(write)
        except (sqlite3.Error, OSError) as error:
            raise self._error(error, "open") from None

    def _check(self, write: bool) -> None:
        (application,) = self.connection.execute("PRAGMA application_id").fetchone()
        (version,) = self.connection.execute("PRAGMA user_version").fetchone()
        (tables,) = self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application == APPLICATION_ID and version > SCHEMA:
            raise StoreError(
                [
                    Problem(
                        str(self.path),
                        f"written by a newer version (schema {version})",
                        "upgrade framework-advisor",
                    )
                ]
            )
        if application not in (0, APPLICATION_ID) or (application == 0 and tables):
            raise StoreError(
                [Problem(str(self.path), "this is not an evidence store", "name another file with --store")]
            )
        if write:
            self.connection.execute("PRAGMA journal_mode = WAL")
            if application == 0:
                self._create()

    def _create(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        with self._transaction(begun=True):
            (tables,) = self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if not tables:
                for statement in TABLE.split(";\n"):
                    if statement.strip():
                        self.connection.execute(statement)
                self.connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self.connection.execute(f"PRAGMA user_version = {SCHEMA}")

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
        """Return every run that is what its hash says, oldest first, and the ids of the imported ones."""
        try:
            rows = self.connection.execute(
                "SELECT line, imported FROM runs ORDER BY started, session, rowid"
            ).fetchall()
        except sqlite3.Error as error:
            raise self._error(error, "read") from None
        runs, imported = [], set()
        for line, foreign in rows:
            with contextlib.suppress(BadRun):
                run = Run.from_json(line)
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
    def _transaction(self, *, begun: bool = False) -> Iterator[None]:
        if not begun:
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
            runs.append(Run.from_json(line))
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
