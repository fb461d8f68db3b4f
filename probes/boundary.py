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

from probes.plain_text import MAX_TEXT, plain_text

MAX_RUN_BYTES = 1_000_000
MAX_NAMES = 64
"""Entries of a table."""
MOST_REMEMBERED = 1000
"""Names of entries that a kind remembers to be right."""
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


def refused_value(where: str, value: object, requirement: str) -> BadRun:
    """Return the error of a value that is not what its field must be.

    Args:
        where: the field.
        value: what was found, as it is to be shown.
        requirement: what it must be, with its article: "a whole number".
    """
    return BadRun(f"{plain_text(where, 80)}: {plain_text(value, 80)} is not allowed: not {requirement}")


def check_fields(record: Mapping[str, object], fields: Mapping[str, Kind]) -> None:
    """Check that a record has exactly these fields and that each is of its kind.

    Raises:
        BadRun: fields are missing or unknown, or a value is not of its kind; the message names them.
    """
    if record.keys() != fields.keys():
        missing, unknown = sorted(fields.keys() - record.keys()), sorted(record.keys() - fields.keys())
        raise BadRun(f"fields: missing {missing[:5]}, unknown {unknown[:5]}")
    for name, kind in fields.items():
        kind(record[name], name)


def integer_kind(least: int, most: int) -> Kind:
    """Return the kind of a whole number in a range."""

    def check_value(value: object, where: str) -> None:
        if type(value) is not int or not least <= value <= most:
            raise refused_value(where, _shown_value(value), f"a whole number from {least} to {most}")

    return check_value


def number_kind(
    least: float = -MOST, most: float = MOST, requirement: str = f"0 or a number from {LEAST:g} to {MOST:g}"
) -> Kind:
    """Return the kind of a finite number in a range: 0, or not so small that a ratio with it overflows."""

    def check_value(value: object, where: str) -> None:
        if not is_number(value) or not least <= value <= most:
            raise refused_value(where, _shown_value(value), requirement)

    return check_value


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a number that can be computed with: not a bool, and neither too small nor too large."""
    return type(value) in (int, float) and (value == 0 or LEAST <= abs(value) <= MOST)  # type: ignore[arg-type]


def text_kind(most: int = MAX_TEXT, like: re.Pattern[str] | None = None, requirement: str = "") -> Kind:
    """Return the kind of a text of at most `most` characters; with a pattern, of one that matches it."""

    def check_value(value: object, where: str) -> None:
        if not isinstance(value, str) or len(value) > most or not (like.match(value) if like else _is_encodable(value)):
            raise refused_value(where, _shown_value(value), requirement or f"a text of at most {most} characters")

    return check_value


NAMED = text_kind(64, NAME, "a name of small letters, digits and _.-[]")


def reason_kind(value: object, where: str) -> None:
    """Check a text that only people read: it may contain halves of characters."""
    if not isinstance(value, str) or len(value) > 2 * MAX_TEXT:
        raise refused_value(where, _shown_value(value), f"a text of at most {2 * MAX_TEXT} characters")


def moment_kind(value: object, where: str) -> None:
    """Check a moment in UTC, written as in ISO 8601."""
    if not isinstance(value, str) or not STARTED.match(value) or not _is_moment(value):
        raise refused_value(where, _shown_value(value), "a moment in UTC such as 2026-11-20T10:00:00+00:00")


def word_kind(words: Collection[str]) -> Kind:
    """Return the kind of one of a few words."""

    def check_value(value: object, where: str) -> None:
        if not isinstance(value, str) or value not in words:
            raise refused_value(where, _shown_value(value), f"one of {', '.join(words)}")

    return check_value


def any_kind(_value: object, _where: str) -> None:
    """Accept any value."""


def kind_by_type(kinds: Mapping[type, Kind], requirement: str) -> Kind:
    """Return the kind that checks each value as its type demands: by type, the kind it must be of."""

    def check_value(value: object, where: str) -> None:
        if type(value) not in kinds:
            raise refused_value(where, _shown_value(value), requirement)
        kinds[type(value)](value, where)

    return check_value


def list_kind(each: Kind, most: int, plural: str) -> Kind:
    """Return the kind of a list of at most `most` values of a kind; `plural` is what these are called in an error."""

    def check_value(value: object, where: str) -> None:
        if not isinstance(value, list) or len(value) > most:
            raise refused_value(where, _shown_value(value), f"a list of at most {most} {plural}")
        entry: object = None
        try:
            for entry in value:  # named in the error
                each(entry, where)
        except BadRun:
            raise refused_value(where, _shown_value(entry), f"a list of {plural}") from None

    return check_value


def table_kind(each: Kind, most: int = MAX_NAMES, names: Kind = NAMED, known: Mapping[str, Kind] = {}) -> Kind:
    """Return the kind of a table from names to values; `known` names have a kind of their own."""
    accepted = set[str]()  # the same few names in every run

    def check_value(value: object, where: str) -> None:
        if not isinstance(value, dict) or len(value) > most:
            raise refused_value(where, _shown_value(value), f"a table of at most {most} names")
        if not accepted.issuperset(value):
            for name in value:
                names(name, where)
            if len(accepted) < MOST_REMEMBERED:
                accepted.update(value)
        try:
            for name, entry in value.items():
                known.get(name, each)(entry, name)
        except BadRun as error:
            raise BadRun(f"{where}.{error}") from None

    return check_value


PLAIN: Mapping[type, Kind] = {bool: any_kind, int: number_kind(), float: number_kind(), str: text_kind()}
VALUE = kind_by_type(PLAIN, "a number, a short text or a truth value")


def parse_object(line: str | bytes) -> dict[str, Any]:
    """Return the JSON object of a line, of limited size, without NaN, infinity or repeated names.

    Raises:
        BadRun: the line is not such an object; the message says why.
    """
    if len(line) > MAX_RUN_BYTES:
        raise BadRun(f"larger than {MAX_RUN_BYTES} bytes")
    try:
        written = line if isinstance(line, str) else line.decode("utf-8")
        record = json.loads(written, parse_constant=_refuse_constant, object_pairs_hook=_object_of_pairs)
    except BadRun:
        raise
    except (ValueError, RecursionError) as error:
        raise BadRun(f"not JSON: {error}") from None
    if not isinstance(record, dict):
        raise BadRun("not a JSON object")
    return record


def canonical_json(record: Mapping[str, Any]) -> str:
    """Return JSON with sorted keys and no spaces: equal content gives equal bytes."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=True)


def content_id(record: Mapping[str, Any]) -> str:
    """Return the first 12 hexadecimal digits of the SHA-256 of the content without its id."""
    content = {name: value for name, value in record.items() if name != "id"}
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()[:12]


def check_id(record: Mapping[str, Any]) -> None:
    """Check that a record's id is that of its content.

    Raises:
        BadRun: the content was changed after the id was computed.
    """
    if content_id(record) != record["id"]:
        raise BadRun(f"id {record['id']} does not belong to this content")


def _refuse_constant(word: str) -> float:
    """Refuse NaN and infinity."""
    raise BadRun(f"{word} is not a measurement")


def _object_of_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs of a JSON object as a dict; a repeated name is an error."""
    record = dict(pairs)
    if len(record) < len(pairs):  # which of the two holds would depend on who reads it
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise BadRun(f"the name {plain_text(twice, 40)} stands twice in one object")
    return record


def _is_moment(value: str) -> bool:
    """Return whether a text is a date and time that exists, in a plausible year."""
    try:
        return datetime.fromisoformat(value).year in YEARS
    except ValueError:
        return False


def _is_encodable(value: str) -> bool:
    """Return whether a text can be encoded as UTF-8: it contains no half of a character."""
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def _shown_value(value: object) -> str:
    """Return a value as shown in an error, however deep or long it is."""
    try:
        return repr(value)
    except (ValueError, RecursionError):  # a whole number of thousands of digits
        return f"a value of type {type(value).__name__}"
