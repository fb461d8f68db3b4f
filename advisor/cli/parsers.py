"""Parsers of what is typed for an option: a word of a few, a date, a span of time, a file to write."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

from advisor.errors import InputError, Problem
from advisor.text import did_you_mean, short

Word = TypeVar("Word", bound=str)
SECONDS: Mapping[str, int] = {"s": 1, "m": 60, "h": 3600}
"""Unit of a span of time → how many seconds it is."""


def check_word(place: str, value: str, legal: Collection[Word]) -> Word:
    """Return a value that must be one of a few words; capitals and the spaces around it do not matter.

    Raises:
        InputError: the value is none of them.
    """
    for word in legal:
        if value.strip().casefold() == word.casefold():
            return word
    raise InputError([Problem(place, f"`{short(value)}` is not legal", did_you_mean(value, list(legal)))])


def word_parser(option: str, legal: Collection[str]) -> Callable[[str], str]:
    """Return the parser of an option whose value must be one of a few words."""

    def parse(value: str) -> str:
        """Return the value if it is legal."""
        return check_word(option, value, legal)

    return parse


def parse_date(value: str) -> date:
    """Parse a date such as 2026-11-23, the value of `--as-of`.

    Raises:
        InputError: it is no date.
    """
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise InputError([Problem("--as-of", f"`{short(value)}` is no date", "good: 2026-11-23")]) from None


def seconds_parser(option: str) -> Callable[[str], float]:
    """Return the parser of an option whose value is a span of time, such as 90s, 5m or 1h."""

    def parse(value: str) -> float:
        """Return the seconds.

        Raises:
            InputError: it is no span of time, or more than a day.
        """
        number, unit = value.strip()[:-1], value.strip()[-1:].lower()
        try:
            span = float(number) * SECONDS[unit] if unit in SECONDS else float(value)
        except ValueError:
            span = -1
        if not 0 <= span <= 86_400:
            raise InputError([Problem(option, f"`{short(value)}` is no time", "good: 90s, 5m")])
        return span

    return parse


def file_parser(option: str) -> Callable[[str], Path]:
    """Return the parser of an option or argument that names a file to write."""

    def parse(value: str) -> Path:
        """Return the path.

        Raises:
            InputError: it is empty, or names a folder.
        """
        if not value:
            raise InputError([Problem(option, "the name of the file is empty", "good: answer.txt")])
        if value.endswith(tuple(filter(None, (os.sep, os.altsep)))):
            raise InputError([Problem(option, f"`{short(value)}` is the name of a folder", "good: answer.txt")])
        return Path(value)

    return parse
