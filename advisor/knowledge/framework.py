"""Frameworks and the candidates (stacks) made of them."""

from typing import Annotated

from msgspec import field

from advisor.knowledge.condition import NEVER, When
from advisor.record import Id, Limits, Record, ShortString
from advisor.text import Text

AT_LEAST_ONE = Limits(min_length=1)
Module = Annotated[str, Limits(pattern="^[A-Za-z_][A-Za-z0-9_]*$", max_length=80)]
"""A top-level module: looking for one below another would import that."""
Distribution = Annotated[str, Limits(pattern="^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=80)]
Variable = Annotated[str, Limits(pattern="^[A-Z][A-Z0-9_]*_BACKEND$", max_length=60)]
"""A pack may choose a backend, and no other variable: `LD_PRELOAD` and its like would have its files executed."""
VariableValue = Annotated[str, Limits(pattern="^[A-Za-z0-9_.-]+$", max_length=60)]


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
    modules: Annotated[tuple[Module, ...], AT_LEAST_ONE]
    """Top-level modules that must be importable."""
    packages: Annotated[tuple[Distribution, ...], AT_LEAST_ONE]
    """Distributions whose versions belong to this stack."""
    environment: dict[Variable, VariableValue] = field(default_factory=dict)
    """What its processes find in their environment: which backend they are to use."""
    install: ShortString
    size_mb: Annotated[int, Limits(gt=0)] | None = None
    """About how many MB the line in `install` brings; read only where `downloads.yaml` says nothing of it."""
