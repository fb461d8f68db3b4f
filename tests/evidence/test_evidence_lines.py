"""Evidence files: written whole, read strictly, and every bad line named."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from made_runs import make_run, make_session, write_evidence

from advisor.errors import Exit, InputError, StoreError
from advisor.evidence.lines import read_records, read_runs, write_records
from advisor.files import write_whole
from probes.registration import Registration
from probes.run import content_id


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    runs = make_session()
    file = tmp_path / "runs.jsonl"
    assert write_records(runs, file) == len(runs)
    assert read_runs(file) == runs
    assert len(file.read_text().splitlines()) == len(runs)


def test_empty_lines_are_no_runs(tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    file.write_text(f"\n{make_run().to_json()}\n\n   \n")
    assert read_runs(file) == [make_run()]


GOOD = json.loads(make_run().to_json())


def signed(**fields: object) -> str:
    """A run with some fields changed, whatever they are changed to, and the id that belongs to it."""
    content = {**GOOD, **fields}
    return json.dumps(content | {"id": content_id(content)})


BAD_LINES = {
    "no JSON": "certainly not",
    "torn": make_run().to_json()[:-20],
    "a list": "[]",
    "nothing in it": "{}",
    "unknown field": json.dumps(GOOD | {"extra": 1}),
    "another outcome": json.dumps(GOOD | {"outcome": "great"}),
    "changed after it was hashed": json.dumps(GOOD | {"measures": {"statements": 1}}),
    "no id": json.dumps({key: value for key, value in GOOD.items() if key != "id"}),
    "not a number": make_run().to_json().replace('"seconds":1.0', '"seconds":NaN'),
    "infinite": make_run().to_json().replace('"seconds":1.0', '"seconds":1e999'),
    "another format": json.dumps(GOOD | {"format": 99}),
    "deep": "[" * 100_000,
    "a name with escapes": json.dumps(GOOD | {"candidate": "\x1b[31m"}),
    "a day that is none": signed(started="2026-02-30T10:00:00+00:00"),
    "no day at all": signed(started=""),
    "an outcome that is a list": signed(outcome=[]),
    "a time that is none": signed(probe="training-step", mode="default", block=1, measures={"step_ms": 0}),
    "a time no clock can tell": signed(probe="training-step", mode="default", block=1, measures={"step_ms": 5e-324}),
    "threads below zero": signed(threads=-5),
    "half of a core": signed(machine={"logical_cores": 0.5}),
    "a field left out": json.dumps({key: value for key, value in GOOD.items() if key != "threads"}),
    "a name that stands twice": make_run().to_json().replace('"threads":2', '"threads":2,"threads":2'),
    "another encoding": make_run().to_json().encode("utf-16").decode("latin-1"),
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_line_is_named_by_file_and_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "runs.jsonl"
    file.write_text(f"{make_run().to_json()}\n\n{line}\n{make_run().to_json()}\n")
    with pytest.raises(InputError) as caught:
        read_runs(file)
    (problem,) = caught.value.problems
    assert re.match(rf"{re.escape(str(file))}:3(:\d+)?$", problem.place)
    assert str(problem).isprintable() and len(str(problem)) < 600
    assert caught.value.exit_code == Exit.USAGE == 2


def test_bytes_that_are_no_text_are_a_bad_line(tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    file.write_bytes(make_run().to_json().encode() + b"\n\xff\xfe\x00garbage\n")
    with pytest.raises(InputError, match=r"runs\.jsonl:2"):
        read_runs(file)


def test_all_bad_lines_are_named_in_one_go(tmp_path: Path) -> None:
    file = tmp_path / "runs.jsonl"
    file.write_text("x\n" + make_run().to_json() + "\ny\n")
    with pytest.raises(InputError) as caught:
        read_runs(file)
    assert [re.search(r"jsonl:(\d+)", problem.place).group(1) for problem in caught.value.problems] == ["1", "3"]  # type: ignore[union-attr]


@pytest.mark.parametrize("started", ["yesterday", "2026-13-45T00:00:00", "10:00"])
def test_a_time_that_is_none_is_a_bad_line(tmp_path: Path, started: str) -> None:
    with pytest.raises(InputError, match=r"runs\.jsonl:1"):
        read_runs(write_evidence([make_run(started=started)], tmp_path / "runs.jsonl"))


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="cannot be read") as caught:
        read_runs(tmp_path / name)
    assert caught.value.exit_code == 5


def test_nothing_is_overwritten_unless_forced(tmp_path: Path) -> None:
    file = tmp_path / "answer.txt"
    write_whole(file, "first")
    with pytest.raises(StoreError, match=r"exists already.*--force"):
        write_whole(file, "second")
    assert file.read_text() == "first"
    write_whole(file, "second", force=True)
    assert file.read_text() == "second"
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_is_not_followed_even_when_forced(tmp_path: Path) -> None:
    target, link = tmp_path / "precious", tmp_path / "link"
    target.write_text("precious")
    link.symlink_to(target)
    with pytest.raises(StoreError):
        write_whole(link, "gone", force=True)
    assert target.read_text() == "precious"


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "answer.txt"
    write_whole(file, "first")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        write_whole(file, "second", force=True)
    assert file.read_text() == "first"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written") as caught:
        write_whole(tmp_path / "none" / "answer.txt", "text")
    assert caught.value.exit_code == 5


def test_text_that_is_no_unicode_is_written_all_the_same(tmp_path: Path) -> None:
    write_whole(tmp_path / "answer.txt", "half \ud800 a pair")
    assert (tmp_path / "answer.txt").read_text("utf-8").startswith("half ")


def test_what_was_registered_travels_with_the_runs(tmp_path: Path) -> None:
    plan = Registration(
        session="s1", candidates=("pytorch",), probes=("dev-effort",), depth="full", looks=(5, 8, 12, 15), budget=9.0,
        seed=1, started="2026-11-20T10:00:00+00:00",
    )  # fmt: skip
    file = tmp_path / "runs.jsonl"
    assert write_records(make_session(), file, registered=[plan]) == len(make_session())
    assert read_records(file) == (make_session(), {"s1": plan})
    assert read_runs(file) == make_session()
    file.write_text(plan.to_json().replace('"seed":1', '"seed":2') + "\n")
    with pytest.raises(InputError, match=r"runs\.jsonl:1"):
        read_records(file)
