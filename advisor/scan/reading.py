"""Read a repository: list it, look into the files that can tell something, and note what was left out."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from advisor.errors import Problem, StoreError
from advisor.scan.facts import Fact, Repository
from advisor.scan.file_reader import FileReader, is_of_interest
from advisor.scan.patterns import Patterns
from advisor.scan.walk import Deadline, File, Listing, list_files, region_of
from advisor.text import short

SECONDS = 120.0
"""How long a scan may take; what is left then is noted."""
BATCH = 250
"""Files that are read in one go; after each, progress is told."""
WORTH_TWO_PROCESSES = 5 << 20
"""Bytes of Python from which a second process reads along: starting it takes half a second."""

Progress = Callable[[int, int], None]
"""Called with how many files were looked at, of how many."""


class _Batch(Struct, frozen=True):
    """What was seen in some files, how many of them were looked into, and what was left out: why, and the path."""

    facts: Sequence[Fact]
    read: int
    left_out: Sequence[tuple[str, str]]


def read_repository(
    root: Path, patterns: Patterns, on_progress: Progress = lambda _done, _all: None, seconds: float = SECONDS
) -> Repository:
    """Read a repository; nothing of it is run or imported, and no link is followed.

    Args:
        root: its folder.
        patterns: what to look for.
        on_progress: told how far it is.
        seconds: how long it may take.

    Raises:
        StoreError: the folder cannot be listed.
    """
    deadline = Deadline(time.monotonic() + seconds)
    try:
        if not root.is_dir():
            raise NotADirectoryError
        listing = list_files(root, deadline)
    except (OSError, ValueError):
        problem = Problem(short(root, 100), "this folder cannot be read", "name the folder of the repository")
        raise StoreError([problem]) from None
    files = [file for file in listing.files if is_of_interest(file)]
    facts = [
        Fact("model-files", "core-ml", folder, 0, region=region_of(folder))
        for folder in listing.folders
        if folder.endswith((".mlpackage", ".mlmodelc"))
    ]
    looked_into = 0
    for number, batch in enumerate(_read_all(root, patterns, deadline, files)):
        facts += batch.facts
        looked_into += batch.read
        for why, path in batch.left_out:
            listing.leave_out(why, path)
        on_progress(min((number + 1) * BATCH, len(files)), len(files))
    own_modules = _own_modules(listing, facts)
    if _is_all_in_notebooks(listing):
        facts = [replace(fact, region="core") if fact.region in ("notebooks", "examples") else fact for fact in facts]
    return Repository(facts, len(listing.files), looked_into, listing.unread, own_modules)


def _read_all(root: Path, patterns: Patterns, deadline: Deadline, files: Sequence[File]) -> Iterator[_Batch]:
    """Yield what is in the files, batch by batch; where there is much code, two processes read."""
    batches = [files[at : at + BATCH] for at in range(0, len(files), BATCH)]
    read = partial(_read_batch, root, patterns, deadline)
    code = sum(file.size for file in files if file.suffix == ".py")
    if code < WORTH_TWO_PROCESSES or (os.cpu_count() or 1) < 2:
        yield from map(read, batches)
        return
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), _leave_interrupts_to_the_parent) as processes:
        yield from processes.map(read, batches)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _read_batch(root: Path, patterns: Patterns, deadline: Deadline, files: Sequence[File]) -> _Batch:
    """Read some files, as far as there is time."""
    reader = FileReader(root, patterns)
    read = 0
    for file in files:
        if deadline.has_passed:
            reader.left_out.append(("scan.unread-too-late", file.path))
        else:
            read += reader.read_file(file)
    return _Batch(reader.facts, read, reader.left_out)


def _own_modules(listing: Listing, facts: Sequence[Fact]) -> frozenset[str]:
    """Return the modules that a repository defines itself: an import of their name is of the project itself.

    They lie at its top or below `src`, or are called like the project.
    """
    names = {fact.value.replace("-", "_") for fact in facts if fact.kind == "project" and "/" not in fact.path}
    for file in listing.files:
        parts = file.path.removeprefix("src/").split("/")
        if len(parts) == 2 and parts[1] == "__init__.py":
            names.add(parts[0])
        elif len(parts) == 1 and parts[0].endswith(".py"):
            names.add(parts[0].removesuffix(".py"))
    return frozenset(names)


def _is_all_in_notebooks(listing: Listing) -> bool:
    """Return whether a repository has Python in notebooks or examples alone: these are its code then; `setup.py` is none."""
    regions = {
        region_of(file.path) for file in listing.files if file.suffix in (".py", ".ipynb") and file.path != "setup.py"
    }
    return "core" not in regions and not regions.isdisjoint(("notebooks", "examples"))
