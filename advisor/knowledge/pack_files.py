"""Which files a pack is made of, and the record each of them holds."""

from __future__ import annotations

import re

from advisor.knowledge.case import ProjectCase
from advisor.knowledge.claim import Claim
from advisor.knowledge.contradiction import ContradictionsFile
from advisor.knowledge.criterion import Criterion
from advisor.knowledge.fact import FactsFile
from advisor.knowledge.framework import Candidate, Framework
from advisor.knowledge.need import Constraint, Need
from advisor.knowledge.question import Impossible, Question
from advisor.knowledge.source import Source
from advisor.knowledge.team import Team
from advisor.record import Day, Id, ShortString, record

UNREAD = ("onboarding", "cases")
"""Folders of a pack that hold something else than rules and claims."""
ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
"""How the file of a rule is called: by the rule's id."""


@record
class Header:
    """`pack.yaml`."""

    name: Id
    version: ShortString
    reviewed: Day
    precedence: int
    extends: Id | None = None
    """The pack this one adds to, by name (see `knowledge.layers`); without it a pack stands alone."""


@record
class QuestionsFile:
    """`questions.yaml`."""

    questions: tuple[Question, ...]
    impossible: tuple[Impossible, ...] = ()


@record
class FrameworksFile:
    """`frameworks.yaml`."""

    frameworks: tuple[Framework, ...]
    candidates: tuple[Candidate, ...]


@record
class CriteriaFile:
    """`criteria.yaml`."""

    criteria: tuple[Criterion, ...]


@record
class SourcesFile:
    """`sources.yaml`."""

    sources: tuple[Source, ...]


FILES: dict[str, type] = {
    "pack.yaml": Header,
    "questions.yaml": QuestionsFile,
    "frameworks.yaml": FrameworksFile,
    "criteria.yaml": CriteriaFile,
    "sources.yaml": SourcesFile,
}
OPTIONAL: dict[str, type] = {"contradictions.yaml": ContradictionsFile, "facts.yaml": FactsFile, "team.yaml": Team}
"""Files a pack may do without."""
TOP_FILES: dict[str, type] = {**FILES, **OPTIONAL}
FOLDERS: dict[str, type] = {"needs": Need, "constraints": Constraint, "claims": Claim}
CASES: dict[str, type] = {"cases": ProjectCase}
"""Read only where a pack is checked (see `knowledge.cases`)."""
