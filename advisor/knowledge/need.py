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

    Either of a candidate's nature (`excludes`, `keeps`: the others cannot be chosen at all), or of what is believed of it
    (`requires`: one believed to lie below the level does not meet it, and wins nowhere while another meets more).
    """

    constraint: Text
    source: ShortString
    when: When
    excludes: Names = ()
    """What cannot be chosen."""
    keeps: Names = ()
    """What alone can be chosen, instead of `excludes`: whatever else there is, in any pack, is ruled out."""
    requires: dict[Id, Level] = field(default_factory=dict)
    """The least level on a criterion; whoever is believed to lie below it does not meet it."""
    instead: Text | None = None
    """What helps whoever needs one that does not meet it: another system, another path, a later version."""
    examples: Examples

    def __post_init__(self) -> None:
        if sum(map(bool, (self.excludes, self.keeps, self.requires))) != 1:
            problem = "it takes either `excludes`, `keeps` or `requires`"
            raise ValueError(
                f"{problem}; good: excludes: [tensorflow], keeps: keras, or requires: {{edge-export: fair}}"
            )
