"""Contradictions: where the article disagrees with itself, which of its claims are at odds, and how it was settled."""

from __future__ import annotations

from typing import Annotated

from advisor.record import Id, Limits, ShortString, record
from advisor.text import Text


@record
class Contradiction:
    """A question that the article answers in more than one way."""

    id: Id
    topic: Text
    members: Annotated[tuple[ShortString, ...], Limits(min_length=2)]
    """The claims at odds, by id."""
    settled: Text
    """How it was settled and why; what stays open is said."""


@record
class ContradictionsFile:
    """`contradictions.yaml`."""

    contradictions: tuple[Contradiction, ...]
