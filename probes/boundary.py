"""The boundary: what comes from a file, a store or a child is checked here once, and whatever lies behind may rely on it.

A kind is a function that is given a value and the name of its field, and raises BadRun unless the value is of that kind.
The fields of a record are a table from names to kinds (`probes.run.FIELDS`, `probes.registration.FIELDS`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, TypeGuard

from probes.plain_text import MAX_TEXT, plain

MAX_RUN_BYTES = 1_000_000
MAX_NAMES = 64
"""Entries of a table."""
LEAST, MOST = 1e-60, 1e60
"""No quantity is smaller or larger, in whatever unit, but zero: ratios and squares of any two are finite."""
CLOCK = 1e-9
"""Seconds the best clock can tell: nothing that was timed is shorter."""
YEARS = range(2000, 2200)
"""Within them no date leaves the calendar, whatever is added to it."""
NAME = re.compile(r"[a-z0-9][a-z0-9_.\-\[\]]{0,63}\Z")
STARTED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|\+00:00)\Z")

Kind = Callable[[object, str], None]


class BadRun(ValueError):
    """A record that is not what it must be; the message names the field and says what it must be."""


def refusal(where: str, value: object, words: str) -> BadRun:
    """The error of a value that is not what its field must be.

    Args:
        where: the field.
        value: what was found, as it is to be shown.
        words: what it must be, with its article: "a whole number".
    """
    return BadRun(f"{plain(where, 80)}: {plain(value, 80)} is not allowed: not {words}")


def check(record: Mapping[str, object], fields: Mapping[str, Kind]) -> None:
    """Do nothing where a record has exactly these fields and each is of its kind.

    Raises:
        BadRun: naming what is missing or unknown, or the first field that is not of its kind.
    """
    if record.keys() != fields.keys():
        missing, unknown = sorted(fields.keys() - record.keys()), sorted(record.keys() - fields.keys())
        raise BadRun(f"fields: missing {missing[:5]}, unknown {unknown[:5]}")
    for name, kind in fields.items():
        kind(record[name], name)


def whole(least: int, most: int) -> Kind:
    """A whole number in a range."""

    def kind(value: object, where: str) -> None:
        if type(value) is not int or not least <= value <= most:
            raise refusal(where, _shown(value), f"a whole number from {least} to {most}")

    return kind


def number(least: float = -MOST, most: float = MOST, words: str = f"0 or a number from {LEAST:g} to {MOST:g}") -> Kind:
    """A finite number in a range: 0, or not so small that a ratio with it overflows."""

    def kind(value: object, where: str) -> None:
        if not is_number(value) or not least <= value <= most:
            raise refusal(where, _shown(value), words)

    return kind


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number that can be reckoned with: no truth value, and within what is a quantity at all."""
    return type(value) in (int, float) and (value == 0 or LEAST <= abs(value) <= MOST)  # type: ignore[arg-type]


def text(most: int = MAX_TEXT, like: re.Pattern[str] | None = None, words: str = "") -> Kind:
    """A text of at most so many characters, all of which can be written down; with a pattern, one that matches it."""

    def kind(value: object, where: str) -> None:
        if not isinstance(value, str) or len(value) > most or not (like.match(value) if like else _whole(value)):
            raise refusal(where, _shown(value), words or f"a text of at most {most} characters")

    return kind


NAMED = text(64, NAME, "a name of small letters, digits and _.-[]")


def reason(value: object, where: str) -> None:
    """Words only people read, through a filter: what was a system's own text may hold halves of characters."""
    if not isinstance(value, str) or len(value) > 2 * MAX_TEXT:
        raise refusal(where, _shown(value), f"a text of at most {2 * MAX_TEXT} characters")


def moment(value: object, where: str) -> None:
    """A moment that exists, in UTC, as ISO 8601 writes it."""
    if not isinstance(value, str) or not STARTED.match(value) or not _exists(value):
        raise refusal(where, _shown(value), "a moment in UTC such as 2026-11-20T10:00:00+00:00")


def one_of(words: Collection[str]) -> Kind:
    """One of a few words."""

    def kind(value: object, where: str) -> None:
        if not isinstance(value, str) or value not in words:
            raise refusal(where, _shown(value), f"one of {', '.join(words)}")

    return kind


def anything(_value: object, _where: str) -> None:
    """Any value: its type has said enough."""


def by_type(kinds: Mapping[type, Kind], words: str) -> Kind:
    """Whatever kind belongs to the type of the value."""

    def kind(value: object, where: str) -> None:
        if type(value) not in kinds:
            raise refusal(where, _shown(value), words)
        kinds[type(value)](value, where)

    return kind


def listed(each: Kind, most: int, words: str) -> Kind:
    """A list of at most so many values of a kind."""

    def kind(value: object, where: str) -> None:
        if not isinstance(value, list) or len(value) > most:
            raise refusal(where, _shown(value), f"a list of at most {most} {words}")
        for item in value:
            try:
                each(item, where)
            except BadRun:
                raise refusal(where, _shown(item), f"a list of {words}") from None

    return kind


def table(each: Kind, most: int = MAX_NAMES, names: Kind = NAMED, known: Mapping[str, Kind] = {}) -> Kind:
    """A table from names to values of a kind, some of them of a kind of their own."""

    def kind(value: object, where: str) -> None:
        if not isinstance(value, dict) or len(value) > most:
            raise refusal(where, _shown(value), f"a table of at most {most} names")
        for name in value:
            names(name, where)
        try:
            for name, item in value.items():
                known.get(name, each)(item, name)
        except BadRun as error:
            raise BadRun(f"{where}.{error}") from None

    return kind


PLAIN: Mapping[type, Kind] = {bool: anything, int: number(), float: number(), str: text()}
VALUE = by_type(PLAIN, "a number, a short text or a truth value")


def parse(line: str | bytes) -> dict[str, Any]:
    """One JSON object of bounded size, without NaN or infinity, in which no name stands twice.

    Raises:
        BadRun: with the reason.
    """
    if len(line) > MAX_RUN_BYTES:
        raise BadRun(f"larger than {MAX_RUN_BYTES} bytes")
    try:
        written = line if isinstance(line, str) else line.decode("utf-8")
        record = json.loads(written, parse_constant=_constant, object_pairs_hook=_object)
    except BadRun:
        raise
    except (ValueError, RecursionError) as error:
        raise BadRun(f"not JSON: {error}") from None
    if not isinstance(record, dict):
        raise BadRun("not a JSON object")
    return record


def canonical(record: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces: equal content gives equal bytes."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=True)


def content_id(record: Mapping[str, Any]) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of the content without its id."""
    content = {name: value for name, value in record.items() if name != "id"}
    return hashlib.sha256(canonical(content).encode()).hexdigest()[:12]


def check_id(record: Mapping[str, Any]) -> None:
    """Do nothing where a record's id belongs to its content.

    Raises:
        BadRun: it does not: something was changed since.
    """
    if content_id(record) != record["id"]:
        raise BadRun(f"id {record['id']} does not belong to this content")


def _constant(word: str) -> float:
    raise BadRun(f"{word} is not a measurement")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):  # which of the two holds would depend on who reads it
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise BadRun(f"the name {plain(twice, 40)} stands twice in one object")
    return record


def _exists(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).year in YEARS
    except ValueError:
        return False


def _whole(value: str) -> bool:
    """Whether a text holds no half of a character, which no file or database takes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(value: object) -> str:
    """A value as an error shows it, however deep or long it is."""
    try:
        return repr(value)
    except (ValueError, RecursionError):  # a whole number of thousands of digits
        return f"a value of type {type(value).__name__}"
