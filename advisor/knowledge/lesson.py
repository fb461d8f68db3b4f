"""What a newcomer is told: answers to common questions, the four steps of training, and what a probe looks at."""

from collections.abc import Mapping
from typing import Annotated

from advisor.knowledge.concept import Section
from advisor.record import Id, Limits, Record, ShortString
from advisor.text import Text


class Faq(Record, frozen=True, kw_only=True):
    """A question and its answer today, which leans on claims of the ledger."""

    question: Text
    section: Section | None = None
    """Where the article asks it."""
    answer: Text
    claims: Annotated[tuple[ShortString, ...], Limits(min_length=1)]


class TrainingStep(Record, frozen=True):
    """One of the four steps of training."""

    id: Id
    name: Text
    about: Text


class TrainingSteps(Record, frozen=True):
    """The four steps, and by framework who takes them; the code itself is cut out of the probes."""

    steps: tuple[TrainingStep, ...]
    who: Mapping[Id, Text]


class ProbeNote(Record, frozen=True):
    """What a reader is told of a probe before its numbers."""

    question: Text
    measured: Text
    """What is measured or timed, and what is left out."""
    speaks_for: Text
    """How far its result reaches."""
