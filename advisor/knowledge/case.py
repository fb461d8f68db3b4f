"""Cases: realistic projects with the answer an expert would give, why, and what would change it."""

from typing import Annotated

from advisor.knowledge.need import AnswerSet
from advisor.record import Before, Limits, Names, Record, ShortString, as_tuple
from advisor.text import Text
from advisor.words import Label

Some = Annotated[tuple[ShortString, ...], Limits(min_length=1), Before(as_tuple)]
"""At least one name."""


class Expert(Record, frozen=True):
    """What an expert would answer: one of these frameworks and, where they matter, one of these candidates and labels."""

    framework: Some
    candidate: Names = ()
    label: Annotated[tuple[Label, ...], Before(as_tuple)] = ()


class ExpectedFlip(Record, frozen=True):
    """Answers that replace or join those of the case, and the frameworks one of which is then the best."""

    answers: Annotated[AnswerSet, Limits(min_length=1)]
    to: Some


class ProjectCase(Record, frozen=True):
    """A project, the expert's answer with its reason, and what would flip it, or why nothing would."""

    case: Text
    answers: AnswerSet
    expert: Expert
    because: Text
    flips: tuple[ExpectedFlip, ...]
    never: Text | None = None

    def __post_init__(self) -> None:
        if bool(self.flips) == (self.never is not None):
            raise ValueError("give what flips it; good: `flips: []` with `never: {en: why nothing does, zh: …}`")
