"""The common form of all knowledge records: strict, closed, frozen; keys written with hyphens."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _hyphenated(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


class Record(BaseModel):
    """A piece of knowledge as written in a pack."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=_hyphenated,
        allow_inf_nan=False,
        defer_build=True,
    )


def one_or_many(value: Any) -> Any:
    """Return a value that may be written alone or as a list as a tuple."""
    return tuple(value) if isinstance(value, list) else (value,)


def _iso_date(value: Any) -> Any:
    if isinstance(value, str):
        return date.fromisoformat(value)
    raise ValueError("not a date; good: 2026-11-23")


Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
"""Lower-case words joined by hyphens."""

Line = Annotated[str, Field(min_length=1, max_length=500)]
Day = Annotated[date, BeforeValidator(_iso_date)]
Names = Annotated[tuple[Line, ...], BeforeValidator(one_or_many)]
"""One name or a list of them."""
