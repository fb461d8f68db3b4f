"""The files of a folder of knowledge: found without following links, refused or read, each by itself."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from advisor.errors import InputError, Problem
from advisor.files import read_untrusted_file
from advisor.knowledge.pack_files import ID, Schema
from advisor.knowledge.yaml_source import MAX_BYTES, YamlSource, parse_yaml
from advisor.text import did_you_mean

MAX_FILES = 20_000
UNPARSED = YamlSource("", None)
"""The source of a file that was found sound before, and is not parsed again."""


class KnowledgeFile(Struct, frozen=True):
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
        """The id of its record: the file name without its suffix."""
        return Path(self.name).stem


class Folder(Struct, frozen=True):
    """A folder of knowledge.

    Attributes:
        label: what it is called in messages.
    """

    path: Path
    schema: Schema
    label: str

    def read_contents(self, inside: str = "") -> tuple[dict[str, bytes], list[Problem]]:
        """Return the contents of its files by name, and the problems of files that are refused.

        Args:
            inside: only what is in this folder of it.

        Raises:
            InputError: it has too many files, or one cannot be read.
        """
        contents, refused = {}, []
        for name, entry in sorted(self._find_entries(inside).items()):
            if problem := self._refusal(name, entry):
                refused.append(problem)
            else:
                contents[name] = _read_limited(entry)
        return contents, refused

    def parse_file(self, name: str, content: bytes) -> KnowledgeFile:
        """Parse and check one file."""
        from advisor.knowledge.validation import read_record  # contents found sound before need no validator

        record_type = self.schema.record_class(name)
        assert record_type is not None, f"{name} was to be refused"
        try:
            source = parse_yaml(content, f"{self.label}/{name}")
            return KnowledgeFile(name, read_record(record_type, source), source)
        except InputError as error:
            return KnowledgeFile(name, problems=error.problems)

    def parse_all_files(self, inside: str = "") -> tuple[list[KnowledgeFile], list[Problem]]:
        """Parse all its files; return them and the problems of files that are refused."""
        contents, refused = self.read_contents(inside)
        return [self.parse_file(name, content) for name, content in contents.items()], refused

    def _find_entries(self, inside: str) -> dict[str, os.DirEntry[str]]:
        """Return the YAML files, and whatever has the name of one, by path inside the folder; links are not followed."""
        entries: dict[str, os.DirEntry[str]] = {}
        folders_to_list = [inside]
        while folders_to_list:
            for name, entry in _list_folder(self.path, folders_to_list.pop()):
                if entry.is_dir(follow_symlinks=False) and name not in self.schema.files:
                    if not name.startswith(".") and name not in self.schema.apart:
                        folders_to_list.append(name)
                elif self._is_expected(name, entry):
                    entries[name] = entry
            if len(entries) > MAX_FILES:
                raise InputError([Problem(str(self.path), f"more than {MAX_FILES} files", "split the pack")])
        return entries

    def _is_expected(self, name: str, entry: os.DirEntry[str]) -> bool:
        """Return whether an entry is a file of the pack, or looks like one."""
        expected = name in self.schema.files or name in self.schema.folders
        return expected or entry.is_symlink() or entry.name.endswith((".yaml", ".yml"))

    def _refusal(self, name: str, entry: os.DirEntry[str]) -> Problem | None:
        """Return why a file is refused; None where it can be read."""
        place = f"{self.label}/{name}"
        if entry.is_symlink():
            return Problem(place, "this is a link", "packs hold plain files only")
        if not entry.is_file(follow_symlinks=False):
            return Problem(place, "this is no plain file", "packs hold plain files only")
        if self.schema.record_class(name) is None:
            legal_names = [*self.schema.files, *self.schema.folders]
            return Problem(place, "nothing reads this file", did_you_mean(name.partition("/")[0], legal_names))
        stem, _, suffix = entry.name.rpartition(".")
        if suffix != "yaml":
            return Problem(place, "nothing reads this file", "rules and claims end in .yaml")
        if name not in self.schema.files and not ID.match(stem):
            fix = "lower-case words joined by hyphens: need-phone.yaml"
            return Problem(place, "a file name is an id", fix)
        return None


def resolve_folders(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Return the absolute paths of folders, each once, however they were written.

    Raises:
        InputError: one is no folder.
    """
    fix = "name the folder that holds pack.yaml"
    if problems := [Problem(str(path), "this is not a folder", fix) for path in folders if not path.is_dir()]:
        raise InputError(problems)
    return tuple(dict.fromkeys(folder.resolve() for folder in folders))


def digest_of(contents: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of the names and contents of files."""
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(name.encode() + b"\0" + hashlib.sha256(contents[name]).digest())
    return digest.hexdigest()


def _list_folder(root: Path, inside: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the entries of a folder with their paths inside the root."""
    with os.scandir(root / inside) as entries:
        for entry in entries:
            yield f"{inside}/{entry.name}" if inside else entry.name, entry


def _read_limited(entry: os.DirEntry[str]) -> bytes:
    """Read a file; where it is too large, only a little more than the limit."""
    try:
        return read_untrusted_file(entry.path, MAX_BYTES)
    except OSError as error:
        raise InputError([Problem(entry.path, f"cannot be read: {error.strerror}", "check its permissions")]) from None
