"""Read one file of a repository as facts: code, notebooks, requirements, images, CI, other languages, models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from advisor.knowledge.signal import Region
from advisor.scan import model_files
from advisor.scan.facts import Fact, FactKind, Standing
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
    read_script,
)
from advisor.scan.walk import File, read_start, region_of

LARGEST = {".py": 2 << 20, ".ipynb": 20 << 20}
LARGEST_TEXT = 4 << 20


def is_of_interest(file: File) -> bool:
    """Return whether a file can tell something, by its name; code of others tells nothing."""
    tells = (
        file.suffix in (".py", ".ipynb")
        or file.suffix in model_files.SUFFIXES
        or file.name in ("keras.json", "model.json")
        or is_dockerfile(file)
        or is_ci_file(file)
        or has_lines(file)
        or reader_of(file) is not None
    )
    return tells and region_of(file.path) != "vendored"


class FileReader:
    """Reads files one by one and gathers their facts.

    Attributes:
        facts: what was seen.
        left_out: what was not read: the id of the sentence that says why, and the path.
    """

    def __init__(self, root: Path, patterns: Patterns) -> None:
        self.root, self.patterns = root, patterns
        self.region: Region = "core"
        self.facts: list[Fact] = []
        self.left_out: list[tuple[str, str]] = []

    def read_file(self, file: File) -> bool:
        """Take the facts of one file; return whether it was looked into."""
        self.region = region_of(file.path)
        is_model = file.suffix in model_files.SUFFIXES or file.name == "model.json"
        limit = model_files.START if is_model else LARGEST.get(file.suffix, LARGEST_TEXT)
        if file.size > limit and not is_model:
            self.left_out.append(("scan.unread-large", file.path))
            return False
        try:
            content = read_start(self.root, file, limit)
        except (OSError, ValueError):
            self.left_out.append(("scan.unread-denied", file.path))
            return False
        if is_model:
            self._take_model(file, content)
        elif file.suffix == ".py":
            self._take_code(file, content)
            if file.name == "setup.py":
                self._take_lines(file, content)
        elif file.suffix == ".ipynb":
            self._take_notebook(file, content)
        else:
            self._take_lines(file, content)
        return True

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
        self.facts.append(Fact(kind, value, file.path, line, count, self.region, standing, cell))

    def _take_code(self, file: File, content: bytes) -> None:
        if self.patterns.is_in_code(content):
            uses = uses_in(content, self.patterns)
            if not uses.parsed:
                self.left_out.append(("scan.unread-syntax", file.path))
            self._take_uses(file, uses)

    def _take_uses(self, file: File, uses: Uses, cell: int = 0) -> None:
        for use, count in uses.counts.items():
            self._add(file, use.kind, use.value, uses.lines[use], count, use.standing, cell)

    def _take_notebook(self, file: File, content: bytes) -> None:
        if not self.patterns.is_in_text(content):
            return
        module_of_name: dict[str, str] = {}  # what the cells above have imported
        for cell, code, installs in cells_of(content):
            self._take_uses(file, uses_in(code, self.patterns, module_of_name), cell)
            for at, line in installs:
                self._take(file, pip_installs(line, at), cell)

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
        elif file.suffix == ".sh":
            self._take(file, read_script(text, file.path))
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
