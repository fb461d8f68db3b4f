"""Sound files put together as a pack: every record by its id, and a team's file written out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from advisor.errors import Problem
from advisor.knowledge import team as team_file
from advisor.knowledge.folder import KnowledgeFile
from advisor.knowledge.pack import Pack
from advisor.knowledge.pack_files import FOLDERS
from advisor.knowledge.team import Team, expand_team


def assemble_pack(folder: Path, files: Sequence[KnowledgeFile], digest: str) -> tuple[Pack, list[Problem]]:
    """Put the sound files of a folder together into a pack.

    Args:
        folder: where they were read.
        files: without problems; one that is not there counts as empty, but for `pack.yaml`.
        digest: of their contents.

    Returns:
        The pack, and the problems of ids that are used twice.
    """
    by_name = {file.name: file for file in files}
    lists = _Lists(by_name)
    shelves, paths, problems = _sort_by_folder(files)
    pack = Pack(
        header=by_name["pack.yaml"].record,
        digest=digest,
        layers={by_name["pack.yaml"].record.name: digest},
        questions=lists.by_id("questions.yaml", "questions"),
        impossible=lists.entries("questions.yaml", "impossible"),
        frameworks=lists.by_id("frameworks.yaml", "frameworks"),
        candidates=lists.by_id("frameworks.yaml", "candidates"),
        criteria=lists.by_id("criteria.yaml", "criteria"),
        sources=lists.by_id("sources.yaml", "sources"),
        needs=shelves["needs"],
        constraints=shelves["constraints"],
        claims=shelves["claims"],
        contradictions=lists.by_id("contradictions.yaml", "contradictions"),
        units=lists.by_id("facts.yaml", "units"),
        facts=lists.by_id("facts.yaml", "facts"),
        install_rules=lists.by_id("install.yaml", "packages"),
        targets=lists.by_id("install.yaml", "targets"),
        downloads=lists.by_id("downloads.yaml", "downloads"),
        files=paths,
        folders=(folder,),
    )
    if team_file.FILE in by_name:
        pack = _add_team(pack, by_name[team_file.FILE].record)
    return pack, [*lists.problems, *problems]


class _Lists:
    """The entries of the files that hold lists.

    Attributes:
        problems: ids used twice in a list that was asked for.
    """

    def __init__(self, files: dict[str, KnowledgeFile]) -> None:
        self._files = files
        self.problems: list[Problem] = []

    def entries(self, name: str, key: str) -> tuple[Any, ...]:
        """Return a list of a file; empty where there is no such file."""
        return getattr(self._files[name].record, key) if name in self._files else ()

    def by_id(self, name: str, key: str) -> dict[str, Any]:
        """Return a list of a file by the ids of its entries."""
        entries: dict[str, Any] = {}
        for at, entry in enumerate(self.entries(name, key)):
            if entry.id in entries:
                place = self._files[name].source.place((key, at, "id"))
                problem = f"the id `{entry.id}` is used twice"
                self.problems.append(Problem(place, problem, "ids are unique in a file"))
            entries.setdefault(entry.id, entry)
        return entries


def _sort_by_folder(files: Sequence[KnowledgeFile]) -> tuple[dict[str, dict[str, Any]], dict[str, str], list[Problem]]:
    """Return the records of each folder by id, the file of each id, and the problems of ids used twice."""
    shelves: dict[str, dict[str, Any]] = {folder: {} for folder in FOLDERS}
    paths: dict[str, str] = {}
    problems = []
    for file in files:
        folder, slash, _ = file.name.partition("/")
        if not slash:
            continue
        id = file.id
        if id in paths:
            problem = f"another file is also called {id}.yaml: {paths[id]}"
            problems.append(Problem(file.source.place(), problem, "ids are file names: rename one"))
        paths.setdefault(id, file.name)
        shelves[folder].setdefault(id, file.record)
    return shelves, paths, problems


def _add_team(pack: Pack, team: Team) -> Pack:
    """Add the records made from a team's file; of two with one id, the pack's own counts."""
    expanded = expand_team(team, pack.header.name, pack.header.reviewed)
    rules = (expanded.needs, expanded.constraints, expanded.claims)
    return replace(
        pack,
        criteria={**expanded.criteria, **pack.criteria},
        sources={**expanded.sources, **pack.sources},
        needs={**expanded.needs, **pack.needs},
        constraints={**expanded.constraints, **pack.constraints},
        claims={**expanded.claims, **pack.claims},
        files={**{id: team_file.FILE for shelf in rules for id in shelf}, **pack.files},
        defaults=team.answers,
    )
