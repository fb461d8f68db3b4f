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
        files: the folder's files, all without problems; a missing file counts as empty, except `pack.yaml`, which must be there.
        digest: the digest of their contents.

    Returns:
        The pack, and a problem for each id that is used twice.
    """
    file_by_name = {file.name: file for file in files}
    list_files = _ListFiles(file_by_name)
    records_by_folder, file_by_id, problems = _sort_by_folder(files)
    pack = Pack(
        header=file_by_name["pack.yaml"].record,
        digest=digest,
        layers={file_by_name["pack.yaml"].record.name: digest},
        questions=list_files.by_id("questions.yaml", "questions"),
        impossible=list_files.entries("questions.yaml", "impossible"),
        frameworks=list_files.by_id("frameworks.yaml", "frameworks"),
        candidates=list_files.by_id("frameworks.yaml", "candidates"),
        criteria=list_files.by_id("criteria.yaml", "criteria"),
        sources=list_files.by_id("sources.yaml", "sources"),
        needs=records_by_folder["needs"],
        constraints=records_by_folder["constraints"],
        claims=records_by_folder["claims"],
        contradictions=list_files.by_id("contradictions.yaml", "contradictions"),
        units=list_files.by_id("facts.yaml", "units"),
        facts=list_files.by_id("facts.yaml", "facts"),
        install_rules=list_files.by_id("install.yaml", "packages"),
        targets=list_files.by_id("install.yaml", "targets"),
        downloads=list_files.by_id("downloads.yaml", "downloads"),
        packages=list_files.by_id("packages.yaml", "packages", key="key"),
        workloads=list_files.by_id("workloads.yaml", "workloads"),
        files=file_by_id,
        folders=(folder,),
    )
    if team_file.FILE in file_by_name:
        pack = _add_team(pack, file_by_name[team_file.FILE].record)
    return pack, [*list_files.problems, *problems]


class _ListFiles:
    """The files that hold lists of records, such as `questions.yaml`.

    Attributes:
        problems: a problem for each id used twice in a list that has been read with `by_id`.
    """

    def __init__(self, files: dict[str, KnowledgeFile]) -> None:
        self._files = files
        self.problems: list[Problem] = []

    def entries(self, name: str, key: str) -> tuple[Any, ...]:
        """Return the entries of the list under `key` in a file; empty where there is no such file."""
        return getattr(self._files[name].record, key) if name in self._files else ()

    def by_id(self, name: str, list_key: str, *, key: str = "id") -> dict[str, Any]:
        """Return the same entries by their ids, or by another attribute that tells them apart; of two alike, the first."""
        entries: dict[str, Any] = {}
        for at, entry in enumerate(self.entries(name, list_key)):
            id = getattr(entry, key)
            if id in entries:
                place = self._files[name].source.place((list_key, at, "id"))
                earlier = entries[id].id
                problem = (
                    f"the id `{entry.id}` is used twice"
                    if earlier == entry.id
                    else f"`{earlier}` and `{entry.id}` are one name"
                )
                self.problems.append(Problem(place, problem, "ids are unique in a file"))
            entries.setdefault(id, entry)
        return entries


def _sort_by_folder(files: Sequence[KnowledgeFile]) -> tuple[dict[str, dict[str, Any]], dict[str, str], list[Problem]]:
    """Return the records of each folder by id, the file of each id, and a problem for each id used twice."""
    records_by_folder: dict[str, dict[str, Any]] = {folder: {} for folder in FOLDERS}
    file_by_id: dict[str, str] = {}
    problems = []
    for file in files:
        folder, slash, _ = file.name.partition("/")
        if not slash:
            continue
        id = file.id
        if id in file_by_id:
            problem = f"another file is also called {id}.yaml: {file_by_id[id]}"
            problems.append(Problem(file.source.place(), problem, "ids are file names: rename one"))
        file_by_id.setdefault(id, file.name)
        records_by_folder[folder].setdefault(id, file.record)
    return records_by_folder, file_by_id, problems


def _add_team(pack: Pack, team: Team) -> Pack:
    """Add the records made from a team's file; where the pack has a record with the same id, that one is kept."""
    records = expand_team(team, pack.header.name, pack.header.reviewed)
    rules_of_team = (records.needs, records.constraints, records.claims)
    return replace(
        pack,
        criteria={**records.criteria, **pack.criteria},
        sources={**records.sources, **pack.sources},
        needs={**records.needs, **pack.needs},
        constraints={**records.constraints, **pack.constraints},
        claims={**records.claims, **pack.claims},
        files={**{id: team_file.FILE for rules_by_id in rules_of_team for id in rules_by_id}, **pack.files},
        defaults=team.answers,
    )
