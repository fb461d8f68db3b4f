"""Files that are not ours: a plain file or a pipe, read up to a limit; everything else is told to be no file."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from made_runs import make_run, make_session, write_evidence

from advisor import files
from advisor.ask import read_yaml
from advisor.errors import AdvisorError, InputError, StoreError
from advisor.evidence.lines import read_runs
from advisor.evidence.store import Store
from advisor.files import read_untrusted_file
from advisor.knowledge.loading import is_overlay_folder, load_known_pack
from advisor.onboarding.lock import read_lock
from advisor.onboarding.manifest import recorded_digests
from probes.fingerprint import code_hash

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices")


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PIPE_SECONDS", 0.2)


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    """A pipe that nobody writes to, under every name a reader looks for."""
    for name in ("pack.yaml", "files.sha256", "on_pytorch.py"):
        os.mkfifo(tmp_path / name)
    return tmp_path / "pack.yaml"


READERS: dict[str, Callable[[Path], object]] = {
    "evidence": read_runs,
    "answers": read_yaml,
    "a lock": read_lock,
    "a store": lambda path: Store(path).read(),
    "a store to write": lambda path: Store(path, write=True),
}


@pytest.mark.parametrize("reader", READERS)
def test_a_pipe_nobody_writes_to_keeps_nobody_waiting(silent: Path, reader: str) -> None:
    begin = time.monotonic()
    with pytest.raises(StoreError):
        READERS[reader](silent)
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize("place", ["/dev/zero", "/dev/urandom", "."])
@pytest.mark.parametrize("reader", READERS)
def test_what_never_ends_or_is_no_file_is_refused(reader: str, place: str) -> None:
    with pytest.raises(StoreError) as caught:
        READERS[reader](Path(place))
    assert "no file" in str(caught.value) or "cannot open" in str(caught.value)


def test_folders_with_pipes_in_them_are_passed_over_or_refused(silent: Path) -> None:
    assert not is_overlay_folder(silent.parent)
    with pytest.raises(InputError, match="no plain file"):
        load_known_pack((silent.parent,))
    assert recorded_digests(silent.parent) == {}
    assert len(code_hash(silent.parent)) == 16


def test_a_pack_that_leads_to_a_device_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").symlink_to("/dev/zero")
    assert not is_overlay_folder(tmp_path)
    with pytest.raises(InputError, match="this is a link"):
        load_known_pack((tmp_path,))


def test_what_comes_through_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    file, pipe = write_evidence(make_session(), tmp_path / "runs.jsonl"), tmp_path / "pipe"
    os.mkfifo(pipe)

    def slowly() -> None:
        with pipe.open("wb") as end:
            for line in file.read_bytes().splitlines(keepends=True):
                end.write(line)
                end.flush()

    writer = threading.Thread(target=slowly)
    writer.start()
    try:
        assert read_runs(pipe) == make_session()
    finally:
        writer.join()


def test_no_more_than_the_limit_is_taken_from_a_pipe() -> None:
    with subprocess.Popen(["yes"], stdout=subprocess.PIPE) as endless:
        assert endless.stdout is not None
        assert len(read_untrusted_file(f"/dev/fd/{endless.stdout.fileno()}", 100_000)) == 100_001
        endless.kill()


@pytest.mark.parametrize(("size", "read"), [(0, 0), (99, 99), (100, 100), (101, 101), (5000, 101)])
def test_of_a_file_one_byte_more_than_the_limit_is_read(tmp_path: Path, size: int, read: int) -> None:
    (tmp_path / "file").write_bytes(b"x" * size)
    assert len(read_untrusted_file(tmp_path / "file", 100)) == read


def test_nothing_is_as_good_as_an_empty_file(tmp_path: Path) -> None:
    assert read_runs(Path(os.devnull)) == []


def test_a_file_is_read_through_a_link_and_with_the_mark_of_another_editor(tmp_path: Path) -> None:
    (tmp_path / "runs.jsonl").write_bytes(b"\xef\xbb\xbf" + make_run().to_json().encode() + b"\r\n")
    (tmp_path / "link").symlink_to(tmp_path / "runs.jsonl")
    assert read_runs(tmp_path / "link") == [make_run()]


def test_a_name_that_can_be_none_is_no_traceback() -> None:
    with pytest.raises(AdvisorError, match="cannot be read"):
        read_runs(Path("a\0b"))
