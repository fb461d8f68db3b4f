"""Rules: which answers make a criterion important, and which rule a candidate out."""

from __future__ import annotations

from typing import Annotated

from advisor.knowledge.condition import When
from advisor.knowledge.criterion import Importance
from advisor.record import Id, Limits, Names, ShortString, record
from advisor.text import Text

AnswerSet = dict[str, Names]
"""Question → choices."""


@record
class Examples:
    """Answers for which the rule must speak, and answers for which it must be silent."""

    applies: AnswerSet
    silent: AnswerSet


@record
class Need:
    """Answers → importance of criteria."""

    need: Text
    source: ShortString
    when: When
    criteria: Annotated[dict[Id, Importance], Limits(min_length=1)]
    note: Text | None = None
    """Shown with the answer where the rule fires for certain."""
    examples: Examples


@record
class Constraint:
    """Answers → candidates that cannot be chosen, whatever their merits."""

    constraint: Text
    source: ShortString
    when: When
    excludes: Names = ()
    """What cannot be chosen."""
    keeps: Names = ()
    """What alone can be chosen, instead of `excludes`: whatever else there is, in any pack, is ruled out."""
    instead: Text | None = None
    examples: Examples

    def __post_init__(self) -> None:
        if bool(self.excludes) == bool(self.keeps):
            problem = "it takes either `excludes` or `keeps`"
            raise ValueError(f"{problem}; good: excludes: [tensorflow], or keeps: keras where all others are ruled out")
