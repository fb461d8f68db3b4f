"""Read plain values as records; what is wrong with them becomes problems with a place and an example of a right value."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_type_hints

from msgspec import Struct
from pydantic import ConfigDict, TypeAdapter, ValidationError

from advisor.errors import InputError, Problem
from advisor.knowledge.yaml_source import YamlSource
from advisor.record import yaml_key
from advisor.text import clean, did_you_mean

RecordType = TypeVar("RecordType")
ErrorPath = tuple[int | str, ...]
"""The keys and indices that lead to a value, as pydantic reports them."""

MAPPING = "write a mapping, for example {en: …, zh: …}"
GOOD = {
    "string_type": "write text; put a number, true or false in quotes",
    "bool_type": "write true or false",
    "float_type": "write a plain number such as 0.2",
    "int_type": "write a whole number",
    "dict_type": MAPPING,
    "dataclass_type": MAPPING,
    "tuple_type": "write a list, for example [a, b]",
    "list_type": "write a list, for example [a, b]",
}


def read_record(record_type: type[RecordType], source: YamlSource) -> RecordType:
    """Validate a parsed file as a record.

    Args:
        record_type: the class of record the file should hold.
        source: the parsed file.

    Raises:
        InputError: everything that is wrong with it, each with file:line:column.
    """
    try:
        return cast(RecordType, _validator_of(cast(Any, record_type)).validate_json(json.dumps(source.value)))
    except ValidationError as error:
        raise InputError(_problems_of(error, source, record_type)) from None


@cache
def _validator_of(record_type: Any) -> TypeAdapter[Any]:
    """Return the validator of a record class, made once."""
    return TypeAdapter(record_type, config=ConfigDict(strict=True, extra="forbid", allow_inf_nan=False))


def _problems_of(error: ValidationError, source: YamlSource, record_type: type) -> list[Problem]:
    """Return one problem per validation error, at its place in the file."""
    errors = error.errors(include_url=False)
    paths = [details["loc"] for details in errors]
    return [
        _problem_of(dict(details), source, record_type)
        for details in errors
        # a list with a bad item is also reported as too short, because it is counted without that item
        if not (details["type"] == "too_short" and _has_error_below(details["loc"], paths))
    ]


def _has_error_below(path: ErrorPath, error_paths: Sequence[ErrorPath]) -> bool:
    """Return whether an error lies inside the value at `path`."""
    return any(len(other) > len(path) and other[: len(path)] == path for other in error_paths)


def _problem_of(details: dict[str, Any], source: YamlSource, record_type: type) -> Problem:
    """Return the problem of one validation error."""
    path = tuple(part for part in details["loc"] if part not in ("tuple", "list"))
    key = ".".join(map(str, path)) or "the file"
    if details["type"] == "unexpected_keyword_argument":
        legal_keys = _keys_of(record_type, path[:-1])
        return Problem(
            source.place(path, key=True),
            f"unknown key `{clean(str(path[-1]))}`",
            did_you_mean(str(path[-1]), legal_keys),
        )
    if details["type"] == "missing" and isinstance(path[-1], int):
        key = ".".join(map(str, path[:-1]))
        return Problem(source.place(path[:-1]), f"`{key}` has too few items", f"write at least {path[-1] + 1}")
    if details["type"] == "missing":
        return Problem(source.place(path[:-1]), f"the key `{path[-1]}` is missing", "add the key")
    message = details["msg"].removeprefix("Value error, ")
    value = clean(repr(details.get("input")))
    excerpt = value if len(value) <= 40 else value[:37] + "..."
    if details["type"] in ("value_error", "assertion_error"):
        message, _, fix = message.partition("; good: ")
        return Problem(source.place(path), f"`{key}`: {message}", f"good: {fix}" if fix else "")
    return Problem(
        source.place(path), f"`{key}` is {excerpt}: {message[0].lower()}{message[1:]}", GOOD.get(details["type"], "")
    )


def _keys_of(record_type: Any, path: tuple[Any, ...]) -> list[str]:
    """Return the legal keys of the (nested) record at `path`, as written in YAML."""
    for key in path:
        if isinstance(key, int):
            continue
        types = (
            {yaml_key(name): hint for name, hint in get_type_hints(record_type).items()}
            if _is_record(record_type)
            else {}
        )
        record_type = _find_record(types.get(key))
    return [yaml_key(name) for name in record_type.__struct_fields__] if _is_record(record_type) else []


def _find_record(hint: Any) -> Any:
    """Return the record class in a type: the type itself, or one inside a list or a union; None without one."""
    if _is_record(hint):
        return hint
    return next((record for argument in get_args(hint) if (record := _find_record(argument)) is not None), None)


def _is_record(hint: Any) -> bool:
    """Return whether a type is the class of a record."""
    return isinstance(hint, type) and issubclass(hint, Struct)
