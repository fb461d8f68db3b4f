"""The schema of a pack: which files a folder of knowledge holds, and the record that each of them is read as."""

import re
from collections.abc import Mapping

from msgspec import Struct

from advisor.knowledge.claim import Claim
from advisor.knowledge.contradiction import ContradictionsFile
from advisor.knowledge.criterion import Criterion
from advisor.knowledge.fact import FactsFile
from advisor.knowledge.framework import Candidate, Framework
from advisor.knowledge.installing import DownloadsFile, InstallFile
from advisor.knowledge.need import Constraint, Need
from advisor.knowledge.package import PackagesFile
from advisor.knowledge.question import Impossible, Question
from advisor.knowledge.source import Source
from advisor.knowledge.team import Team
from advisor.knowledge.workload import WorkloadsFile
from advisor.record import Day, Id, Record, ShortString

ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
"""What the id of a rule may look like; its file is named after it."""


class Header(Record, frozen=True):
    """`pack.yaml`."""

    name: Id
    version: ShortString
    reviewed: Day
    precedence: int
    extends: Id | None = None
    """The name of the pack this one adds to (see `knowledge.layers`); None where the pack is no overlay."""


class QuestionsFile(Record, frozen=True):
    """`questions.yaml`."""

    questions: tuple[Question, ...]
    impossible: tuple[Impossible, ...] = ()


class FrameworksFile(Record, frozen=True):
    """`frameworks.yaml`."""

    frameworks: tuple[Framework, ...]
    candidates: tuple[Candidate, ...]


class CriteriaFile(Record, frozen=True):
    """`criteria.yaml`."""

    criteria: tuple[Criterion, ...]


class SourcesFile(Record, frozen=True):
    """`sources.yaml`."""

    sources: tuple[Source, ...]


FILES: dict[str, type] = {
    "pack.yaml": Header,
    "questions.yaml": QuestionsFile,
    "frameworks.yaml": FrameworksFile,
    "criteria.yaml": CriteriaFile,
    "sources.yaml": SourcesFile,
}
OPTIONAL: dict[str, type] = {
    "contradictions.yaml": ContradictionsFile,
    "downloads.yaml": DownloadsFile,
    "facts.yaml": FactsFile,
    "install.yaml": InstallFile,
    "packages.yaml": PackagesFile,
    "team.yaml": Team,
    "workloads.yaml": WorkloadsFile,
}
"""Files a pack may do without."""
TOP_FILES: dict[str, type] = {**FILES, **OPTIONAL}
FOLDERS: dict[str, type] = {"needs": Need, "constraints": Constraint, "claims": Claim}


class Schema(Struct, frozen=True):
    """What a folder of knowledge may hold.

    Attributes:
        files: the record of each file at its top, by name.
        folders: the record of every file in a folder, by the folder's name; a file is named after its id.
        nested: whether these folders may have folders of their own.
        apart: folders inside it that have a schema of their own.
    """

    files: Mapping[str, type]
    folders: Mapping[str, type]
    nested: bool = True
    apart: tuple[str, ...] = ()

    def record_class(self, name: str) -> type | None:
        """Return the record class that a file is read as; None where the pack has no such file."""
        top, slash, inside = name.partition("/")
        if slash:
            return self.folders.get(top) if self.nested or "/" not in inside else None
        return self.files.get(name)


PACK_SCHEMA = Schema(TOP_FILES, FOLDERS, apart=("onboarding", "cases", "signals", "moving"))
