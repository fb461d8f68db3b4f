"""The files of a repository: listed without following a link, up to bounds of number, depth and time."""

from __future__ import annotations

import os
import stat
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, field

from advisor.knowledge.signal import Region
from advisor.scan.facts import Unread

MOST_FILES = 1_500_000
DEEPEST = 60
PASSED_OVER = frozenset(
    [
        ".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache",
        ".ipynb_checkpoints", ".eggs", ".idea", "node_modules", "site-packages",
    ]
)  # fmt: skip
"""Folders that hold nothing the team wrote."""
REGIONS: dict[str, Region] = {
    **dict.fromkeys(["vendor", "vendored", "_vendor", "third_party", "third-party", "thirdparty", "3rdparty", "extern", "external", "externals", "submodules"], "vendored"),
    **dict.fromkeys(["test", "tests", "testing", "unittests", "integration_tests", "fixtures"], "tests"),
    **dict.fromkeys(["doc", "docs", "documentation", "website"], "docs"),
    **dict.fromkeys(["example", "examples", "demo", "demos", "sample", "samples", "tutorial", "tutorials", "benchmark", "benchmarks"], "examples"),
    **dict.fromkeys(["notebook", "notebooks"], "notebooks"),
}  # fmt: skip
"""Folder → the part of the repository that everything below it belongs to; the outermost such folder counts."""
TESTING = frozenset(["test", "tests", "conftest"])
"""Words in the name of a file that tests, or helps to."""
CONVERSION = frozenset(["convert", "converter", "conversion", "export", "exporter", "port", "migrate", "migration"])
"""Words in the name of a file that takes weights or models from one framework to another."""


class File(Struct, frozen=True):
    """One plain file of a repository.

    Attributes:
        path: from its root, with `/`.
        size: in bytes.
    """

    path: str
    size: int

    @property
    def name(self) -> str:
        """Its name without folders, in lower case."""
        return self.path.rpartition("/")[2].lower()

    @property
    def suffix(self) -> str:
        """Its last suffix in lower case, `.py`; empty without one."""
        _, dot, suffix = self.name.rpartition(".")
        return f".{suffix}" if dot else ""


class Deadline(Struct, frozen=True):
    """Until when a scan may take (seconds of the monotonic clock)."""

    at: float

    @property
    def has_passed(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self.at


class Listing(Struct):
    """The files of a repository in order of their paths, and what was passed over: the reason, the first path, the number."""

    files: list[File] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    first_unread: dict[str, str] = field(default_factory=dict)
    unread_counts: Counter[str] = field(default_factory=Counter)

    def leave_out(self, why: str, path: str) -> None:
        """Note that something was not read."""
        self.first_unread.setdefault(why, path)
        self.unread_counts[why] += 1

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What was not read."""
        return tuple(Unread(why, path, self.unread_counts[why]) for why, path in self.first_unread.items())


def list_files(root: Path, deadline: Deadline) -> Listing:
    """List the plain files below a folder.

    Links are not followed, folders of tools (`.git`, `node_modules`, a virtual environment) are passed over; what is no plain file,
    lies too deep or comes after the bounds of number and time is noted.

    Raises:
        OSError: the root itself cannot be listed.
    """
    listing = Listing()
    folders_to_list = [("", 0)]
    while folders_to_list:
        inside, depth = folders_to_list.pop()
        try:
            with os.scandir(root / inside) as scanned:
                entries = sorted(scanned, key=lambda entry: entry.name)
        except OSError:
            if not inside:
                raise
            listing.leave_out("scan.unread-denied", inside)
            continue
        if any(entry.name == "pyvenv.cfg" for entry in entries) and inside:
            continue  # a virtual environment by another name
        below: list[tuple[str, int]] = []
        for entry in entries:
            path = f"{inside}/{entry.name}" if inside else entry.name
            if len(listing.files) >= MOST_FILES or deadline.has_passed:
                listing.leave_out("scan.unread-too-many", path)
                return listing
            below += _take_entry(entry, path, depth, listing)
        listing.folders += [folder for folder, _ in below]
        folders_to_list += reversed(below)
    return listing


def _take_entry(entry: os.DirEntry[str], path: str, depth: int, listing: Listing) -> Iterator[tuple[str, int]]:
    """Put one entry of a folder on the list, or note why not; yield it with its depth where it is a folder to be listed."""
    try:
        if entry.is_symlink():
            listing.leave_out("scan.unread-link", path)
        elif entry.is_dir(follow_symlinks=False):
            if entry.name in PASSED_OVER or entry.name.endswith(".egg-info"):
                return
            if depth >= DEEPEST:
                listing.leave_out("scan.unread-deep", path)
            else:
                yield path, depth + 1
        elif entry.is_file(follow_symlinks=False):
            listing.files.append(File(path, entry.stat(follow_symlinks=False).st_size))
        else:
            listing.leave_out("scan.unread-special", path)
    except OSError:
        listing.leave_out("scan.unread-denied", path)


def region_of(path: str) -> Region:
    """Return the part of a repository that a file belongs to, by the names of its folders and its own."""
    *folders, name = path.lower().split("/")
    for folder in folders:
        if folder in REGIONS:
            return REGIONS[folder]
    stem, _, suffix = name.rpartition(".")
    if suffix == "ipynb":
        return "notebooks"
    words = set(stem.replace("-", "_").split("_")) if suffix == "py" else frozenset[str]()
    if words & TESTING:
        return "tests"
    if words & CONVERSION:
        return "conversion"
    if name == "hubconf.py":
        return "examples"  # how others load what is published here
    return "core"


def read_start(root: Path, file: File, limit: int) -> bytes:
    """Return up to `limit` bytes from the start of a file; never through a link.

    Raises:
        OSError: it cannot be read, or is no plain file (any more).
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(root / file.path, flags)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("this is no plain file")
        return os.read(handle, limit)
    finally:
        os.close(handle)
