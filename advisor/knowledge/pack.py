"""A pack: everything that a folder of knowledge says, by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from msgspec import Struct, field

from advisor.knowledge.claim import Claim
from advisor.knowledge.contradiction import Contradiction
from advisor.knowledge.criterion import Criterion
from advisor.knowledge.fact import Fact, Unit
from advisor.knowledge.framework import Candidate, Framework
from advisor.knowledge.installing import Download, InstallRule, Target
from advisor.knowledge.need import Constraint, Need
from advisor.knowledge.pack_files import Header
from advisor.knowledge.package import Package
from advisor.knowledge.question import Impossible, Question
from advisor.knowledge.source import Source
from advisor.knowledge.workload import Preset

BUILT_IN = Path(__file__).resolve().parents[2] / "rules"
"""The folder of the pack that ships with the program."""


class Pack(Struct, frozen=True, dict=True):
    """Everything a pack knows, by id.

    Attributes:
        downloads: what the public package index resolves a set of requirements to, by `requirements_id`.
        packages: what projects may have to use, by name as the index compares it (see `package.normalise`).
        workloads: the sizes of well-known models, which a project may name as the nearest to its own.
        digest: SHA-256 over the names and contents of its files.
        files: where each rule or claim was read, `claims/tensorflow/tf-pro-distributed.yaml`.
        overlays: the packs laid over the first one (see `knowledge.layers`), lowest first.
        layers: the digest of each of these packs by itself, by its name.
        overlaid: for every rule and claim that an overlay brings, by its id, the name of that overlay.
        folders: where all of them were read, lowest first, each under its one name (see `resolve_folders`).
        defaults: answers that hold where none is given, by question.
        probed: the candidates that probes are written for; None where this is not known (see `evidence.stacks`).
        joined: the frameworks from outside that this answer measures beside the others (see `evidence.contestants`).
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
    install_rules: Mapping[str, InstallRule] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)
    downloads: Mapping[str, Download] = field(default_factory=dict)
    packages: Mapping[str, Package] = field(default_factory=dict)
    workloads: Mapping[str, Preset] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    overlays: tuple[Header, ...] = ()
    layers: Mapping[str, str] = field(default_factory=dict)
    overlaid: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    probed: frozenset[str] | None = None
    joined: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The names of all packs it is made of, `built-in + acme`."""
        return " + ".join(header.name for header in (self.header, *self.overlays))

    @property
    def version(self) -> str:
        """Their versions, in the same order."""
        return " + ".join(header.version for header in (self.header, *self.overlays))

    @cached_property
    def asked_questions(self) -> tuple[Question, ...]:
        """The questions a person is asked, in the order of the file."""
        return tuple(question for question in self.questions.values() if not question.fact)

    @cached_property
    def frameworks_out_of_scope(self) -> tuple[str, ...]:
        """The frameworks this program is not about, which take part in some answers only."""
        return tuple(id for id, framework in self.frameworks.items() if framework.outside)

    @cached_property
    def in_scope(self) -> tuple[str, ...]:
        """The candidates of the frameworks this program is about."""
        return tuple(
            id for id, candidate in self.candidates.items() if not self.frameworks[candidate.framework].outside
        )

    @cached_property
    def article(self) -> Source | None:
        """The article whose claims the pack checks; None where it checks none."""
        return next((source for source in self.sources.values() if source.kind == "article"), None)

    @cached_property
    def measurable(self) -> tuple[str, ...]:
        """The candidates that probes are written for; those in scope where that is unknown."""
        return self.in_scope if self.probed is None else tuple(id for id in self.candidates if id in self.probed)

    @cached_property
    def contestants(self) -> tuple[str, ...]:
        """The candidates that an answer measures: in scope or joined to it, with probes written for them."""
        joined_candidates = {id for id, candidate in self.candidates.items() if candidate.framework in self.joined}
        return tuple(id for id in self.measurable if id in self.in_scope or id in joined_candidates)

    def members(self, name: str) -> tuple[str, ...]:
        """Return the candidates a name stands for: a candidate, a framework, or `backend:tensorflow`."""
        if name not in self._members_by_name:
            self._members_by_name[name] = tuple(self._find_members(name))
        return self._members_by_name[name]

    @cached_property
    def _members_by_name(self) -> dict[str, tuple[str, ...]]:
        """The candidates of each name looked up so far."""
        return {}

    def _find_members(self, name: str) -> Iterator[str]:
        """Yield the candidates that a name stands for."""
        candidate = self.candidates.get(name)
        if candidate is not None and (name not in self.frameworks or candidate.framework != name):
            yield name
            return
        for id, candidate in self.candidates.items():
            if candidate.framework == name or (
                candidate.backend is not None and name == f"backend:{candidate.backend}"
            ):
                yield id

    def excluded(self, constraint: Constraint) -> tuple[str, ...]:
        """Return the candidates a constraint rules out by name: those it excludes, or all but those it keeps."""
        if constraint.requires:
            return ()
        named_candidates = dict.fromkeys(
            id for name in constraint.excludes or constraint.keeps for id in self.members(name)
        )
        return (
            tuple(named_candidates)
            if constraint.excludes
            else tuple(id for id in self.candidates if id not in named_candidates)
        )

    def stacks(self, framework: str) -> tuple[str, ...]:
        """Return the candidates of a framework."""
        return tuple(id for id, candidate in self.candidates.items() if candidate.framework == framework)
