"""`advise evidence remove`, and stored runs that are not what they should be: none of them ends a command."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from as_user import AS_OF, Advise
from made_runs import MACHINE, make_exact_runs, make_run, make_session, write_evidence

from advisor.evidence.lines import write_records
from advisor.evidence.store import Store
from probes.boundary import canonical_json, content_id
from probes.registration import Registration

LARGE = ("--scale", "large", "--as-of", AS_OF)
TIMED = {"probe": "training-step", "mode": "default", "block": 1}
BAD: dict[str, dict[str, Any]] = {
    "a day that is none": {"started": "2026-02-30T10:00:00+00:00"},
    "the first day of all": {"started": "0001-01-01T00:00:00Z"},
    "the last day of all": {"started": "9999-12-31T23:59:59Z"},
    "no day": {"started": ""},
    "an outcome that is a list": {"outcome": []},
    "threads below zero": {"threads": -5},
    "no time": {**TIMED, "measures": {"step_ms": 0}},
    "a time no clock can tell": {**TIMED, "measures": {"step_ms": 5e-324}},
    "cores of any type": {"machine": {"logical_cores": [2]}},
    "half a character": {"session": "\ud800"},
}


def signed(fields: Mapping[str, Any]) -> str:
    """A run that says whatever it is told to, with the id that belongs to it."""
    content = {**json.loads(make_run(session="bad").to_json()), **fields}
    return canonical_json(content | {"id": content_id(content)})


@pytest.fixture
def store(home: Path) -> Path:
    """The default store of this home: two sessions of ours and what one of them set out to do."""
    path = home / "data" / "framework-advisor" / "evidence.sqlite"
    plan = Registration(
        session="aa11", candidates=("pytorch",), probes=("dev-effort",), depth="quick", looks=(5,), budget=9.0, seed=1,
        started="2026-11-20T10:00:00+00:00",
    )  # fmt: skip
    with Store(path, write=True) as opened:
        opened.add_registrations([plan])
        opened.add(make_exact_runs("dev-effort", "statements", {"pytorch": 16, "keras[jax]": 10}, session="aa11"))
        opened.add(make_exact_runs("graph-mode", "session_api", {"pytorch": True}, session="aa11"))
        opened.add(
            make_exact_runs("dev-effort", "statements", {"pytorch": 17}, session="bb22", started="2026-11-21T10:00:00Z")
        )
    return path


def kept(path: Path) -> tuple[list[str], list[str], int]:
    """Sessions of the runs, of the plans, and how many rows are damaged."""
    with Store(path) as opened:
        runs = opened.read()[0]
        plans = opened.registrations()
        return [run.session for run in runs], list(plans), opened.damaged


def damage(path: Path, *lines: str) -> None:
    """Put rows into a store as an earlier version would have."""
    connection = sqlite3.connect(path)
    rows = [(f"bad{number}", "old", "p", "c", "2026", 0, line) for number, line in enumerate(lines)]
    connection.executemany("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()


# --- a bad run ends nothing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", BAD.values(), ids=BAD)
def test_a_run_that_cannot_be_is_not_imported_and_named_by_its_line(
    inside: Advise, home: Path, fields: Mapping[str, Any]
) -> None:
    (home / "runs.jsonl").write_text(f"{make_run().to_json()}\n{signed(fields)}\n")
    result = inside("evidence", "import", "runs.jsonl")
    assert (result.code, result.out) == (2, "")
    (complaint,) = result.complaints
    assert complaint.startswith("runs.jsonl:2:1: this line is no run: ")
    assert inside("evidence", "list").out.startswith("no runs are stored yet")


def test_runs_stored_by_an_earlier_version_end_no_command(inside: Advise, store: Path, home: Path) -> None:
    damage(store, *map(signed, BAD.values()))
    result = inside(*LARGE, "--probe", "none", "--store", store)
    assert result.code == 0
    assert f"{len(BAD)} stored runs are damaged and left out" in result.err
    for command in (("why",), ("claims",), ("explain", "k-pro-highlevel"), ("doctor",), ("evidence", "export", "all")):
        assert inside(*command).code == 0, command
    listed = inside("evidence", "list")
    assert listed.code == 0 and f"{len(BAD)} stored runs are damaged" in listed.err
    assert inside("evidence", "remove", "--damaged", "--yes").code == 0
    assert inside("evidence", "list").err == ""
    assert kept(store) == (["aa11"] * 3 + ["bb22"], ["aa11"], 0)


# --- remove -----------------------------------------------------------------------------------------------------------


def test_a_session_is_removed_with_its_plan_and_nothing_else(inside: Advise, store: Path) -> None:
    result = inside("evidence", "remove", "aa11", "--yes")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "session aa11, 2026-11-20 10:00: 3 runs of 2 probes",
        "removed: 3 runs of 1 session",
    ]
    assert kept(store) == (["bb22"], [], 0)


def test_several_sessions_are_removed_at_once(inside: Advise, store: Path) -> None:
    assert inside("evidence", "remove", "bb22", "aa11", "--yes").code == 0
    assert kept(store) == ([], [], 0)


def test_what_the_list_shows_can_be_given(inside: Advise, home: Path) -> None:
    names = ("2c3e87cb88e05f5d", "2c3e87cb99e05f5d", "b616e53d3d28a027")
    file = write_evidence(
        [make_run(session=name, order=number) for number, name in enumerate(names)], home / "runs.jsonl"
    )
    assert inside("evidence", "import", file).code == 0
    shown = {line.split()[3] for line in inside("evidence", "list").out.splitlines()[1:]}
    assert shown == set(names), "their first characters do not tell them apart"
    (complaint,) = inside("evidence", "remove", "2c3e87cb", "--yes").complaints
    assert "several sessions begin with `2c3e87cb`" in complaint and names[0] in complaint and names[1] in complaint
    assert inside("evidence", "remove", names[0], "--yes").code == 0
    assert {line.split()[3] for line in inside("evidence", "list").out.splitlines()[1:]} == {"2c3e87cb", "b616e53d"}
    assert inside("evidence", "remove", "b616e53d", "--yes").code == 0
    assert [session["session"] for session in inside("evidence", "list", "--format", "json").json] == [names[1]]


def test_an_unknown_session_is_told_and_nothing_is_removed(inside: Advise, store: Path) -> None:
    result = inside("evidence", "remove", "aa12", "bb22", "--yes")
    assert (result.code, result.out) == (2, "")
    assert result.complaints == ["evidence remove: there is no session `aa12` — did you mean aa11? Legal: aa11, bb22"]
    assert len(kept(store)[0]) == 4


def test_without_a_store_there_is_nothing_to_remove(inside: Advise) -> None:
    (complaint,) = inside("evidence", "remove", "aa11", "--yes").complaints
    assert "there is no session `aa11`" in complaint and "no runs are stored" in complaint
    assert inside("evidence", "remove", "--damaged").out == "there is nothing to remove: no row is damaged\n"
    assert inside("evidence", "remove", "x", "--yes", "--store", "none.sqlite").code == 5


@pytest.mark.parametrize(("lang", "words"), [("en", "no row is damaged"), ("zh", "没有损坏的记录")])
def test_where_no_row_is_damaged_it_says_so(inside: Advise, store: Path, lang: str, words: str) -> None:
    result = inside("evidence", "remove", "--damaged", "--yes", "--lang", lang)
    assert result.code == 0 and words in result.out
    assert len(kept(store)[0]) == 4


def test_something_must_be_named(inside: Advise, store: Path) -> None:
    (complaint,) = inside("evidence", "remove").complaints
    assert "nothing is named" in complaint and "--damaged" in complaint


def test_without_a_terminal_it_asks_nobody_and_removes_nothing(inside: Advise, store: Path) -> None:
    damage(store, "{}")
    for form in (), ("--format", "json"):
        result = inside("evidence", "remove", "aa11", "--damaged", *form)
        assert result.code == 2 and "3 runs of 1 session and 1 damaged row" in result.err and "--yes" in result.err
    assert kept(store) == (["aa11"] * 3 + ["bb22"], ["aa11"], 1)


def test_as_json_it_says_what_was_removed(inside: Advise, store: Path) -> None:
    damage(store, "{}", "torn")
    document = inside("evidence", "remove", "bb22", "--damaged", "--yes", "--format", "json").json
    session = {"session": "bb22", "started": "2026-11-21T10:00:00Z", "probes": 1, "runs": 1}
    assert (document["removed"], document["sessions"]) == (True, [session])
    assert [row["place"] for row in document["damaged"]] == ["store row 5", "store row 6"]
    assert document["damaged"][1]["why"].startswith("not JSON")
    assert inside("evidence", "remove", "--damaged", "--yes", "--format", "json").json == {
        "schema_version": 1,
        "removed": False,
        "sessions": [],
        "damaged": [],
    }


def test_of_what_is_damaged_place_and_reason_are_told(inside: Advise, store: Path) -> None:
    damage(store, signed({"started": "2026-02-30T10:00:00+00:00"}), signed({"threads": -5}), *["{}"] * 30)
    day, threads, *_, more, removed = inside("evidence", "remove", "--damaged", "--yes").out.splitlines()
    assert day.startswith(
        "damaged: store row 5: started: '2026-02-30T10:00:00+00:00' is not allowed: not a moment in UTC"
    )
    assert threads == "damaged: store row 6: threads: -5 is not allowed: not a whole number from 0 to 100000"
    assert (more, removed) == ("and 12 more damaged rows", "removed: 32 damaged rows")


def test_damaged_rows_of_a_session_go_with_it(inside: Advise, store: Path) -> None:
    damage(store, "{}", "torn")
    assert inside("evidence", "remove", "old", "--yes").code == 0
    assert kept(store) == (["aa11"] * 3 + ["bb22"], ["aa11"], 0)


def test_a_plan_that_is_damaged_is_removed_too(inside: Advise, store: Path) -> None:
    connection = sqlite3.connect(store)
    connection.execute("UPDATE registrations SET line = replace(line, '9.0', '8.0')")
    connection.commit()
    connection.close()
    assert kept(store)[2] == 1
    assert inside("evidence", "remove", "--damaged", "--yes").code == 0
    assert kept(store) == (["aa11"] * 3 + ["bb22"], [], 0)


def test_a_session_with_an_odd_name_is_removed_by_what_is_shown_of_it(inside: Advise, home: Path) -> None:
    odd = "\x1b[31mred\u202e"
    assert inside("evidence", "import", write_evidence([make_run(session=odd)], home / "runs.jsonl")).code == 0
    (line,) = inside("evidence", "list").out.splitlines()[1:]
    assert inside("evidence", "remove", line.split()[3], "--yes").code == 0
    assert inside("evidence", "list", "--format", "json").json == []


def test_where_removing_fails_everything_is_still_there(
    inside: Advise, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "_is_sound", lambda _: False)
    result = inside("evidence", "remove", "aa11", "--yes")
    assert result.code == 5 and "nothing was removed" in result.err
    monkeypatch.undo()
    assert kept(store) == (["aa11"] * 3 + ["bb22"], ["aa11"], 0)


def test_an_index_that_has_forgotten_a_run_does_not_keep_it_from_being_removed(inside: Advise, home: Path) -> None:
    path = home / "s.sqlite"
    with Store(path, write=True) as opened:
        opened.add(make_session()[:30])
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = DELETE")
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'runs_by_probe'").fetchone()
    connection.close()
    content = bytearray(path.read_bytes())
    at = content.index(b"dev-effort2026", (root - 1) * 4096)
    content[at : at + 10] = b"dev-effxrt"
    path.write_bytes(content)
    assert len(kept(path)[0]) == 30
    assert inside("evidence", "remove", "s1", "--yes", "--store", path).code == 0
    assert kept(path) == ([], [], 0)
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_what_is_saved_from_a_store_that_cannot_be_mended_can_be_put_into_a_new_one(
    inside: Advise, store: Path, home: Path
) -> None:
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = 'CREATE TABLE x(' WHERE name = 'registrations'")
    connection.commit()
    connection.close()
    result = inside("evidence", "remove", "--damaged", "--yes")
    assert result.code == 5 and "advise evidence export FILE" in result.err and "move this file away" in result.err
    assert inside("evidence", "export", "saved.jsonl").code == 0
    store.rename(home / "broken.sqlite")
    assert inside("evidence", "import", "saved.jsonl").code == 0
    assert kept(store) == (["aa11"] * 3 + ["bb22"], [], 0)


def test_runs_that_are_written_meanwhile_are_not_lost(store: Path) -> None:
    """Two at once: one removes a session, one adds runs of another."""
    script = (
        "import sys; from pathlib import Path; from advisor.evidence.store import Store\n"
        "with Store(Path(sys.argv[1]), write=True) as store:\n    print(len(store.remove({'aa11'}).runs))\n"
    )
    with Store(store, write=True) as opened:
        opened.connection.execute("BEGIN IMMEDIATE")
        other = subprocess.Popen([sys.executable, "-c", script, str(store)], stdout=subprocess.PIPE, text=True)
        row = ("x" * 12, "cc33", "p", "c", "2026", 0, make_run(session="cc33").to_json())
        opened.connection.execute("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        opened.connection.execute("COMMIT")
    assert other.communicate(timeout=60)[0].strip() == "3"
    assert kept(store) == (["cc33", "bb22"], [], 0)


def test_the_written_lines_can_be_read_whatever_the_session_is_called(home: Path, inside: Advise) -> None:
    file = home / "runs.jsonl"
    write_records([make_run(session="\x00\u2028")], file)
    assert inside("evidence", "import", file).code == 0


@pytest.mark.parametrize(("key", "lang", "left"), [("y", "en", 1), ("n", "en", 4), ("y", "zh", 1), ("\x03", "en", 4)])
def test_on_a_terminal_it_says_what_it_removes_and_asks(
    store: Path, home: Path, environment: dict[str, str], key: str, lang: str, left: int
) -> None:
    pexpect = pytest.importorskip("pexpect", reason="needs a POSIX pseudo-terminal")
    command = ["-m", "advisor", "evidence", "remove", "aa11", "--lang", lang]
    own = environment | {"TERM": "xterm-256color"}
    child = pexpect.spawn(sys.executable, command, env=own, cwd=str(home), encoding="utf-8", timeout=60)
    try:
        child.expect("aa11.*3")
        while child.expect([r"\x1b\[6n", "Remove|确定"]) == 0:
            child.send("\x1b[1;1R")
        child.send(key)
        while child.expect([r"\x1b\[6n", pexpect.EOF]) == 0:
            child.send("\x1b[1;1R")
    finally:
        child.close()
    assert child.exitstatus == (130 if key == "\x03" else 0)
    assert len(kept(store)[0]) == left


# --- several kinds of machine -------------------------------------------------------------------------------------------


@pytest.fixture
def both(tmp_path: Path) -> Path:
    """Runs of the machine that `made_runs` describes, and of one with a GPU, mixed in one file."""
    on_gpu = {**MACHINE, "gpus": ["NVIDIA H100"], "gpu_memory_mb": [81559]}
    runs = [*make_session(), *make_session(machine=on_gpu, session="gpu", started="2026-11-20T11:00:00+00:00")]
    return write_evidence(runs[::-1], tmp_path / "both.jsonl")


def test_runs_of_two_kinds_of_machine_are_told_apart(inside: Advise, both: Path) -> None:
    question = ("--scale", "large", "--evidence", both, "--as-of", "2026-11-23")
    unclear = inside(*question)
    assert (unclear.code, unclear.out) == (2, "")
    assert "runs of 2 kinds of machine" in unclear.err and "--measured-on" in unclear.err
    assert "结果来自 2 类机器" in inside(*question, "--lang", "zh").err
    for chosen in (("--hardware", "nvidia-gpu"), ("--measured-on", "h100")):
        answer = inside(*question, *chosen, "--format", "json")
        assert answer.json["evidence"]["machine"]["gpus"] == ["NVIDIA H100"]
        assert "of other kinds of machine" in answer.err and "Test CPU" in answer.err
    assert inside("why", *question, "--measured-on", "no gpu").code == 0


def test_a_store_lists_the_kinds_it_has(inside: Advise, both: Path) -> None:
    inside("evidence", "import", both, "--store", "s.sqlite")
    rows = inside("evidence", "list", "--store", "s.sqlite", "--format", "json").json
    kinds = {row["kind"] for row in rows}
    assert len(kinds) == 2
    text = inside("evidence", "list", "--store", "s.sqlite").out
    assert "measured on" in text and all(f"{kind}: Test CPU, 2 cores, 16 GiB" in text for kind in kinds)
