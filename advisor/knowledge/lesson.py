"""What a newcomer is told: answers to common questions, the four steps of training, and what a probe looks at."""

from __future__ import annotations

from pydantic import Field

from advisor.knowledge.concept import Section
from advisor.knowledge.record import Id, Names, Record
from advisor.text import Text


class Faq(Record):
    """A question and its answer today, which leans on claims of the ledger."""

    question: Text
    section: Section | None = None
    """Where the article asks it."""
    answer: Text
    claims: Names = Field(min_length=1)


class Step(Record):
    """One of the four steps of training."""

    id: Id
    name: Text
    about: Text


class Steps(Record):
    """The four steps, and by framework who takes them; the code itself is cut out of the probes."""

    steps: tuple[Step, ...] = Field(strict=False)
    who: dict[Id, Text]


class ProbeNote(Record):
    """What a reader is told of a probe before its numbers."""

    question: Text
    measured: Text
    """What is measured or timed, and what is left out."""
    speaks_for: Text
    """How far its result reaches."""
