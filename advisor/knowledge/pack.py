"""A pack: a folder of knowledge, read whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from advisor.errors import InputError, Problem
from advisor.knowledge import team as team_file
from advisor.knowledge.claim import Claim
from advisor.knowledge.compiled import keep, recall
from advisor.knowledge.contradiction import Contradiction
from advisor.knowledge.criterion import Criterion
from advisor.knowledge.fact import Fact, Unit
from advisor.knowledge.framework import Candidate, Framework
from advisor.knowledge.need import Constraint, Need
from advisor.knowledge.pack_files import CASES, FILES, FOLDERS, ID, OPTIONAL, TOP_FILES, UNREAD, Header
from advisor.knowledge.question import Impossible, Question
from advisor.knowledge.source import Source
from advisor.knowledge.team import Team
from advisor.knowledge.yaml_source import MAX_BYTES, YamlSource, parse_yaml
from advisor.text import did_you_mean

BUILT_IN = Path(__file__).resolve().parents[2] / "rules"
MAX_FILES = 20_000
UNREAD_SOURCE = YamlSource("", None)
"""Of what was found sound before, and not parsed again."""


Measures = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Pack:
    """Everything a pack knows, by id.

    Attributes:
        digest: SHA-256 over the names and contents of its files.
        files: where each rule or claim was read, `claims/tensorflow/tf-pro-distributed.yaml`.
        overlays: the packs laid over the first one (see `knowledge.layers`), lowest first.
        defaults: answers that hold where none is given, by question.
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
    contradictions: Mapping[str, Contradiction] = field(default_factory=dict)
    units: Mapping[str, Unit] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    overlays: tuple[Header, ...] = ()
    defaults: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The names of all packs it is made of, `built-in + acme`."""
        return " + ".join(one.name for one in (self.header, *self.overlays))

    @property
    def version(self) -> str:
        """Their versions, in the same order."""
        return " + ".join(one.version for one in (self.header, *self.overlays))

    @cached_property
    def asked(self) -> tuple[Question, ...]:
        """The questions a person is asked, in the order of the file."""
        return tuple(question for question in self.questions.values() if not question.fact)

    @cached_property
    def measurable(self) -> tuple[str, ...]:
        """The candidates that probes are written for: those of the frameworks this program is about."""
        return tuple(id for id, one in self.candidates.items() if not self.frameworks[one.framework].outside)

    def members(self, name: str) -> tuple[str, ...]:
        """Return the candidates a name stands for: a candidate, a framework, or `backend:tensorflow`."""
        if name not in self._members:
            self._members[name] = tuple(self._named(name))
        return self._members[name]

    @cached_property
    def _members(self) -> dict[str, tuple[str, ...]]:
        return {}

    def _named(self, name: str) -> Iterator[str]:
        candidate = self.candidates.get(name)
        if candidate is not None and (name not in self.frameworks or candidate.framework != name):
            yield name
            return
        for id, one in self.candidates.items():
            if one.framework == name or (one.backend is not None and name == f"backend:{one.backend}"):
                yield id

    def stacks(self, framework: str) -> tuple[str, ...]:
        """Return the candidates of a framework."""
        return tuple(id for id, one in self.candidates.items() if one.framework == framework)


def load_pack(folder: Path = BUILT_IN, measures: Measures | None = None, *, fresh: bool = False) -> Pack:
    """Read a pack.

    Args:
        folder: its root, with `pack.yaml` in it.
        measures: what can be measured, by probe; given, every probe and measure named must be among them.
        fresh: parse and check everything anew, whatever an earlier reading kept.

    Returns:
        The pack, its records validated and every name in them known.

    Raises:
        InputError: all problems of all files at once, each with file:line:column.
    """
    contents, refused = contents_of(folder)
    digest = digest_of(contents)
    if not (fresh or refused or measures is not None) and (known := recall(digest, contents)):
        return assemble([Loaded(name, content, known[name]) for name, content in contents.items()], digest)[0]
    loaded = [load_file(folder, name, content) for name, content in contents.items()]
    problems = refused + [problem for one in loaded for problem in one.problems]
    names = {*contents, *(problem.place.partition("/")[2] for problem in refused)}
    problems += [
        Problem(f"{folder.name}/{name}", "this file is missing", "every pack has one")
        for name in FILES
        if name not in names
    ]
    sound = [one for one in loaded if not one.problems]
    if not {*FILES, *(names & OPTIONAL.keys())} <= {one.name for one in sound}:
        raise InputError(sorted(problems))  # without these no name can be judged
    pack, twice = assemble(sound, digest)
    problems += twice
    if not twice:
        from advisor.knowledge.names import name_problems  # not needed for contents found sound before

        claims = {Path(name).stem for name in names if name.startswith("claims/")}
        problems += name_problems(pack, {one.name: one.source for one in sound}, claims, measures)
    if problems:
        raise InputError(sorted(problems))
    keep(digest, {one.name: one.record for one in loaded})
    return pack


def digest_of(contents: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over the names and contents of a pack's files."""
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(name.encode() + b"\0" + hashlib.sha256(contents[name]).digest())
    return digest.hexdigest()


@dataclass
class Loaded:
    """One file of a pack: its record, or what is wrong with it."""

    name: str
    content: bytes
    record: Any = None
    source: YamlSource = field(default_factory=lambda: UNREAD_SOURCE)
    problems: list[Problem] = field(default_factory=list)


def contents_of(folder: Path, inside: str = "") -> tuple[dict[str, bytes], list[Problem]]:
    """Return the files of a pack (or of one folder inside it) by name, and what keeps others from being read."""
    if not folder.is_dir():
        raise InputError([Problem(str(folder), "this is not a folder", "name the folder that holds pack.yaml")])
    contents, refused = {}, []
    for name, entry in sorted(_entries(folder, inside).items()):
        if problem := _refused(folder, name, entry):
            refused.append(problem)
        else:
            contents[name] = _bytes_of(entry)
    return contents, refused


def _bytes_of(entry: os.DirEntry[str]) -> bytes:
    """Return the content of a file, or a little more than is allowed of one that is too large."""
    try:
        with open(entry.path, "rb", buffering=0) as opened:  # noqa: PTH123
            fits = os.fstat(opened.fileno()).st_size <= MAX_BYTES
            return opened.readall() if fits else opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError([Problem(entry.path, f"cannot be read: {error.strerror}", "check its permissions")]) from None


def _refused(folder: Path, name: str, entry: os.DirEntry[str]) -> Problem | None:
    """Say what keeps a file of a pack from being read, if something does."""
    place = f"{folder.name}/{name}"
    if entry.is_symlink():
        return Problem(place, "this is a link", "packs hold plain files only")
    if not entry.is_file(follow_symlinks=False):
        return Problem(place, "this is no plain file", "packs hold plain files only")
    top = name.split("/", 1)[0]
    if name not in TOP_FILES and top not in FOLDERS and top not in CASES:
        return Problem(place, "nothing reads this file", did_you_mean(top, [*TOP_FILES, *FOLDERS]))
    stem, _, suffix = entry.name.rpartition(".")
    if suffix != "yaml":
        return Problem(place, "nothing reads this file", "rules and claims end in .yaml")
    if name not in TOP_FILES and not ID.match(stem):
        return Problem(
            place, "a file name is the id of its rule", "lower-case words joined by hyphens: need-phone.yaml"
        )
    return None


def _entries(folder: Path, inside: str) -> dict[str, os.DirEntry[str]]:
    """Return every YAML file of a pack, and whatever stands where one should, by path inside it; no link is followed."""
    found: dict[str, os.DirEntry[str]] = {}
    waiting = [inside]
    while waiting:
        inside = waiting.pop()
        with os.scandir(folder / inside) as entries:
            for entry in entries:
                name = f"{inside}/{entry.name}" if inside else entry.name
                if entry.is_dir(follow_symlinks=False) and name not in TOP_FILES:
                    if not name.startswith(".") and name.split("/")[0] not in UNREAD:
                        waiting.append(name)
                elif entry.is_symlink() or entry.name.endswith((".yaml", ".yml")) or name in (*TOP_FILES, *FOLDERS):
                    found[name] = entry
        if len(found) > MAX_FILES:
            raise InputError([Problem(str(folder), f"more than {MAX_FILES} files", "split the pack")])
    return found


def load_file(folder: Path, name: str, content: bytes) -> Loaded:
    """Parse and check one file."""
    from advisor.knowledge.validation import read_record  # not needed for contents found sound before

    one = Loaded(name, content)
    try:
        one.source = parse_yaml(content, f"{folder.name}/{name}")
        one.record = read_record(TOP_FILES.get(name) or {**FOLDERS, **CASES}[name.split("/", 1)[0]], one.source)
    except InputError as error:
        one.problems += error.problems
    return one


def assemble(loaded: list[Loaded], digest: str) -> tuple[Pack, list[Problem]]:
    """Put sound files together; return the pack and the problems of ids used twice. A file that is not there is empty."""
    record = {one.name: one.record for one in loaded}
    source = {one.name: one.source for one in loaded}
    problems: list[Problem] = []

    def unique(name: str, key: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for at, one in enumerate(getattr(record.get(name), key, ())):
            if one.id in found:
                place = source[name].place((key, at, "id"))
                problems.append(Problem(place, f"the id `{one.id}` is used twice", "ids are unique in a file"))
            found.setdefault(one.id, one)
        return found

    files: dict[str, str] = {}
    shelves: dict[str, dict[str, Any]] = {name: {} for name in FOLDERS}
    for one in loaded:
        if "/" in one.name:
            id = one.name.rpartition("/")[2].removesuffix(".yaml")
            if id in files:
                what = f"another file is also called {id}.yaml: {files[id]}"
                problems.append(Problem(one.source.place(), what, "ids are file names: rename one"))
            files.setdefault(id, one.name)
            shelves[one.name.split("/", 1)[0]].setdefault(id, one.record)
    pack = Pack(
        header=record["pack.yaml"],
        digest=digest,
        questions=unique("questions.yaml", "questions"),
        impossible=getattr(record.get("questions.yaml"), "impossible", ()),
        frameworks=unique("frameworks.yaml", "frameworks"),
        candidates=unique("frameworks.yaml", "candidates"),
        criteria=unique("criteria.yaml", "criteria"),
        sources=unique("sources.yaml", "sources"),
        needs=shelves["needs"],
        constraints=shelves["constraints"],
        claims=shelves["claims"],
        contradictions=unique("contradictions.yaml", "contradictions"),
        units=unique("facts.yaml", "units"),
        facts=unique("facts.yaml", "facts"),
        files=files,
    )
    team: Team | None = record.get(team_file.FILE)
    return (pack if team is None else _with_team(pack, team)), problems


def _with_team(pack: Pack, team: Team) -> Pack:
    """Add what a team's file stands for; what is written out has the last word."""
    stood = team_file.stands_for(team, pack.header.name, pack.header.reviewed)
    rules = (stood.needs, stood.constraints, stood.claims)
    return replace(
        pack,
        criteria={**stood.criteria, **pack.criteria},
        sources={**stood.sources, **pack.sources},
        needs={**stood.needs, **pack.needs},
        constraints={**stood.constraints, **pack.constraints},
        claims={**stood.claims, **pack.claims},
        files={**{id: team_file.FILE for shelf in rules for id in shelf}, **pack.files},
        defaults=team.answers,
    )
