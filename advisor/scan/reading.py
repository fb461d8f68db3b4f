"""Read a repository: list it, look into the files that can tell something, and note what was left out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from advisor.errors import Problem, StoreError
from advisor.scan import model_files
from advisor.scan.facts import Fact, FactKind, Repository, Standing
from advisor.scan.notebooks import cells_of
from advisor.scan.patterns import Patterns
from advisor.scan.python_code import Uses, uses_in
from advisor.scan.requirement_files import Line, reader_of
from advisor.scan.text_files import (
    has_lines,
    is_ci_file,
    is_dockerfile,
    pip_installs,
    read_ci,
    read_dockerfile,
    read_lines,
)
from advisor.scan.walk import Deadline, File, Listing, list_files, read_start, region_of
from advisor.text import short

SECONDS = 60.0
"""How long a scan may take; what is left then is noted."""
LARGEST_CODE = 2 << 20
LARGEST_NOTEBOOK = 20 << 20
LARGEST_TEXT = 4 << 20
STEP = 500
"""After how many files progress is told."""

Progress = Callable[[int, int], None]
"""Called with how many files were looked at, of how many."""


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
    reader = _Reader(root, patterns, listing)
    looked_into = 0
    for number, file in enumerate(listing.files):
        if number % STEP == 0:
            on_progress(number, len(listing.files))
        if not reader.is_of_interest(file):
            continue
        if deadline.has_passed:
            listing.leave_out("scan.unread-too-late", file.path)
            continue
        looked_into += reader.read_file(file)
    reader.add_packages_of_core_ml()
    on_progress(len(listing.files), len(listing.files))
    return Repository(
        tuple(reader.facts),
        len(listing.files),
        looked_into,
        listing.unread,
        reader.own_modules(),
        _is_all_in_notebooks(listing),
    )


class _Reader:
    """Reads files one by one and gathers their facts."""

    def __init__(self, root: Path, patterns: Patterns, listing: Listing) -> None:
        self.root, self.patterns, self.listing = root, patterns, listing
        self.facts: list[Fact] = []

    def own_modules(self) -> frozenset[str]:
        """Return the modules that the repository defines itself: an import of their name is of the project itself."""
        named = {fact.value.replace("-", "_") for fact in self.facts if fact.kind == "project" and "/" not in fact.path}
        return _own_modules(self.listing) | named

    def is_of_interest(self, file: File) -> bool:
        """Return whether a file can tell something, by its name."""
        return (
            file.suffix in (".py", ".pyi", ".ipynb")
            or file.suffix in model_files.SUFFIXES
            or file.name in ("keras.json", "model.json", ".env")
            or is_dockerfile(file)
            or is_ci_file(file)
            or has_lines(file)
            or reader_of(file) is not None
        )

    def read_file(self, file: File) -> bool:
        """Take the facts of one file; return whether it was looked into."""
        is_model = file.suffix in model_files.SUFFIXES or file.name == "model.json"
        limit = (
            model_files.START
            if is_model
            else LARGEST_NOTEBOOK
            if file.suffix == ".ipynb"
            else LARGEST_CODE
            if file.suffix == ".py"
            else LARGEST_TEXT
        )
        if file.size > limit and not is_model:
            self.listing.leave_out("scan.unread-large", file.path)
            return False
        try:
            content = read_start(self.root, file, limit)
        except (OSError, ValueError):
            self.listing.leave_out("scan.unread-denied", file.path)
            return False
        if is_model:
            self._take_model(file, content)
        elif file.suffix == ".py" or file.name == "noxfile.py":
            self._take_code(file, content)
            if file.name == "setup.py":
                self._take_lines(file, content)
        elif file.suffix == ".ipynb":
            self._take_notebook(file, content)
        else:
            self._take_lines(file, content)
        return True

    def add_packages_of_core_ml(self) -> None:
        """Take the folders that are a model of Core ML."""
        for folder in self.listing.folders:
            if folder.endswith((".mlpackage", ".mlmodelc")):
                self._add(File(folder, 0), "model-files", "core-ml", 0)

    def _add(
        self,
        file: File,
        kind: FactKind,
        value: str,
        line: int,
        count: int = 1,
        standing: Standing = "plain",
        cell: int = 0,
    ) -> None:
        self.facts.append(Fact(kind, value, file.path, line, count, region_of(file.path), standing, cell))

    def _take_code(self, file: File, content: bytes) -> None:
        if self.patterns.names_in_source.search(content):
            uses = uses_in(content, self.patterns)
            if not uses.parsed:
                self.listing.leave_out("scan.unread-syntax", file.path)
            self._take_uses(file, uses)

    def _take_uses(self, file: File, uses: Uses, cell: int = 0) -> None:
        for use, count in uses.counts.items():
            self._add(file, use.kind, use.value, uses.lines[use], count, use.standing, cell)

    def _take_notebook(self, file: File, content: bytes) -> None:
        if not self.patterns.names_in_source.search(content):
            return
        known_imports: list[str] = []
        for cell, code, installs in cells_of(content):
            head = "\n".join(known_imports)  # names imported by earlier cells, before the first line of this one
            uses = uses_in(f"{head}\n{code}" if head else code, self.patterns)
            shift = len(known_imports)
            kept = Uses()
            for use, count in uses.counts.items():
                if uses.lines[use] > shift:
                    kept.counts[use], kept.lines[use] = count, uses.lines[use] - shift
            self._take_uses(file, kept, cell)
            for at, line in installs:
                self._take(file, pip_installs(line, at), cell)
            known_imports += [
                line
                for line in code.splitlines()
                if line.startswith(("import ", "from ")) and "(" not in line and not line.rstrip().endswith("\\")
            ]

    def _take_model(self, file: File, content: bytes) -> None:
        if file.name == "model.json":
            kind = "tensorflow-js" if model_files.is_tensorflow_js(content) else None
        else:
            kind = model_files.kind_of_model(file.name, content)
        if kind is not None:
            self._add(file, "model-files", kind, 0)

    def _take_lines(self, file: File, content: bytes) -> None:
        text = _decoded(content)
        if read := reader_of(file):
            self._take(file, read(text, file.path))
        if is_dockerfile(file):
            self._take(file, read_dockerfile(text, self.patterns))
        elif is_ci_file(file):
            self._take(file, read_ci(text, self.patterns))
        elif file.name == "keras.json":
            self._take(file, _keras_settings(text))
        if has_lines(file) or is_ci_file(file) or is_dockerfile(file):
            self._take(file, read_lines(text, self.patterns))

    def _take(self, file: File, lines: Iterable[Line], cell: int = 0) -> None:
        for line in lines:
            self._add(file, line.kind, line.value, line.line, 1, line.standing, cell)


def _keras_settings(text: str) -> Iterator[Line]:
    """Yield the backend that a `keras.json` sets."""
    for number, line in enumerate(text.splitlines(), start=1):
        _, _, backend = line.partition('"backend"')
        if backend and (words := backend.split('"')) and len(words) > 1:
            yield Line("settings", f"KERAS_BACKEND={words[1]}", number)


def _decoded(content: bytes) -> str:
    """Return the text of a file in whatever encoding it is: UTF-16 by its mark, else UTF-8 with faults replaced."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return content.decode(encoding, "replace")


def _own_modules(listing: Listing) -> frozenset[str]:
    """Return the modules at the top of a repository, or below `src`: an import of their name is of the project itself."""
    names = set()
    for file in listing.files:
        parts = file.path.removeprefix("src/").split("/")
        if len(parts) == 2 and parts[1] == "__init__.py":
            names.add(parts[0])
        elif len(parts) == 1 and parts[0].endswith(".py"):
            names.add(parts[0].removesuffix(".py"))
    return frozenset(names)


def _is_all_in_notebooks(listing: Listing) -> bool:
    """Return whether a repository has Python in notebooks or examples alone; `setup.py` is no code of a project."""
    regions = {
        region_of(file.path) for file in listing.files if file.suffix in (".py", ".ipynb") and file.path != "setup.py"
    }
    return "core" not in regions and not regions.isdisjoint(("notebooks", "examples"))
