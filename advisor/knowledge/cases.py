"""Read the cases of a pack: only where a pack is checked, never for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from advisor.errors import Problem
from advisor.knowledge.case import ProjectCase
from advisor.knowledge.folder import Folder
from advisor.knowledge.names import find_name_problems
from advisor.knowledge.pack import Pack
from advisor.knowledge.pack_files import Schema
from advisor.knowledge.yaml_source import YamlSource

FOLDER = "cases"
SCHEMA = Schema(files={}, folders={FOLDER: ProjectCase})


class Cases(Struct, frozen=True):
    """The cases of a folder by id, the files they were read from by name, and what is wrong with the others."""

    cases: Mapping[str, ProjectCase]
    sources: Mapping[str, YamlSource]
    problems: tuple[Problem, ...]


def read_cases(folder: Path, pack: Pack) -> Cases:
    """Read the `cases/` of a pack's folder.

    Args:
        folder: the pack's root.
        pack: what its answers, frameworks and candidates are named after.
    """
    if not (folder / FOLDER).is_dir() or (folder / FOLDER).is_symlink():
        return Cases({}, {}, ())  # a link has been refused with the pack itself
    files, problems = Folder(folder, SCHEMA, folder.name).parse_all_files(FOLDER)
    sources = {file.name: file.source for file in files if not file.problems}
    problems += [problem for file in files for problem in file.problems] + find_name_problems(pack, sources, ())
    wrong = {problem.place.split(":")[0] for problem in problems}
    sound = [file for file in files if f"{folder.name}/{file.name}" not in wrong]
    return Cases({file.id: file.record for file in sound}, sources, tuple(problems))
