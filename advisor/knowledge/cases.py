"""Read the cases of a pack: only where a pack is checked, never for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from advisor.errors import Problem
from advisor.knowledge.case import ProjectCase
from advisor.knowledge.names import name_problems
from advisor.knowledge.pack import Pack, contents_of, load_file
from advisor.knowledge.yaml_source import YamlSource

FOLDER = "cases"


@dataclass(frozen=True)
class Cases:
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
    contents, problems = contents_of(folder, FOLDER)
    loaded = [load_file(folder, name, content) for name, content in contents.items()]
    sources = {one.name: one.source for one in loaded if not one.problems}
    problems += [problem for one in loaded for problem in one.problems] + name_problems(pack, sources, ())
    wrong = {problem.place.split(":")[0] for problem in problems}
    sound = [one for one in loaded if f"{folder.name}/{one.name}" not in wrong]
    return Cases({Path(one.name).stem: one.record for one in sound}, sources, tuple(problems))
