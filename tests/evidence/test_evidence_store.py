"""The store: what is acknowledged is there, whatever happens to the writer, the disk or the file."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import resource
import select
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from made_runs import make_run, make_session

from advisor.errors import Exit, StoreError
from advisor.evidence import store_file
from advisor.evidence.store import Store
from advisor.evidence.store_file import APPLICATION_ID, SCHEMA, TABLES
from advisor.folders import default_store
from probes.registration import Registration
from probes.run import Run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and signals")
FORK = multiprocessing.get_context("fork") if sys.platform != "win32" else None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "evidence.sqlite"


def stored(path: Path, runs: list[Run]) -> Path:
    with Store(path, write=True) as store:
        store.add(runs)
    return path


def ids(path: Path) -> set[str]:
    with Store(path) as store:
        return {run.id for run in store.read()[0]}


def numbered(writer: int, count: int) -> Iterator[Run]:
    return (make_run(session=f"w{writer}", order=n, measures={"statements": n}) for n in range(count))


def test_what_is_added_is_read_back_unchanged(path: Path) -> None:
    runs = make_session()
    with Store(path, write=True) as store:
        assert store.add(runs) == len(runs)
        kept, imported = store.read()
    assert sorted(kept, key=lambda run: run.id) == sorted(runs, key=lambda run: run.id)
    assert imported == set()
    assert ids(path) == {run.id for run in runs}


def test_the_same_run_is_kept_once_and_as_it_first_came(path: Path) -> None:
    run = make_run(measures={"statements": 1})
    with Store(path, write=True) as store:
        assert (store.add([run]), store.add([run], imported=True), store.add([run, run])) == (1, 0, 0)
        assert store.read() == ([run], set())


def test_imported_runs_stay_marked(path: Path) -> None:
    own, foreign = make_run(measures={"statements": 1}), make_run(measures={"statements": 2})
    with Store(path, write=True) as store:
        store.add([own])
        store.add([foreign], imported=True)
        assert store.read()[1] == {foreign.id}


def test_runs_come_oldest_first(path: Path) -> None:
    late, early = make_run(started="2026-11-21T10:00:00+00:00"), make_run(started="2026-11-01T10:00:00+00:00")
    stored(path, [late, early])
    with Store(path) as store:
        assert store.read()[0] == [early, late]


@pytest.mark.parametrize("change", ["line = replace(line, '17', '10')", "line = '{}'", "line = 'torn', id = 'x'"])
def test_a_row_that_is_not_what_its_hash_says_is_left_out(path: Path, change: str) -> None:
    good, bad = make_run(measures={"statements": 16}), make_run(candidate="tensorflow", measures={"statements": 17})
    stored(path, [good, bad])
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE runs SET {change} WHERE id = ?", [bad.id])
    connection.close()
    assert ids(path) == {good.id}


def test_a_store_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    stored(path, [make_run()])
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    connection.close()
    before = path.read_bytes()
    for write in (False, True):
        with pytest.raises(StoreError, match=f"newer version \\(schema {SCHEMA + 1}\\).*upgrade") as caught:
            Store(path, write=write)
        assert caught.value.exit_code == Exit.STORE == 5
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "photos.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE photos (name TEXT)")
    connection.close()
    before = path.read_bytes()
    for write in (False, True):
        with pytest.raises(StoreError, match=r"not an evidence store.*--store"):
            Store(path, write=write)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"hello\n" * 1000, b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 4080])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "evidence.sqlite"
    path.write_bytes(content)
    for write in (False, True):
        with pytest.raises(StoreError, match="evidence store"), Store(path, write=write) as store:
            store.read()
    assert path.read_bytes() == content


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot open"):
        Store(tmp_path, write=True)


def test_a_place_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot open"):
        Store(tmp_path / "file" / "evidence.sqlite", write=True)


def test_reading_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Store(tmp_path / "none.sqlite")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", ["empty file", "header only"])
def test_a_store_whose_creation_was_cut_short_reads_as_empty(tmp_path: Path, left: str) -> None:
    path = tmp_path / "evidence.sqlite"
    path.touch()
    if left == "header only":
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
    with Store(path) as store:
        assert store.read() == ([], set())


def test_a_full_disk_loses_only_what_was_not_acknowledged(path: Path) -> None:
    kept = list(numbered(0, 20))
    with Store(path, write=True) as store:
        store.add(kept)
        (pages,) = store.connection.execute("PRAGMA page_count").fetchone()
        store.connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="cannot write the evidence store: database or disk is full"):
            store.add(numbered(1, 500))
        assert len(store.read()[0]) == 20
    assert ids(path) == {run.id for run in kept}


def test_a_file_that_may_not_grow_loses_only_what_was_not_acknowledged(path: Path) -> None:
    kept = list(numbered(0, 20))
    stored(path, kept)
    allowed = path.stat().st_size + 8192

    def fill() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (allowed, allowed))
        try:
            with Store(path, write=True) as store:
                store.add(numbered(1, 500))
        except StoreError:
            os._exit(5)
        os._exit(0)

    assert exit_of(fill) == 5
    assert ids(path) == {run.id for run in kept}
    stored(path, [make_run(session="after")])
    assert len(ids(path)) == 21


def exit_of(work: object) -> int:
    assert FORK is not None
    child = FORK.Process(target=work)
    child.start()
    child.join(30)
    assert child.exitcode is not None
    return child.exitcode


def test_eight_writers_at_once_lose_nothing(path: Path) -> None:
    assert FORK is not None
    stored(path, [])
    gate = FORK.Event()

    def write(writer: int) -> None:
        gate.wait()
        with Store(path, write=True) as store:
            for run in numbered(writer, 50):
                assert store.add([run]) == 1
        os._exit(0)

    writers = [FORK.Process(target=write, args=(n,)) for n in range(8)]
    for writer in writers:
        writer.start()
    gate.set()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * 8
    assert ids(path) == {run.id for n in range(8) for run in numbered(n, 50)}


RACES = (
    "store.py _check(): application id, version and tables are read in three statements and WAL is switched on without "
    "waiting, so two first writers trip over each other; read in one transaction, switch on WAL only when creating, retry"
)


def test_a_first_writer_waits_for_another_one_to_finish(path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, lambda: (other.execute("COMMIT"), other.close()))
    release.start()
    try:
        stored(path, [make_run()])
    finally:
        release.join()
    assert len(ids(path)) == 1


@pytest.mark.parametrize("commits", [0, 2])
def test_a_writer_waits_as_long_as_others_commit(path: Path, monkeypatch: pytest.MonkeyPatch, commits: int) -> None:
    """Another one holds the file whenever it is asked for: with a commit each time, or hanging."""
    monkeypatch.setattr(store_file, "LOCK_SECONDS", 0)
    Store(path, write=True).close()
    other = sqlite3.connect(path, isolation_level=None)
    left = commits

    def take_another_turn(statement: str) -> None:
        nonlocal left
        if statement != "BEGIN IMMEDIATE" or not commits:
            return
        other.execute("COMMIT")
        if left:
            left -= 1
            begin_writing(other, f"s{left}")

    with contextlib.closing(other), Store(path, write=True) as store:
        begin_writing(other, "first")
        store.connection.set_trace_callback(take_another_turn)
        if commits:
            store.add([make_run()])
            assert len(store.read()[0]) == 1
        else:
            with pytest.raises(StoreError, match="locked"):
                store.add([make_run()])
    assert left == 0


def begin_writing(connection: sqlite3.Connection, session: str) -> None:
    """Begin a transaction and write something in it."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO registrations (session, line) VALUES (?, '{}')", (session,))


def test_a_store_that_is_created_while_it_is_being_looked_at_is_an_evidence_store(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect

    class Overtaken(sqlite3.Connection):
        """A connection whose process is paused after its first look, while another process tries to create the store."""

        def execute(self, sql: str, *rest: object) -> sqlite3.Cursor:
            cursor = super().execute(sql, *rest)  # type: ignore[arg-type]
            if sql == "PRAGMA application_id":
                (seen,) = cursor.fetchone()
                monkeypatch.setattr(
                    sqlite3, "connect", lambda *args, **options: real(*args, **options | {"timeout": 0.1})
                )
                with contextlib.suppress(StoreError):  # kept out in time: as good
                    stored(path, [make_run()])
                return super().execute(f"SELECT {seen}")
            return cursor

    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: real(*args, factory=Overtaken, **options))
    late = make_run(session="late")
    assert late.id in ids(stored(path, [late]))


def test_readers_see_whole_commits_while_somebody_writes(path: Path) -> None:
    assert FORK is not None
    stored(path, list(numbered(0, 10)))

    def write() -> None:
        with Store(path, write=True) as store:
            for n in range(1, 31):
                store.add(numbered(n, 10))
        os._exit(0)

    writer = FORK.Process(target=write)
    writer.start()
    seen = []
    while writer.is_alive():
        seen.append(len(ids(path)))
    writer.join()
    assert writer.exitcode == 0
    assert seen == sorted(seen) and all(count % 10 == 0 for count in seen)
    assert len(ids(path)) == 310


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_writer_loses_nothing_it_had_acknowledged(path: Path, seed: int) -> None:
    """kill -9 at random moments, again and again on the same file; no repair in between."""
    dice, acknowledged = random.Random(seed), set[str]()
    stored(path, [])
    for attempt in range(8):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            with Store(path, write=True) as store:
                for run in numbered(100 * seed + attempt, 10_000):
                    store.add([run])
                    os.write(writer, f"{run.id}\n".encode())
            os._exit(0)
        os.close(writer)
        if attempt % 2:  # at any moment, or after something was acknowledged, however slow the machine
            select.select([reader], [], [], 60)
        time.sleep(0.005 + 0.06 * dice.random())
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reader) as lines:
            acknowledged |= set(lines.read().split())
        assert acknowledged <= ids(path)
    assert acknowledged
    stored(path, [make_run(session="after")])


def test_a_transaction_that_breaks_leaves_nothing_of_itself(path: Path) -> None:
    def runs() -> Iterator[Run]:
        yield make_run(measures={"statements": 1})
        raise RuntimeError("in the middle")

    with Store(path, write=True) as store:
        with pytest.raises(RuntimeError):
            store.add(runs())
        assert store.add([make_run(measures={"statements": 2})]) == 1
        assert len(store.read()[0]) == 1


def test_a_reader_waits_for_no_writer(path: Path) -> None:
    stored(path, [make_run()])
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert len(ids(path)) == 1  # a reader that waited would be refused after the time the store waits for a lock
    finally:
        holder.close()


NOBODY = 65534


def bound(work: Callable[[], str]) -> str:
    """Do something in a process whom permissions bind (root is bound by none), and return what it says."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setuid(NOBODY)
            answer = work()
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as lines:
        answer = lines.read()
    os.waitpid(child, 0)
    return answer


@pytest.fixture
def locked() -> Iterator[Path]:
    """A store with 20 runs in a folder nobody may write to."""
    with tempfile.TemporaryDirectory() as folder:
        path = stored(Path(folder) / "evidence.sqlite", list(numbered(0, 20)))
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        yield path
        Path(folder).chmod(0o755)


def test_a_store_in_a_read_only_folder_can_be_read(locked: Path) -> None:
    assert bound(lambda: str(len(ids(locked)))) == "20"


def test_a_store_in_a_read_only_folder_is_not_written_and_says_so(locked: Path) -> None:
    answer = bound(lambda: str(stored(locked, [make_run(session="more")])))
    assert answer.startswith("StoreError:")
    assert "evidence store" in answer and "--store" in answer
    assert len(ids(locked)) == 20


def test_a_folder_that_cannot_be_made_is_no_traceback(locked: Path) -> None:
    answer = bound(lambda: str(stored(locked.parent / "new" / "evidence.sqlite", [])))
    assert answer.startswith("StoreError:") and "cannot open" in answer


def test_the_default_store_lies_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_store().is_relative_to(tmp_path)
    assert default_store().name == "evidence.sqlite"


def test_the_file_says_what_it_is(path: Path) -> None:
    stored(path, [])
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        connection.close()


# --- what sessions set out to do ------------------------------------------------------------------------------------


def registered(session: str = "s1", **fields: object) -> Registration:
    plan: dict[str, object] = {"candidates": ("pytorch",), "probes": ("dev-effort",), "depth": "quick", "looks": (5,)}
    plan |= {"budget": 120.0, "seed": 1, "started": "2026-11-20T10:00:00+00:00"}
    return Registration(session=session, **(plan | fields))  # type: ignore[arg-type]


def test_a_registration_is_kept_as_it_first_came(path: Path) -> None:
    with Store(path, write=True) as store:
        store.add_registrations([registered()])
        store.add_record(make_run())
        store.add_record(registered(looks=(5, 8)))  # nothing is planned again afterwards
        store.add_record(registered("s2", seed=2))
    with Store(path) as store:
        assert store.registrations() == {"s1": registered(), "s2": registered("s2", seed=2)}
        assert store.read()[0] == [make_run()]


def test_a_damaged_registration_is_left_out(path: Path) -> None:
    with Store(path, write=True) as store:
        store.add_registrations([registered(), registered("s2")])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE registrations SET line = replace(line, '120', '999') WHERE session = 's1'")
    connection.close()
    with Store(path) as store:
        assert set(store.registrations()) == {"s2"}


def first_schema(path: Path, runs: list[Run]) -> Path:
    """A store as the first version wrote it."""
    path.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(TABLES[1] + f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1;")
    rows = [(r.id, r.session, r.probe, r.candidate, r.started, 0, r.to_json()) for r in runs]
    connection.executemany("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return path


def test_a_store_of_the_first_schema_is_read_as_it_is(path: Path) -> None:
    first_schema(path, make_session())
    before = path.read_bytes()
    with Store(path) as store:
        assert len(store.read()[0]) == len(make_session())
        assert store.registrations() == {}
    assert path.read_bytes() == before


def test_a_store_of_the_first_schema_is_brought_up_to_date_and_its_old_file_kept(path: Path) -> None:
    runs = make_session()
    first_schema(path, runs)
    with Store(path, write=True) as store:
        store.add_registrations([registered()])
        store.add([make_run(session="new")])
    assert len(ids(path)) == len(runs) + 1
    copy = path.with_name("evidence.sqlite.schema1")
    assert ids(copy) == {run.id for run in runs}
    with Store(path, write=True):
        pass  # nothing left to do
    assert sqlite3.connect(path).execute("PRAGMA user_version").fetchone() == (SCHEMA,)


def test_a_migration_that_is_killed_leaves_the_old_store(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_schema(path, make_session())

    def killed() -> None:
        real = Store._back_up

        def then_die(store: Store, version: int) -> None:
            real(store, version)
            store.connection.execute("CREATE TABLE registrations (session TEXT)")
            os.kill(os.getpid(), signal.SIGKILL)

        monkeypatch.setattr(Store, "_back_up", then_die)
        Store(path, write=True)

    assert exit_of(killed) == -signal.SIGKILL
    with Store(path) as store:
        assert len(store.read()[0]) == len(make_session()) and store.registrations() == {}
    stored(path, [make_run(session="after")])
    assert len(ids(path)) == len(make_session()) + 1


def test_thirty_two_writers_lose_nothing(path: Path) -> None:
    assert FORK is not None
    stored(path, [])

    def write(writer: int) -> None:
        with Store(path, write=True) as store:
            store.add_record(registered(f"w{writer}"))
            for run in numbered(writer, 20):
                store.add_record(run)
        os._exit(0)

    writers = [FORK.Process(target=write, args=(n,)) for n in range(32)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * 32
    assert len(ids(path)) == 32 * 20
    with Store(path) as store:
        assert len(store.registrations()) == 32


POINTS = ("BEGIN IMMEDIATE", "INSERT", "COMMIT")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_of_a_write_the_store_holds_the_whole_write_or_none_of_it(
    path: Path, point: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, new = list(numbered(0, 5)), list(numbered(1, 5))
    stored(path, kept)

    class Deadly(sqlite3.Connection):
        """A connection whose process dies at one statement."""

        def die_around(self, sql: str, work: Callable[[], object]) -> object:
            if sql.startswith(point) and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = work()
            if sql.startswith(point):
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        def execute(self, sql: str, *rest: object) -> object:  # type: ignore[override]
            return self.die_around(sql, lambda: super(Deadly, self).execute(sql, *rest))  # type: ignore[arg-type]

        def executemany(self, sql: str, *rest: object) -> object:  # type: ignore[override]
            return self.die_around(sql, lambda: super(Deadly, self).executemany(sql, *rest))  # type: ignore[arg-type]

    def write() -> None:
        with Store(path, write=True) as store:
            monkeypatch.setattr(store, "connection", sqlite3.connect(path, isolation_level=None, factory=Deadly))
            store.add(new)

    assert exit_of(write) == -signal.SIGKILL
    whole_write = {run.id for run in (*kept, *new)}
    assert ids(path) == (whole_write if (point, when) == ("COMMIT", "after") else {run.id for run in kept})
    stored(path, new)
    assert ids(path) == whole_write


def test_an_answer_reads_the_newest_runs_of_a_large_store(path: Path) -> None:
    runs = [make_run(order=n, started=f"2026-11-20T10:{n // 60:02}:{n % 60:02}+00:00") for n in range(300)]
    stored(path, runs[::-1])
    with Store(path) as store:
        assert store.read(newest=20)[0] == runs[-20:]
        assert len(store.read()[0]) == 300
