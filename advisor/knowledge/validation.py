"""Turn a failed validation into problems with a place and a good example."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from advisor.errors import Problem
from advisor.knowledge.yaml_source import YamlSource
from advisor.text import clean, did_you_mean

GOOD = {
    "string_type": "write text; put a number, true or false in quotes",
    "bool_type": "write true or false",
    "float_type": "write a plain number such as 0.2",
    "int_type": "write a whole number",
    "dict_type": "write a mapping, for example {en: …, zh: …}",
    "model_type": "write a mapping, for example {en: …, zh: …}",
    "model_attributes_type": "write a mapping, for example {en: …, zh: …}",
    "tuple_type": "write a list, for example [a, b]",
    "list_type": "write a list, for example [a, b]",
    "missing": "add the key",
}


def problems_of(error: ValidationError, source: YamlSource, kind: type[BaseModel]) -> list[Problem]:
    """Return one problem per validation error, at the place it stands in the file.

    Args:
        error: what pydantic found.
        source: the parsed file.
        kind: the record the file was read as.
    """
    errors = error.errors(include_url=False)
    paths = [one["loc"] for one in errors]
    return [
        _problem(dict(one), source, kind)
        for one in errors
        # a list with a bad item is also reported as too short without it
        if not (
            one["type"] == "too_short" and any(p != one["loc"] and p[: len(one["loc"])] == one["loc"] for p in paths)
        )
    ]


def _problem(one: dict[str, Any], source: YamlSource, kind: type[BaseModel]) -> Problem:
    path = tuple(part for part in one["loc"] if part not in ("tuple", "list"))
    where = ".".join(map(str, path)) or "the file"
    if one["type"] == "extra_forbidden":
        known = _keys_of(kind, path[:-1])
        return Problem(
            source.place(path, key=True),
            f"unknown key `{clean(str(path[-1]))}`",
            did_you_mean(str(path[-1]), known),
        )
    if one["type"] == "missing" and isinstance(path[-1], int):
        where = ".".join(map(str, path[:-1]))
        return Problem(source.place(path[:-1]), f"`{where}` has too few items", f"write at least {path[-1] + 1}")
    if one["type"] == "missing":
        return Problem(source.place(path[:-1]), f"the key `{path[-1]}` is missing", GOOD["missing"])
    what = one["msg"].removeprefix("Value error, ")
    given = clean(repr(one.get("input")))
    shown = given if len(given) <= 40 else given[:37] + "..."
    if one["type"] in ("value_error", "assertion_error"):
        what, _, fix = what.partition("; good: ")
        return Problem(source.place(path), f"`{where}`: {what}", f"good: {fix}" if fix else "")
    return Problem(source.place(path), f"`{where}` is {shown}: {what[0].lower()}{what[1:]}", GOOD.get(one["type"], ""))


def _keys_of(kind: Any, path: tuple[Any, ...]) -> list[str]:
    """Return the legal keys of the (nested) record at `path`, as they are written in YAML."""
    for part in path:
        if isinstance(part, int):
            continue
        fields = {info.alias or name: info for name, info in getattr(kind, "model_fields", {}).items()}
        if part not in fields:
            return []
        kind = _model_in(fields[part].annotation)
    return [info.alias or name for name, info in getattr(kind, "model_fields", {}).items()]


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        if (found := _model_in(part)) is not None:
            return found
    return None
