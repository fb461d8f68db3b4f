"""Rules: which answers make a criterion important, and which rule a candidate out."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from advisor.knowledge.condition import When
from advisor.knowledge.criterion import Importance
from advisor.knowledge.record import Id, Line, Names, Record
from advisor.text import Text

Answers = dict[str, Any]


class Examples(Record):
    """Answers for which the rule must speak, and answers for which it must be silent."""

    applies: Answers
    silent: Answers


class Need(Record):
    """Answers → importance of criteria."""

    need: Text
    source: Line
    when: When
    criteria: dict[Id, Importance] = Field(min_length=1)
    note: Text | None = None
    """Shown with the answer where the rule fires for certain."""
    examples: Examples


class Constraint(Record):
    """Answers → candidates that cannot be chosen, whatever their merits."""

    constraint: Text
    source: Line
    when: When
    excludes: Names
    instead: Text | None = None
    examples: Examples
