"""The files of a folder of knowledge: found without following links, refused or read, each by itself."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advisor.errors import InputError, Problem
from advisor.files import read_foreign
from advisor.knowledge.pack_files import ID, Schema
from advisor.knowledge.yaml_source import MAX_BYTES, YamlSource, parse_yaml
from advisor.text import did_you_mean

MAX_FILES = 20_000
UNPARSED = YamlSource("", None)
"""The source of a file that was found sound before, and is not parsed again."""


@dataclass(frozen=True)
class KnowledgeFile:
    """One file: its record, or what is wrong with it.

    Attributes:
        name: its path inside the folder, `claims/keras/k-easy.yaml`.
    """

    name: str
    record: Any = None
    source: YamlSource = UNPARSED
    problems: tuple[Problem, ...] = ()

    @property
    def id(self) -> str:
        """The id of its record: the name of the file."""
        return Path(self.name).stem


@dataclass(frozen=True)
class Folder:
    """A folder of knowledge.

    Attributes:
        label: what it is called in messages.
    """

    path: Path
    schema: Schema
    label: str

    def contents(self, inside: str = "") -> tuple[dict[str, bytes], list[Problem]]:
        """Return the contents of its files by name, and what keeps others from being read.

        Args:
            inside: only what is in this folder of it.

        Raises:
            InputError: it has too many files, or one cannot be read.
        """
        contents, refused = {}, []
        for name, entry in sorted(self._entries(inside).items()):
            if problem := self._refused(name, entry):
                refused.append(problem)
            else:
                contents[name] = _bytes_of(entry)
        return contents, refused

    def read(self, name: str, content: bytes) -> KnowledgeFile:
        """Parse and check one file."""
        from advisor.knowledge.validation import read_record  # contents found sound before need no validator

        record = self.schema.record_of(name)
        assert record is not None, f"{name} was to be refused"
        try:
            source = parse_yaml(content, f"{self.label}/{name}")
            return KnowledgeFile(name, read_record(record, source), source)
        except InputError as error:
            return KnowledgeFile(name, problems=error.problems)

    def read_all(self, inside: str = "") -> tuple[list[KnowledgeFile], list[Problem]]:
        """Read all its files; return them and what keeps others from being read (see `contents`)."""
        contents, refused = self.contents(inside)
        return [self.read(name, content) for name, content in contents.items()], refused

    def _entries(self, inside: str) -> dict[str, os.DirEntry[str]]:
        """Return every YAML file, and whatever stands where one should, by path inside; no link is followed."""
        entries: dict[str, os.DirEntry[str]] = {}
        waiting = [inside]
        while waiting:
            for name, entry in _listed(self.path, waiting.pop()):
                if entry.is_dir(follow_symlinks=False) and name not in self.schema.files:
                    if not name.startswith(".") and name not in self.schema.apart:
                        waiting.append(name)
                elif self._concerns(name, entry):
                    entries[name] = entry
            if len(entries) > MAX_FILES:
                raise InputError([Problem(str(self.path), f"more than {MAX_FILES} files", "split the pack")])
        return entries

    def _concerns(self, name: str, entry: os.DirEntry[str]) -> bool:
        expected = name in self.schema.files or name in self.schema.folders
        return expected or entry.is_symlink() or entry.name.endswith((".yaml", ".yml"))

    def _refused(self, name: str, entry: os.DirEntry[str]) -> Problem | None:
        """Return why a file is not to be read; None where it is."""
        place = f"{self.label}/{name}"
        if entry.is_symlink():
            return Problem(place, "this is a link", "packs hold plain files only")
        if not entry.is_file(follow_symlinks=False):
            return Problem(place, "this is no plain file", "packs hold plain files only")
        if self.schema.record_of(name) is None:
            legal = [*self.schema.files, *self.schema.folders]
            return Problem(place, "nothing reads this file", did_you_mean(name.partition("/")[0], legal))
        stem, _, suffix = entry.name.rpartition(".")
        if suffix != "yaml":
            return Problem(place, "nothing reads this file", "rules and claims end in .yaml")
        if name not in self.schema.files and not ID.match(stem):
            fix = "lower-case words joined by hyphens: need-phone.yaml"
            return Problem(place, "a file name is an id", fix)
        return None


def located(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Return folders, each once and under its one name, whether they were spelt relative, with dots or as links.

    Raises:
        InputError: one is no folder.
    """
    fix = "name the folder that holds pack.yaml"
    if problems := [Problem(str(path), "this is not a folder", fix) for path in folders if not path.is_dir()]:
        raise InputError(problems)
    return tuple(dict.fromkeys(folder.resolve() for folder in folders))


def digest_of(contents: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over the names and contents of files."""
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(name.encode() + b"\0" + hashlib.sha256(contents[name]).digest())
    return digest.hexdigest()


def _listed(root: Path, inside: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(root / inside) as entries:
        for entry in entries:
            yield f"{inside}/{entry.name}" if inside else entry.name, entry


def _bytes_of(entry: os.DirEntry[str]) -> bytes:
    """Return the content of a file, or a little more than is allowed of one that is too large."""
    try:
        return read_foreign(entry.path, MAX_BYTES)
    except OSError as error:
        raise InputError([Problem(entry.path, f"cannot be read: {error.strerror}", "check its permissions")]) from None
