"""The common form of all records that are read from files, and the types of their fields.

Records are msgspec structs, as everywhere in `advisor/`: a class of them is made thirty times faster than a dataclass, and a
command needs more than a hundred. How a value is checked when it is first read stands beside its type, in the terms of pydantic's
core schema (see `advisor.knowledge.validation`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

Schema = dict[str, Any]


def yaml_key(name: str) -> str:
    """Return the key of a field in YAML: with hyphens."""
    return name.rstrip("_").replace("_", "-")


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """A record that is read from a file: read strictly, with unknown keys refused."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source_type: Any, handler: GetCoreSchemaHandler) -> Schema:
        """Return the schema by which pydantic reads the record: its fields by their keys in YAML."""
        hints = get_type_hints(cls, include_extras=True)
        arguments = {
            "type": "dataclass-args",
            "dataclass_name": cls.__name__,
            "fields": [_field_schema(field, handler.generate_schema(hints[field.name])) for field in fields(cls)],
        }
        # pydantic hands on a pair for "dataclass-args": the values by field name, and those of init-only fields (none here)
        return {
            "type": "function-after",
            "function": _validator_schema(lambda values: cls(**values[0])),
            "schema": arguments,
        }


def _field_schema(field: FieldInfo, schema: Mapping[str, Any]) -> Schema:
    """Return the schema of one field of a record, with its default."""
    if field.default is not NODEFAULT:
        schema = {"type": "default", "schema": schema, "default": field.default}
    elif field.default_factory is not NODEFAULT:
        schema = {"type": "default", "schema": schema, "default_factory": field.default_factory}
    return {
        "type": "dataclass-field",
        "name": field.name,
        "schema": schema,
        "kw_only": True,
        "validation_alias": yaml_key(field.name),
    }


class Limits:
    """Bounds of a value, such as `Limits(gt=0, le=1)`: keys of the core schema of its type."""

    def __init__(self, **bounds: Any) -> None:
        self.bounds = bounds

    def __get_pydantic_core_schema__(self, source_type: Any, handler: Callable[[Any], Schema]) -> Schema:
        """Return the schema of the type with its bounds."""
        return {**handler(source_type), **self.bounds}


class Before(Struct, frozen=True):
    """A function the plain value goes through before it is checked."""

    function: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source_type: Any, handler: Callable[[Any], Schema]) -> Schema:
        """Return the schema of the type behind the function."""
        return {"type": "function-before", "function": _validator_schema(self.function), "schema": handler(source_type)}


class Parsed(Struct, frozen=True):
    """A function that alone reads the plain value."""

    function: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source_type: Any, handler: Callable[[Any], Schema]) -> Schema:
        """Return the schema of the function."""
        return {"type": "function-plain", "function": _validator_schema(self.function)}


def _validator_schema(function: Callable[[Any], Any]) -> Schema:
    """Return the schema of pydantic for a function that reads a value."""
    return {"type": "no-info", "function": function}


def plain_values(value: Any) -> Any:
    """Return a record as plain values, with its keys as in YAML."""
    if isinstance(value, Struct):
        return {yaml_key(name): plain_values(getattr(value, name)) for name in value.__struct_fields__}
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
