"""Conditions over the answers: equality, membership, `any`, `all`, `not`. Data, never code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from msgspec import Struct

from advisor.record import Parsed


class Is(Struct, frozen=True, tag=True):
    """True where the answer to `question` is (or, for several answers, holds) one of `choices`."""

    question: str
    choices: tuple[str, ...]


class All(Struct, frozen=True, tag=True):
    """True where every part is; `All(())` is always true."""

    parts: tuple[Condition, ...]


class AnyOf(Struct, frozen=True, tag=True):
    """True where at least one part is."""

    parts: tuple[Condition, ...]


class Not(Struct, frozen=True, tag=True):
    """True where the part is not."""

    part: Condition


Condition = Is | All | AnyOf | Not
ALWAYS = All(())
NEVER = AnyOf(())


def parse_condition(raw: Any) -> Condition:
    """Read a condition from plain values.

    Args:
        raw: a mapping of question to choice or list of choices (all must hold); the keys `any` and `all` take a
            list of conditions, `not` takes one.

    Raises:
        ValueError: the values have another shape; the message gives a good example.
    """
    if isinstance(raw, Is | All | AnyOf | Not):
        return raw
    if not isinstance(raw, dict):
        raise ValueError("a condition is a mapping; good: {scale: [medium, large]}")
    parts = tuple(_parse_part(key, value) for key, value in raw.items())
    return parts[0] if len(parts) == 1 else All(parts)


def _parse_part(key: str, value: Any) -> Condition:
    """Read one key of a condition: `not`, `any`, `all`, or a question with its choices."""
    if key == "not":
        return Not(parse_condition(value))
    if key in ("any", "all"):
        if not isinstance(value, list) or not value:
            raise ValueError(f"`{key}` takes a list of conditions; good: {key}: [{{scale: large}}, {{hardware: tpu}}]")
        parts = tuple(map(parse_condition, value))
        return All(parts) if key == "all" else AnyOf(parts)
    choices = value if isinstance(value, list) else [value]
    if not choices or not all(isinstance(choice, str) for choice in choices):
        raise ValueError(f"`{key}` takes a choice or a list of choices; good: {{{key}: large}}")
    return Is(key, tuple(choices))


def comparisons_of(condition: Condition) -> Iterator[Is]:
    """Yield every comparison of a question with choices inside a condition."""
    if isinstance(condition, Is):
        yield condition
    elif isinstance(condition, Not):
        yield from comparisons_of(condition.part)
    else:
        for part in condition.parts:
            yield from comparisons_of(part)


When = Annotated[Condition, Parsed(parse_condition)]
