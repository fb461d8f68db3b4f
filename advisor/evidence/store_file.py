"""The file of an evidence store: opened only as what it is, checked after an unclean end, brought to this schema."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from advisor.errors import Problem, StoreError
from advisor.text import short

APPLICATION_ID = 0x61647631  # "adv1"
SCHEMA = 3
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
NEWEST_FIRST = "CREATE INDEX runs_by_started ON runs (started);\n"
TABLES = {1: RUNS, 2: REGISTRATIONS, 3: NEWEST_FIRST}
"""What each schema version added to the one before it."""
COLUMNS = {
    1: {"runs": ["id", "session", "probe", "candidate", "started", "imported", "line"]},
    2: {"registrations": ["session", "line"]},
    3: {},
}
"""The columns of the tables each schema version added."""
ACTIVE = re.compile(r"\b(view|trigger|virtual)\b", re.IGNORECASE)
"""Words of statements that make more than a table: our own have none of them."""
BROKEN = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged file raises: the text of an error may itself be a piece of the file."""
ELSEWHERE = "name another file with --store, or use --evidence FILE and --probe none"
SAVE = "save what can be read (advise evidence export FILE), move this file away, and import that"
LOCK_SECONDS = 120
"""How long a writer waits while no other one commits: then whoever holds the file hangs."""
MOST_WAITS = 10
"""How often a writer waits so long while others commit: SQLite gives nobody a place in a queue."""


class StoreFile:
    """An open file.

    Args:
        path: the file; created with its folder when it is to be written.
        write: open for writing.
        repair: open for writing even what is damaged.

    Attributes:
        doubtful: whether its pages cannot be trusted to lead to every row.

    Raises:
        StoreError: it cannot be opened, is not an evidence store, is damaged, or was written by a newer version.
    """

    def __init__(self, path: Path, *, write: bool = False, repair: bool = False) -> None:
        self.path = path
        self.doubtful = False
        try:
            if path.exists() and not path.is_file():
                raise OSError("this is no file")
            unclean = self._has_unfinished_write()
            if write:
                path.parent.mkdir(parents=True, exist_ok=True)
                self.connection = self._connect("mode=rwc")
                self._migrate()
            else:
                self.connection = self._open_to_read()
            self.doubtful |= unclean and not self._is_sound()
        except (*BROKEN, OSError) as error:
            raise self._store_error(error, "open") from None
        if self.doubtful and write and not repair:
            raise StoreError([Problem(str(path), "this evidence store is damaged: nothing is written to it", SAVE)])

    def _has_unfinished_write(self) -> bool:
        """Return whether a writer was interrupted or is still at work: SQLite's own files lie beside the store."""
        beside = (self.path.with_name(self.path.name + end) for end in ("-wal", "-journal"))
        return any(file.is_file() and file.stat().st_size for file in beside)

    def _connect(self, options: str, tolerant: bool = False) -> sqlite3.Connection:
        """Open the file with SQLite, so that nothing in its schema is executed."""
        uri = f"{self.path.absolute().as_uri()}?{options}"
        connection = sqlite3.connect(uri, uri=True, timeout=LOCK_SECONDS, isolation_level=None)
        connection.text_factory = bytes  # whatever stands in a row, it is we who say what is wrong with it
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        if tolerant:
            connection.execute("PRAGMA writable_schema = ON")  # read past a table that is not described any more
        return connection

    def _open_to_read(self) -> sqlite3.Connection:
        """Open the file for reading, also where it is damaged.

        Where not even a reader's own lock files can be written, as the file stands; where the description of a table is
        damaged, as far as the others are described.
        """
        problem: Exception = OSError("it cannot be read")
        for tolerant in (False, True):
            for options in ("mode=ro", "mode=ro&immutable=1"):
                self.connection = self._connect(options, tolerant)
                try:
                    self._check_schema()
                except BROKEN as error:
                    problem = error
                    self.connection.close()
                else:
                    self.doubtful |= tolerant
                    return self.connection
        raise problem

    def _migrate(self) -> None:
        """Check the file and bring it to this schema, in one transaction."""
        with self._transaction():
            existing = self._check_schema()
            if 0 < existing < SCHEMA:
                self._back_up(existing)
            for version in range(existing + 1, SCHEMA + 1):
                for statement in TABLES[version].split(";\n"):
                    if statement.strip():
                        self.connection.execute(statement)
            if existing < SCHEMA:
                self.connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self.connection.execute(f"PRAGMA user_version = {SCHEMA}")
        if existing == 0:
            with contextlib.suppress(sqlite3.OperationalError):  # another first writer is at work: it will do
                self.connection.execute("PRAGMA journal_mode = WAL")

    def _back_up(self, version: int) -> None:
        """Keep the file of an older schema beside the new one; the transaction that is open keeps writers away."""
        copy_path = self.path.with_name(f"{self.path.name}.schema{version}")
        reader, target = self._connect("mode=ro"), sqlite3.connect(copy_path)
        with contextlib.closing(reader), contextlib.closing(target):
            reader.backup(target)

    def _check_schema(self) -> int:
        """Return the schema version of the store; 0 where the file is empty.

        Raises:
            StoreError: the file is no store, or newer than this version.
        """
        (application,) = self.connection.execute("PRAGMA application_id").fetchone()
        (version,) = self.connection.execute("PRAGMA user_version").fetchone()
        parts = self.connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
        if application == APPLICATION_ID and version > SCHEMA:
            problem = f"written by a newer version (schema {version})"
            raise StoreError([Problem(str(self.path), problem, "upgrade framework-advisor")])
        if application not in (0, APPLICATION_ID) or (application == 0 and parts):
            raise self._not_a_store("this is not an evidence store")
        if application == APPLICATION_ID and not parts:
            raise StoreError(
                [Problem(str(self.path), "this evidence store is damaged: its tables are gone", ELSEWHERE)]
            )
        if not parts:
            return 0
        if version < 1:
            raise self._not_a_store(f"this is not an evidence store: no version wrote schema {version}")
        self._check_tables({decode_text(name): decode_text(sql) for name, sql in parts}, version)
        return int(version)

    def _check_tables(self, parts: dict[str, str], version: int) -> None:
        """Refuse a schema with triggers, views or virtual tables, or with tables that are not those of a store.

        Args:
            parts: the statement that made each, by name.
        """
        for name, sql in parts.items():
            if active := ACTIVE.search(sql):
                word = {"virtual": "virtual table"}.get(active[1].lower(), active[1].lower())
                raise self._not_a_store(f"this is not an evidence store: it holds the {word} `{short(name)}`")
        for number in range(1, version + 1):
            for name, columns in COLUMNS[number].items():
                table_columns = self.connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
                plain = [decode_text(column[1]) for column in table_columns if not column[6]]
                damaged = (
                    name in parts and not table_columns
                )  # its description cannot be read: tolerated by `_open_to_read`
                if (plain != columns or len(table_columns) > len(columns)) and not damaged:
                    raise self._not_a_store(
                        f"this is not an evidence store: its table `{name}` is missing or another one"
                    )

    def _not_a_store(self, problem: str) -> StoreError:
        """Return the error for a file that is no evidence store."""
        return StoreError([Problem(str(self.path), problem, "name another file with --store")])

    def _is_sound(self) -> bool:
        """Return whether every page is in order, as far as SQLite's quick check tells."""
        with contextlib.suppress(*BROKEN):
            return self.connection.execute("PRAGMA quick_check(1)").fetchall() == [(b"ok",)]
        return False

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """Run the block in one transaction, rolled back if it fails."""
        self._begin()
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
            raise

    def _begin(self) -> None:
        """Begin a transaction that writes, when no other connection does.

        Raises:
            sqlite3.OperationalError: whoever holds the file has committed nothing for `LOCK_SECONDS`, or others always came first.
        """
        for waits_left in reversed(range(MOST_WAITS)):
            before = self._data_version()
            try:
                self.connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not (waits_left and is_busy(error)) or self._data_version() == before:
                    raise
            else:
                return

    def _data_version(self) -> int:
        """Return a number that changes whenever another connection has committed."""
        return int(self.connection.execute("PRAGMA data_version").fetchone()[0])

    def _store_error(self, error: Exception, verb: str) -> StoreError:
        """Return a database error as an error for the user."""
        damaged = isinstance(error, UnicodeDecodeError) or _primary_code(error) == sqlite3.SQLITE_CORRUPT
        words = "the file is damaged" if isinstance(error, UnicodeDecodeError) else short(error, 200)
        problem = f"cannot {verb} the evidence store: {words}"
        return StoreError([Problem(str(self.path), problem, SAVE if damaged else ELSEWHERE)])


def is_busy(error: Exception) -> bool:
    """Return whether another process holds the file: then it is not damaged."""
    return _primary_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _primary_code(error: Exception) -> int:
    """Return the primary error code of a SQLite error."""
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def decode_text(value: object) -> str:
    """Return bytes as text; empty for anything else."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
