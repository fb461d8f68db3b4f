"""Read plain values as records; what is wrong with them becomes problems with a place and a good example."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_type_hints

from msgspec import Struct
from pydantic import ConfigDict, TypeAdapter, ValidationError

from advisor.errors import InputError, Problem
from advisor.knowledge.yaml_source import YamlSource
from advisor.record import yaml_key
from advisor.text import clean, did_you_mean

RecordType = TypeVar("RecordType")

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


def read_record(kind: type[RecordType], source: YamlSource) -> RecordType:
    """Validate a parsed file as a record.

    Args:
        kind: the record it should be.
        source: the file.

    Raises:
        InputError: everything that is wrong with it, each with file:line:column.
    """
    try:
        return cast(RecordType, _validator_of(cast(Any, kind)).validate_json(json.dumps(source.value)))
    except ValidationError as error:
        raise InputError(_problems_of(error, source, kind)) from None


@cache
def _validator_of(kind: Any) -> TypeAdapter[Any]:
    """Return the validator of a record class, made once."""
    return TypeAdapter(kind, config=ConfigDict(strict=True, extra="forbid", allow_inf_nan=False))


def _problems_of(error: ValidationError, source: YamlSource, kind: type) -> list[Problem]:
    """Return one problem per validation error, at its place in the file."""
    errors = error.errors(include_url=False)
    paths = [details["loc"] for details in errors]
    return [
        _problem_of(dict(details), source, kind)
        for details in errors
        # a list with a bad item is also reported as too short without it
        if not (
            details["type"] == "too_short"
            and any(path != details["loc"] and path[: len(details["loc"])] == details["loc"] for path in paths)
        )
    ]


def _problem_of(details: dict[str, Any], source: YamlSource, kind: type) -> Problem:
    """Return the problem of one validation error."""
    path = tuple(part for part in details["loc"] if part not in ("tuple", "list"))
    key = ".".join(map(str, path)) or "the file"
    if details["type"] == "unexpected_keyword_argument":
        legal = _keys_of(kind, path[:-1])
        return Problem(
            source.place(path, key=True),
            f"unknown key `{clean(str(path[-1]))}`",
            did_you_mean(str(path[-1]), legal),
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


def _keys_of(kind: Any, path: tuple[Any, ...]) -> list[str]:
    """Return the legal keys of the (nested) record at `path`, as written in YAML."""
    for key in path:
        if isinstance(key, int):
            continue
        types = {yaml_key(name): hint for name, hint in get_type_hints(kind).items()} if _is_record(kind) else {}
        kind = _find_record(types.get(key))
    return [yaml_key(name) for name in kind.__struct_fields__] if _is_record(kind) else []


def _find_record(hint: Any) -> Any:
    """Return the record class in a type: the type itself, or one inside a list or a union; None without one."""
    if _is_record(hint):
        return hint
    return next((record for argument in get_args(hint) if (record := _find_record(argument)) is not None), None)


def _is_record(hint: Any) -> bool:
    """Tell whether a type is the class of a record."""
    return isinstance(hint, type) and issubclass(hint, Struct)
