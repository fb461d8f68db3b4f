"""Contradictions: where the article disagrees with itself, which of its claims are at odds, and how it was settled."""

from typing import Annotated

from advisor.record import Id, Limits, Record, ShortString
from advisor.text import Text


class Contradiction(Record, frozen=True):
    """A question that the article answers in more than one way."""

    id: Id
    topic: Text
    members: Annotated[tuple[ShortString, ...], Limits(min_length=2)]
    """The claims at odds, by id."""
    settled: Text
    """How it was settled and why; what stays open is said."""


class ContradictionsFile(Record, frozen=True):
    """`contradictions.yaml`."""

    contradictions: tuple[Contradiction, ...]
