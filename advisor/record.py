"""The common form of all records that are read from files, and the types of their fields.

Records are plain frozen dataclasses: an answer from a pack that was checked before needs no validator. How a value is checked
when it is first read stands beside its type, in the terms of pydantic's core schema (see `advisor.knowledge.validation`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from typing import Annotated, Any, TypeVar, dataclass_transform

RecordType = TypeVar("RecordType")
Schema = dict[str, Any]


def yaml_key(name: str) -> str:
    """Return the key of a field in YAML: with hyphens."""
    return name.rstrip("_").replace("_", "-")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def record(kind: type[RecordType]) -> type[RecordType]:
    """Make a class a record: a frozen dataclass that is read strictly and refuses unknown keys."""
    config = {"strict": True, "extra": "forbid", "alias_generator": yaml_key, "allow_inf_nan": False}
    kind.__pydantic_config__ = config  # type: ignore[attr-defined]
    record_class: type[RecordType] = dataclass(frozen=True, kw_only=True)(kind)
    return record_class


class Limits:
    """Bounds of a value, such as `Limits(gt=0, le=1)`: keys of the core schema of its type."""

    def __init__(self, **bounds: Any) -> None:
        self.bounds = bounds

    def __get_pydantic_core_schema__(self, kind: Any, handler: Callable[[Any], Schema]) -> Schema:
        """Return the schema of the type with its bounds."""
        return {**handler(kind), **self.bounds}


@dataclass(frozen=True)
class Before:
    """A function the plain value goes through before it is checked."""

    function: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, kind: Any, handler: Callable[[Any], Schema]) -> Schema:
        """Return the schema of the type behind the function."""
        return {"type": "function-before", "function": _validator_schema(self.function), "schema": handler(kind)}


@dataclass(frozen=True)
class Parsed:
    """A function that alone reads the plain value."""

    function: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, kind: Any, handler: Callable[[Any], Schema]) -> Schema:
        """Return the schema of the function."""
        return {"type": "function-plain", "function": _validator_schema(self.function)}


def _validator_schema(function: Callable[[Any], Any]) -> Schema:
    """Return the schema of pydantic for a function that reads a value."""
    return {"type": "no-info", "function": function}


def plain_values(value: Any) -> Any:
    """Return a record as plain values, with its keys as in YAML."""
    if is_dataclass(value) and not isinstance(value, type):
        return {yaml_key(item.name): plain_values(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain_values(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain_values(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def as_tuple(value: Any) -> Any:
    """Return a single value or a list as a tuple."""
    return tuple(value) if isinstance(value, list) else (value,)


def _parse_date(value: Any) -> Any:
    """Parse a date such as 2026-11-23."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    raise ValueError("not a date; good: 2026-11-23")


Id = Annotated[str, Limits(pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
"""Lower-case words joined by hyphens."""

ShortString = Annotated[str, Limits(min_length=1, max_length=500)]
Day = Annotated[date, Before(_parse_date)]
Names = Annotated[tuple[ShortString, ...], Before(as_tuple)]
"""One name or a list of them."""
