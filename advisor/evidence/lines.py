"""Evidence files: runs and registrations as JSON lines, read strictly and written whole."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from advisor.errors import InputError, Problem
from advisor.files import read_named_file, write_whole
from advisor.text import clean
from probes.boundary import BadRun
from probes.records import read_record
from probes.registration import Registration
from probes.run import Run

MAX_FILE_BYTES = 512 * 1024 * 1024
MOST_NAMED = 20
"""Lines that are named in one go."""


def read_runs(path: Path) -> list[Run]:
    """Read the runs of a JSON-lines file; see `read_records`."""
    return read_records(path)[0]


def read_records(path: Path) -> tuple[list[Run], dict[str, Registration]]:
    """Read runs, and by session their registrations, from a JSON-lines file.

    Raises:
        InputError: a line is neither a run nor a registration; with file:line.
        StoreError: the file cannot be read.
    """
    runs: list[Run] = []
    registered: dict[str, Registration] = {}
    problems = []
    content = read_named_file(path, MAX_FILE_BYTES)
    if len(content) > MAX_FILE_BYTES:
        raise InputError([Problem(str(path), "larger than 512 MiB", "split it")])
    for number, line in enumerate(BytesIO(content.removeprefix(BOM_UTF8)), start=1):
        if not line.strip():
            continue
        try:
            record = read_record(line)
        except BadRun as error:
            problems.append(
                Problem(f"{path}:{number}:1", f"this line is no run: {clean(str(error))}", "export it again")
            )
            if len(problems) == MOST_NAMED:
                break
            continue
        if isinstance(record, Registration):
            registered.setdefault(record.session, record)
        else:
            runs.append(record)
    if problems:
        raise InputError(problems)
    return runs, registered


def write_records(
    runs: Iterable[Run], path: Path, *, registered: Iterable[Registration] = (), force: bool = False
) -> int:
    """Write registrations and runs as JSON lines, whole or not at all.

    Returns:
        How many runs were written.

    Raises:
        StoreError: the file exists (without `force`) or cannot be written.
    """
    lines = [run.to_json() + "\n" for run in runs]
    write_whole(path, "".join([*(registration.to_json() + "\n" for registration in registered), *lines]), force=force)
    return len(lines)
