"""Where everything a pack knows is written: file, line and column by kind and id."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from advisor.knowledge import team
from advisor.knowledge.yaml_source import KeyPath, YamlSource

LISTED = {
    "questions.yaml": {"questions": "question", "impossible": "impossible"},
    "frameworks.yaml": {"frameworks": "framework", "candidates": "candidate"},
    "criteria.yaml": {"criteria": "criterion"},
    "sources.yaml": {"sources": "source"},
    "contradictions.yaml": {"contradictions": "contradiction"},
    "facts.yaml": {"units": "unit", "facts": "fact"},
    "install.yaml": {"packages": "install rule", "targets": "target"},
    "downloads.yaml": {"downloads": "download"},
    "packages.yaml": {"packages": "package"},
    "workloads.yaml": {"workloads": "workload"},
}
"""The files that hold lists, and what their entries are. An entry without an id is known by its number."""
FOLDERS = {"needs": "need", "constraints": "constraint", "claims": "claim", "cases": "case"}
"""The folders with one entry per file, whose name is its id."""


class Entry(NamedTuple):
    """One record of a pack, and where it is written."""

    kind: str
    id: str
    source: YamlSource
    path: KeyPath

    @property
    def raw(self) -> Any:
        """Its values as parsed from YAML."""
        value = self.source.value
        for key in self.path:
            value = value[key]
        return value

    def place(self, *path: str | int, key: bool = False) -> str:
        """Return `file:line:column` of a value or key inside it."""
        return self.source.place((*self.path, *path), key=key)


class Places:
    """The entries of one or more folders; an entry that is added later replaces an earlier one of the same kind and id."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], Entry] = {}
        self.replaced: list[tuple[Entry, Entry]] = []
        """Pairs of an entry and the earlier entry it replaced."""

    def add_file(self, name: str, source: YamlSource, pack: str) -> None:
        """Add the entries of one sound file.

        Args:
            name: the file inside its folder, such as `claims/keras/k-easy.yaml`.
            source: its values and where they stand.
            pack: the name of the pack it belongs to.
        """
        for entry in _entries_of_file(name, source, pack):
            if (earlier := self._entries.get((entry.kind, entry.id))) is not None:
                self.replaced.append((entry, earlier))
            self._entries[entry.kind, entry.id] = entry

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def entry(self, kind: str, id: str) -> Entry:
        """Return the entry of one record.

        Raises:
            KeyError: there is no such record.
        """
        return self._entries[kind, id]

    def place(self, kind: str, id: str, *path: str | int, key: bool = False) -> str:
        """Return `file:line:column` of one record, or of something inside it."""
        return self.entry(kind, id).place(*path, key=key)


def _entries_of_file(name: str, source: YamlSource, pack: str) -> Iterator[Entry]:
    """Yield the entries of one file, each with its place."""
    top = name.split("/", 1)[0]
    if top in FOLDERS:
        yield Entry(FOLDERS[top], Path(name).stem, source, ())
    elif name == "pack.yaml":
        yield Entry("pack", pack, source, ())
    elif name == team.FILE:
        yield from _entries_of_team(source, pack)
    for key, kind in LISTED.get(name, {}).items():
        for index, entry in enumerate(source.value.get(key, [])):
            id = " ".join(sorted(entry["install"])) if kind == "download" else entry.get("id", f"{source.name}#{index}")
            yield Entry(kind, str(id), source, (key, index))


def _entries_of_team(source: YamlSource, pack: str) -> Iterator[Entry]:
    """Yield the entries made from a team's file, each at the line it is made from (see `team.expand_team`)."""
    yield Entry("team", pack, source, ())
    yield Entry("source", f"{pack}-team", source, ("team",))
    for key, word, kinds in (("banned", "bans", ("constraint",)), ("preferred", "prefers", ("claim", "need"))):
        stacks = source.value.get(key, [])
        for index, id in enumerate(team.ids_of_stacks(pack, word, [entry["stack"] for entry in stacks])):
            for kind in kinds:
                yield Entry(kind, f"{id}-need" if kind == "need" else id, source, (key, index))
    if "preferred" in source.value:
        yield Entry("criterion", f"{pack}-preference", source, ("preferred",))
