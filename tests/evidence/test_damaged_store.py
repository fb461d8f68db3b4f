"""A damaged store: what can be read is read, what is lost is counted, and no row ends more than itself."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from made_runs import make_run, make_session

from advisor.errors import StoreError
from advisor.evidence.store import Store
from advisor.evidence.store_file import APPLICATION_ID
from probes.registration import Registration
from probes.run import Run, canonical_json, content_id

RUNS = make_session()[:64]
PLAN = Registration(
    session="s1", candidates=("pytorch",), probes=("dev-effort",), depth="quick", looks=(5,), budget=9.0, seed=1,
    started="2026-11-20T10:00:00+00:00",
)  # fmt: skip
PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of 64 runs and their plan, all of it in one file."""
    path = tmp_path / "evidence.sqlite"
    with Store(path, write=True) as store:
        store.add_registrations([PLAN])
        store.add(RUNS)
    change(path, "PRAGMA journal_mode = DELETE")
    return path


def change(path: Path, *statements: str) -> None:
    """Change a store behind its back."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def read(path: Path) -> tuple[set[str], int, int]:
    """What a store gives: ids of runs, number of plans, damaged rows."""
    with Store(path) as store:
        runs = store.read()[0]
        plans = store.registrations()
        return {run.id for run in runs}, len(plans), store.damaged


ALL = {run.id for run in RUNS}
STRICT = (
    "PRAGMA writable_schema = ON",
    "UPDATE sqlite_master SET sql = replace(replace(sql, 'STRICT', ''), 'NOT NULL', '')",
)


@pytest.mark.parametrize(
    "value",
    [
        "NULL",
        "x'00ff'",
        "x'7b7d'",
        "7",
        "2.5",
        "''",
        "CAST(x'ff7b7d' AS TEXT)",
        "CAST(x'00' AS TEXT)",
        "replace(line, '\"', '')",
    ],
)
def test_a_line_of_whatever_type_is_that_rows_own_trouble(path: Path, value: str) -> None:
    change(path, *STRICT)
    change(path, f"UPDATE runs SET line = {value} WHERE id = '{RUNS[7].id}'")
    change(path, f"UPDATE registrations SET line = {value}")
    assert read(path) == (ALL - {RUNS[7].id}, 0, 2)


@pytest.mark.parametrize("value", ["NULL", "'yes'", "2", "x'01'", "1.5"])
def test_a_row_that_does_not_say_where_it_comes_from_is_damaged(path: Path, value: str) -> None:
    change(path, *STRICT)
    change(path, f"UPDATE runs SET imported = {value} WHERE id = '{RUNS[7].id}'")
    assert read(path) == (ALL - {RUNS[7].id}, 1, 1)


@pytest.mark.parametrize("column", ["id", "session", "probe", "candidate", "started"])
@pytest.mark.parametrize("value", ["NULL", "x'ff'", "CAST(x'ff' AS TEXT)", "7"])
def test_the_line_is_the_truth_whatever_stands_beside_it(path: Path, column: str, value: str) -> None:
    change(path, *STRICT)
    change(path, f"UPDATE runs SET {column} = {value} WHERE id = '{RUNS[7].id}'")
    assert read(path) == (ALL, 1, 0)


OLD: dict[str, dict[str, object]] = {
    "a day that is none": {"started": "2026-02-30T10:00:00+00:00"},
    "an outcome that is a list": {"outcome": []},
    "threads below zero": {"threads": -5},
    "no time at all": {"probe": "training-step", "mode": "default", "block": 1, "measures": {"step_ms": 0}},
    "a time no clock can tell": {
        "probe": "training-step",
        "mode": "default",
        "block": 1,
        "measures": {"step_ms": 5e-324},
    },
}


@pytest.mark.parametrize("fields", OLD.values(), ids=OLD)
def test_what_an_earlier_version_let_in_is_a_damaged_row(path: Path, fields: dict[str, object]) -> None:
    content = {**make_run(session="bad").__dict__, **fields}
    line = canonical_json(content | {"id": content_id(content)})
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO runs VALUES ('x', 'bad', 'p', 'c', '2026', 0, ?)", [line])
    connection.commit()
    connection.close()
    assert read(path) == (ALL, 1, 1)


def test_a_run_its_index_has_forgotten_is_read(path: Path) -> None:
    """Of one entry of the index the number of the row was changed: who went by the index would miss a run."""
    page = bytearray(path.read_bytes())
    connection = sqlite3.connect(path)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'runs_by_probe'").fetchone()
    connection.close()
    entry = page.index(b"dev-effort" + RUNS[0].started.encode(), (root - 1) * PAGE)
    page[entry + len("dev-effort" + RUNS[0].started)] = 99
    path.write_bytes(page)
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchall() != [("ok",)]
    assert read(path)[0] == ALL


def test_the_plans_are_lost_with_their_table_but_not_the_runs(path: Path) -> None:
    """The statement that describes the second table is no text any more, and SQLite's own complaint is none either."""
    change(
        path,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = CAST(x'435245415445205441424c45a0' AS TEXT) WHERE name = 'registrations'",
    )
    assert read(path) == (ALL, 0, 1)
    with pytest.raises(StoreError, match=r"cannot open.*damaged.*advise evidence export"):
        Store(path, write=True)


FOREIGN = {
    "a view that never ends": "CREATE VIEW runs AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "SELECT i AS id, '' AS session, '' AS probe, '' AS candidate, '' AS started, 0 AS imported, '{}' AS line FROM n",
    "another table": "CREATE TABLE runs (line TEXT)",
    "a table with a column that computes": "CREATE TABLE runs (id, session, probe, candidate, started, imported, "
    "line, more AS (zeroblob(100000000)))",
    "a virtual table": "CREATE VIRTUAL TABLE runs USING fts5(id, session, probe, candidate, started, imported, line)",
}


@pytest.mark.parametrize("write", [False, True])
@pytest.mark.parametrize("statement", FOREIGN.values(), ids=FOREIGN)
def test_what_only_bears_the_name_of_the_table_is_refused(tmp_path: Path, statement: str, write: bool) -> None:
    path = tmp_path / "evidence.sqlite"
    change(path, statement, f"PRAGMA application_id = {APPLICATION_ID}", "PRAGMA user_version = 2")
    with pytest.raises(StoreError, match=r"this is not an evidence store: .*--store"):
        Store(path, write=write)


@pytest.mark.parametrize("write", [False, True])
def test_a_trigger_is_refused(path: Path, write: bool) -> None:
    change(path, "CREATE TRIGGER trap AFTER INSERT ON runs BEGIN DELETE FROM runs; END")
    with pytest.raises(StoreError, match="it holds the trigger `trap`"):
        Store(path, write=write)


@pytest.mark.parametrize("version", [-1, 0, -(2**31)])
@pytest.mark.parametrize("write", [False, True])
def test_a_schema_no_version_wrote_is_refused(path: Path, version: int, write: bool) -> None:
    change(path, f"PRAGMA user_version = {version}")
    with pytest.raises(StoreError, match=f"no version wrote schema {version}"):
        Store(path, write=write)


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_after_an_unclean_end_a_damaged_file_is_not_written_to(path: Path, end: str) -> None:
    content = bytearray(path.read_bytes())
    content[PAGE * 5 + 3 : PAGE * 5 + 5] = b"\xff\xff"  # the number of cells of a page
    path.write_bytes(content)
    Store(path, write=True).close()  # nobody was interrupted: nobody looks
    path.with_name(path.name + end).write_bytes(b"what a writer left that was killed")
    with pytest.raises(StoreError, match=r"damaged: nothing is written to it.*advise evidence export"):
        Store(path, write=True)
    runs, _, damaged = read(path)
    assert runs == ALL or damaged


def flipped(content: bytearray, dice: random.Random) -> None:
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)


def scribbled(content: bytearray, dice: random.Random) -> None:
    at, size = dice.randrange(len(content)), dice.choice((4, 64, PAGE))
    content[at : at + size] = dice.randbytes(len(content[at : at + size]))


def wiped(content: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(content) // PAGE) * PAGE
    content[at : at + PAGE] = bytes(PAGE)


def misplaced(content: bytearray, dice: random.Random) -> None:
    to, from_ = (dice.randrange(len(content) // PAGE) * PAGE for _ in range(2))
    content[to : to + PAGE] = content[from_ : from_ + PAGE]


def cut(content: bytearray, dice: random.Random) -> None:
    del content[dice.randrange(100, max(101, len(content))) :]


@pytest.mark.parametrize("harm", [flipped, scribbled, wiped, misplaced, cut], ids=lambda harm: harm.__name__)
def test_no_run_is_lost_in_silence(path: Path, harm: Callable[[bytearray, random.Random], None]) -> None:
    """Whatever happens to the bytes: all runs, or fewer and a count of what is damaged, or a refusal in words."""
    content, dice = path.read_bytes(), random.Random(harm.__name__)
    for _ in range(40):
        spoilt = bytearray(content)
        for _ in range(dice.choice((1, 1, 4))):
            harm(spoilt, dice)
        path.write_bytes(spoilt)
        try:
            runs, plans, damaged = read(path)
        except StoreError as error:
            assert str(error).isprintable()
        else:
            assert runs <= ALL and (damaged or (runs, plans) == (ALL, 1))
        try:
            with Store(path, write=True) as store:
                store.add([make_run(session="new")])
        except StoreError as error:
            assert str(error).isprintable()


def test_what_is_kept_in_a_store_can_be_read_again(path: Path) -> None:
    odd = [
        make_run(session="\x1b[31m\u202e", why="half \ud800 of it", outcome="oom"),
        make_run(session="x" * 80, measures={"statements": 0}),
        make_run("mine", candidate="a", measures={"loss": -1e60}),
    ]
    with Store(path, write=True) as store:
        assert store.add(odd) == 3
    assert read(path) == (ALL | {run.id for run in odd}, 1, 0)
    assert all(isinstance(run, Run) for run in odd)
