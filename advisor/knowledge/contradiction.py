"""Contradictions: where the article disagrees with itself, which of its claims are at odds, and how it was settled."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from advisor.knowledge.record import Id, Names, Record
from advisor.text import Text


class Contradiction(Record):
    """A question that the article answers in more than one way."""

    id: Id
    topic: Text
    members: Annotated[Names, Field(min_length=2)]
    """The claims at odds, by id."""
    settled: Text
    """How it was settled and why; what stays open is said."""


class ContradictionsFile(Record):
    """`contradictions.yaml`."""

    contradictions: tuple[Contradiction, ...] = Field(strict=False)
