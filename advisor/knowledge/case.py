"""Cases: realistic projects with the answer an expert would give, why, and what would change it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from advisor.knowledge.need import Answers
from advisor.knowledge.record import Line, Names, Record, one_or_many
from advisor.text import Text

LabelWord = Literal["clear", "lean", "either-will-do", "not-enough-evidence"]
"""The labels of an answer (`reasoning.outcome.Label`)."""


class Expert(Record):
    """What an expert would answer: one of these frameworks, and if they matter one of these candidates and labels."""

    framework: Names = Field(min_length=1)
    candidate: Names = ()
    label: Annotated[tuple[LabelWord, ...], BeforeValidator(one_or_many)] = ()


class Turn(Record):
    """Answers that replace or add to those of the case, and one of the frameworks the answer then turns to."""

    answers: Answers = Field(min_length=1)
    to: Names = Field(min_length=1)


class ProjectCase(Record):
    """A project, the expert's answer with its reason, and what would flip it (or why nothing would)."""

    case: Text
    answers: Answers
    expert: Expert
    because: Text
    flips: tuple[Turn, ...] = Field(strict=False)
    never: Text | None = None

    @model_validator(mode="after")
    def _flips_or_never(self) -> ProjectCase:
        if bool(self.flips) == (self.never is not None):
            raise ValueError("give `flips`, or `flips: []` with `never: {en: why nothing flips it, zh: …}`")
        return self
