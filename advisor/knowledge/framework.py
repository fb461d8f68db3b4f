"""Frameworks and the candidates (stacks) made of them."""

from typing import Annotated

from msgspec import field

from advisor.knowledge.condition import NEVER, When
from advisor.record import Id, Limits, Record, ShortString
from advisor.text import Text

AT_LEAST_ONE = Limits(min_length=1)


class Framework(Record, frozen=True):
    """A brand: what an answer names first."""

    id: Id
    name: ShortString
    home: ShortString
    outside: bool = False
    """Outside the frameworks this program is about: shown as such, recommended only where it clearly wins."""
    joins_when: When = NEVER
    """The answers that name a framework from outside: with them it is measured beside the others."""


class Candidate(Record, frozen=True, kw_only=True):
    """A stack that can be chosen: a framework, and for Keras its backend."""

    id: Annotated[str, Limits(pattern=r"^[a-z]+(\[[a-z]+\])?$", max_length=40)]
    framework: Id
    backend: Id
    name: Text
    modules: Annotated[tuple[ShortString, ...], AT_LEAST_ONE]
    """Top-level modules that must be importable."""
    packages: Annotated[tuple[ShortString, ...], AT_LEAST_ONE]
    """Distributions whose versions belong to this stack."""
    environment: dict[str, str] = field(default_factory=dict)
    install: ShortString
    size_mb: Annotated[int, Limits(gt=0)] | None = None
    """About how many MB the line in `install` brings; read only where `downloads.yaml` says nothing of it."""
