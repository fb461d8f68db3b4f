"""Rules: which answers make a criterion important, and what they require of a candidate."""

from typing import Annotated

from msgspec import field

from advisor.knowledge.condition import When
from advisor.knowledge.criterion import Importance, Level
from advisor.record import Id, Limits, Names, Record, ShortString
from advisor.text import Text

AnswerSet = dict[str, Names]
"""Question → choices."""


class Examples(Record, frozen=True):
    """Answers for which the rule must speak, and answers for which it must be silent."""

    applies: AnswerSet
    silent: AnswerSet


class Need(Record, frozen=True, kw_only=True):
    """Answers → importance of criteria."""

    need: Text
    source: ShortString
    when: When
    criteria: Annotated[dict[Id, Importance], Limits(min_length=1)]
    note: Text | None = None
    """Shown with the answer where the rule fires for certain."""
    examples: Examples


class Constraint(Record, frozen=True, kw_only=True):
    """Answers → what a candidate must meet, whatever its other merits.

    It is either about which candidate it is (`excludes`, `keeps`: the others cannot be chosen at all), or about what is believed
    of it (`requires`: a candidate believed to lie below the level does not meet the constraint, and wins in no world in which
    another candidate meets more).
    """

    constraint: Text
    source: ShortString
    when: When
    excludes: Names = ()
    """What cannot be chosen."""
    keeps: Names = ()
    """The only things that can be chosen, written instead of `excludes`: everything else, in any pack, is ruled out."""
    requires: dict[Id, Level] = field(default_factory=dict)
    """The least level on a criterion; a candidate believed to lie below it does not meet the constraint."""
    instead: Text | None = None
    """What helps a user who needs a candidate that does not meet it: another system, another path, a later version."""
    facts: Names = ()
    """The dated numbers it leans on, by id."""
    examples: Examples

    def __post_init__(self) -> None:
        if sum(map(bool, (self.excludes, self.keeps, self.requires))) != 1:
            problem = "it takes either `excludes`, `keeps` or `requires`"
            raise ValueError(
                f"{problem}; good: excludes: [tensorflow], keeps: keras, or requires: {{edge-export: fair}}"
            )
