"""What a child may say on its result pipe, and how a line of it is taken in: what is not a message of ours is passed over.

The user's own code shares the process with ours and can reach the pipe. Only what has the shape of a message counts as one;
whether its values can be is judged where they become a run (see `probes.parent.results`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from probes.boundary import BadRun, Kind, any_kind, kind_by_type, number_kind, parse_object, table_kind, text_kind

WORD = text_kind()
MESSAGES: Mapping[str, Mapping[str, Kind]] = {
    "phase": {"phase": text_kind(20)},
    "part": {"part": WORD},
    "result": {"part": WORD},
    "versions": {"versions": table_kind(WORD, names=WORD), "threads": kind_by_type({int: any_kind}, "a whole number")},
    "end": {},
}
"""By event, the fields without which a message is none."""
OPTIONAL: Mapping[str, Kind] = {"device": text_kind(40), "cpu_seconds": number_kind()}
"""Fields that some messages have."""


def parse_message(line: bytes) -> dict[str, Any] | None:
    """Return the message in a line; None where the line is none of ours.

    Raises:
        BadRun: the line is not even a JSON object.
    """
    message = parse_object(line)
    event = message.get("event")
    if not isinstance(event, str) or event not in MESSAGES:
        return None
    try:
        for name, kind in MESSAGES[event].items():
            kind(message.get(name), name)
        for name in OPTIONAL.keys() & message.keys():
            OPTIONAL[name](message[name], name)
    except BadRun:
        return None
    return message
