"""A pack: a folder of knowledge, read whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from advisor.errors import InputError, Problem
from advisor.knowledge.claim import Claim
from advisor.knowledge.criterion import Criterion
from advisor.knowledge.framework import Candidate, Framework
from advisor.knowledge.need import Constraint, Need
from advisor.knowledge.parsed import ParsedFiles
from advisor.knowledge.question import Impossible, Question
from advisor.knowledge.record import Day, Id, Record
from advisor.knowledge.source import Source
from advisor.knowledge.validation import problems_of
from advisor.knowledge.yaml_source import YamlSource

BUILT_IN = Path(__file__).resolve().parents[2] / "rules"
MAX_FILES = 20_000


class Header(Record):
    """`pack.yaml`."""

    name: Id
    version: str = Field(min_length=1)
    reviewed: Day
    precedence: int


class QuestionsFile(Record):
    """`questions.yaml`."""

    questions: tuple[Question, ...] = Field(strict=False)
    impossible: tuple[Impossible, ...] = Field(default=(), strict=False)


class FrameworksFile(Record):
    """`frameworks.yaml`."""

    frameworks: tuple[Framework, ...] = Field(strict=False)
    candidates: tuple[Candidate, ...] = Field(strict=False)


class CriteriaFile(Record):
    """`criteria.yaml`."""

    criteria: tuple[Criterion, ...] = Field(strict=False)


class SourcesFile(Record):
    """`sources.yaml`."""

    sources: tuple[Source, ...] = Field(strict=False)


FILES: dict[str, type[Record]] = {
    "pack.yaml": Header,
    "questions.yaml": QuestionsFile,
    "frameworks.yaml": FrameworksFile,
    "criteria.yaml": CriteriaFile,
    "sources.yaml": SourcesFile,
}
FOLDERS: dict[str, type[Record]] = {"needs": Need, "constraints": Constraint, "claims": Claim}

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Pack:
    """Everything a pack knows, by id.

    Attributes:
        digest: SHA-256 over the names and contents of its files.
        files: where each rule or claim was read, `claims/tensorflow/tf-pro-distributed.yaml`.
    """

    header: Header
    digest: str
    questions: Mapping[str, Question]
    impossible: tuple[Impossible, ...]
    frameworks: Mapping[str, Framework]
    candidates: Mapping[str, Candidate]
    criteria: Mapping[str, Criterion]
    sources: Mapping[str, Source]
    needs: Mapping[str, Need]
    constraints: Mapping[str, Constraint]
    claims: Mapping[str, Claim]
    files: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """The questions a person is asked, in the order of the file."""
        return tuple(question for question in self.questions.values() if not question.fact)

    def members(self, name: str) -> tuple[str, ...]:
        """Return the candidates a name stands for: a candidate, a framework, or `backend:tensorflow`."""
        if name in self.candidates:
            candidate = self.candidates[name]
            if name not in self.frameworks or candidate.framework != name:
                return (name,)
        if name.startswith("backend:"):
            return tuple(id for id, one in self.candidates.items() if one.backend == name.removeprefix("backend:"))
        return tuple(id for id, one in self.candidates.items() if one.framework == name)

    def stacks(self, framework: str) -> tuple[str, ...]:
        """Return the candidates of a framework."""
        return tuple(id for id, one in self.candidates.items() if one.framework == framework)


def load_pack(folder: Path = BUILT_IN) -> Pack:
    """Read a pack.

    Args:
        folder: its root, with `pack.yaml` in it.

    Returns:
        The pack, its records validated and every name in them known.

    Raises:
        InputError: all problems of all files at once, each with file:line:column.
    """
    loaded, files = _read(folder)
    problems = [problem for one in loaded for problem in one.problems]
    names = {one.name for one in loaded}
    problems += [
        Problem(f"{folder.name}/{name}", "this file is missing", "every pack has one")
        for name in FILES
        if name not in names
    ]
    if problems:
        raise InputError(sorted(problems))
    pack = _assemble(loaded)
    if not files.checked:
        from advisor.knowledge.names import name_problems  # not needed for contents found sound before

        if unknown := name_problems(pack, {one.name: one.source for one in loaded}):
            raise InputError(sorted(unknown))
        files.keep()
    return pack


@cache
def known_pack(folder: Path) -> Pack:
    """Return a pack, read once per process (see `load_pack`)."""
    return load_pack(folder)


@dataclass
class _Loaded:
    """One file of a pack: its record, or what is wrong with it."""

    name: str
    source: YamlSource
    digest: bytes
    record: Any = None
    problems: list[Problem] = field(default_factory=list)


def _read(folder: Path) -> tuple[list[_Loaded], ParsedFiles]:
    if not folder.is_dir():
        raise InputError([Problem(str(folder), "this is not a folder", "name the folder that holds pack.yaml")])
    contents = {name: (folder / name).read_bytes() for name in _names(folder)}
    files = ParsedFiles(contents, folder.name)
    return [_load(name, content, files) for name, content in contents.items()], files


def _names(folder: Path) -> list[str]:
    """Return the files of a pack, as paths inside it; links are refused, wherever they lead."""
    names = [name for name in FILES if (folder / name).exists()]
    waiting = [name for name in FOLDERS if (folder / name).is_dir()]
    while waiting:
        inside = waiting.pop()
        with os.scandir(folder / inside) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                name = f"{inside}/{entry.name}"
                if entry.is_symlink():
                    raise InputError(
                        [Problem(f"{folder.name}/{name}", "this is a link", "packs hold plain files only")]
                    )
                if entry.is_dir():
                    waiting.append(name)
                elif entry.name.endswith(".yaml"):
                    names.append(name)
        if len(names) > MAX_FILES:
            raise InputError([Problem(str(folder), f"more than {MAX_FILES} files", "split the pack")])
    if linked := [name for name in FILES if (folder / name).is_symlink()]:
        raise InputError([Problem(f"{folder.name}/{linked[0]}", "this is a link", "packs hold plain files only")])
    return sorted(names)


def _load(name: str, content: bytes, files: ParsedFiles) -> _Loaded:
    kind = FILES.get(name) or FOLDERS[name.split("/", 1)[0]]
    digest = hashlib.sha256(content).digest()
    try:
        one = _Loaded(name, files.parse(name, content), digest)
    except InputError as error:
        return _Loaded(name, YamlSource(name, None), digest, problems=list(error.problems))
    try:
        one.record = kind.model_validate(one.source.value)
    except ValidationError as error:
        one.problems += problems_of(error, one.source, kind)
    return one


def _assemble(loaded: list[_Loaded]) -> Pack:
    record = {one.name: one.record for one in loaded}
    files = {Path(one.name).stem: one.name for one in loaded if "/" in one.name}
    digest = hashlib.sha256()
    for one in sorted(loaded, key=lambda one: one.name):
        digest.update(one.name.encode() + b"\0" + one.digest)
    frameworks: FrameworksFile = record["frameworks.yaml"]
    return Pack(
        header=record["pack.yaml"],
        digest=digest.hexdigest(),
        questions=_unique(record["questions.yaml"].questions, "questions.yaml"),
        impossible=record["questions.yaml"].impossible,
        frameworks=_unique(frameworks.frameworks, "frameworks.yaml"),
        candidates=_unique(frameworks.candidates, "frameworks.yaml"),
        criteria=_unique(record["criteria.yaml"].criteria, "criteria.yaml"),
        sources=_unique(record["sources.yaml"].sources, "sources.yaml"),
        needs=_folder(loaded, "needs"),
        constraints=_folder(loaded, "constraints"),
        claims=_folder(loaded, "claims"),
        files=files,
    )


def _unique(records: tuple[Any, ...], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for record in records:
        if record.id in found:
            raise InputError([Problem(name, f"the id `{record.id}` is used twice", "ids are unique in a file")])
        found[record.id] = record
    return found


def _folder(loaded: list[_Loaded], folder: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in loaded:
        if one.name.startswith(folder + "/"):
            id = Path(one.name).stem
            if id in found:
                raise InputError(
                    [
                        Problem(
                            one.name,
                            f"another file is also called {id}.yaml",
                            "ids are file names: rename one",
                        )
                    ]
                )
            found[id] = one.record
    return found
