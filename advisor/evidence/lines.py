"""Evidence files: runs and registrations as JSON lines, read strictly and written whole."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from pathlib import Path

from advisor.errors import InputError, Problem
from advisor.evidence.runs import NewestRuns
from advisor.files import read_named_lines, write_whole
from advisor.text import clean
from probes.boundary import MAX_RUN_BYTES, BadRun
from probes.records import read_record
from probes.registration import Registration
from probes.run import Run

MAX_FILE_BYTES = 512 * 1024 * 1024
MOST_GIVEN = 10_000
"""Of runs given as files an answer looks at so many, the newest: those of a team with twenty machines."""
MOST_NAMED = 20
"""Lines that are named in one go."""


def read_runs(path: Path) -> list[Run]:
    """Read the runs of a JSON-lines file; see `read_records`."""
    return read_records(path)[0]


def read_records(path: Path) -> tuple[list[Run], dict[str, Registration]]:
    """Read all runs of a JSON-lines file, and by session their registrations; see `iter_records`."""
    runs: list[Run] = []
    registered: dict[str, Registration] = {}
    for record in iter_records(path):
        if isinstance(record, Registration):
            registered.setdefault(record.session, record)
        else:
            runs.append(record)
    return runs, registered


def read_newest_records(
    paths: Iterable[Path], limit: int = MOST_GIVEN
) -> tuple[tuple[Run, ...], dict[str, Registration], int]:
    """Read the newest runs of several files, however many there are; see `iter_records`.

    Returns:
        The runs, oldest first; by session the registrations, of which a later file's replace an earlier one's; and how
        many older runs were left out.
    """
    newest, registered = NewestRuns(limit), dict[str, Registration]()
    for path in paths:
        plans: dict[str, Registration] = {}
        for record in iter_records(path):
            if isinstance(record, Registration):
                plans.setdefault(record.session, record)
            else:
                newest.add(record)
        registered |= plans
    return newest.runs(), registered, newest.left_out


def iter_records(path: Path) -> Iterator[Run | Registration]:
    """Yield the runs and registrations of a JSON-lines file, one at a time however many there are.

    Raises:
        InputError: a line is neither a run nor a registration; with file:line. It comes at the end of the file, or after
            the first twenty such lines.
        StoreError: the file cannot be read, or is larger than 512 MiB.
    """
    problems: list[Problem] = []
    for number, line in enumerate(read_named_lines(path, MAX_FILE_BYTES, MAX_RUN_BYTES), start=1):
        stripped = (line.removeprefix(BOM_UTF8) if number == 1 else line).strip()
        if not stripped:
            continue
        try:
            record = read_record(stripped)
        except BadRun as error:
            problem = f"this line is no run: {clean(str(error))}"
            problems.append(Problem(f"{path}:{number}:1", problem, "export it again"))
            if len(problems) == MOST_NAMED:
                break
            continue
        if not problems:
            yield record
    if problems:
        raise InputError(problems)


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
