"""Frameworks and the candidates (stacks) made of them."""

from __future__ import annotations

from pydantic import Field

from advisor.knowledge.record import Id, Line, Record
from advisor.text import Text


class Framework(Record):
    """A brand: what an answer names first."""

    id: Id
    name: Line
    home: Line
    outside: bool = False
    """Outside the frameworks this program is about: shown as such, recommended only where it clearly wins."""


class Candidate(Record):
    """A stack that can be chosen: a framework, and for Keras its backend."""

    id: str = Field(pattern=r"^[a-z]+(\[[a-z]+\])?$", max_length=40)
    framework: Id
    backend: Id
    name: Text
    modules: tuple[Line, ...] = Field(min_length=1, strict=False)
    """Top-level modules that must be importable."""
    packages: tuple[Line, ...] = Field(min_length=1, strict=False)
    """Distributions whose versions belong to this stack."""
    environment: dict[str, str] = Field(default_factory=dict)
    install: Line
    size_mb: int = Field(gt=0)
    """Installed size seen on Linux x86-64 with CPU builds."""
