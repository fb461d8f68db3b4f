"""What a measurement sets out to do, written down before its first process starts, so that nothing is decided after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from probes import boundary
from probes.boundary import Kind, canonical_json, content_id, parse_object

RECORD = "registration"
SELF_TEST = "self-test"
"""The probe that measures one candidate against itself: its runs say nothing of any candidate."""
MARGIN = 0.05
"""Differences in time below 5 % do not matter: the default margin of every comparison."""
LOOKS = {"quick": (5,), "full": (5, 8, 12, 15)}
"""After how many blocks the data are looked at, by depth; the last look ends the measurement."""
MAX_LISTED = 200
LATER = ("folders", "cluster")
"""Fields that older registrations do not have."""


def planned_looks(depth: str, blocks: int | None = None) -> tuple[int, ...]:
    """Return the looks of a depth; with a number of blocks, those before that number and a last one there."""
    looks = LOOKS[depth]
    return looks if blocks is None else (*(look for look in looks if look < blocks), blocks)


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The plan of one session: nothing in it may be changed once a process has run.

    `measure` is the quantity that is compared, `margin` the relative difference below which two candidates are equal,
    `looks` the numbers of blocks after which the data are looked at, `budget` seconds, `code` the fingerprint of each
    probe, `own` the probes that are the user's own code, `folders` for each of these which folder it lies in
    (`fingerprint.folder_id`), `cluster` the engine and the number of nodes where it is one of a cluster, `started` UTC in
    ISO 8601. `id` is filled in from the content.
    """

    session: str
    candidates: tuple[str, ...]
    probes: tuple[str, ...]
    depth: str
    looks: tuple[int, ...]
    budget: float
    seed: int
    started: str
    measure: str = "step_ms"
    margin: float = MARGIN
    code: dict[str, str] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    folders: dict[str, str] = field(default_factory=dict)
    cluster: dict[str, str | int] = field(default_factory=dict)
    record: str = RECORD
    id: str = ""

    def __post_init__(self) -> None:
        for name in ("candidates", "probes", "looks", "own"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not self.id:
            object.__setattr__(self, "id", content_id(self._content()))

    def to_json(self) -> str:
        """Return the registration as one line of JSON with sorted keys."""
        return canonical_json(self._content())

    def _content(self) -> dict[str, Any]:
        """Return the fields; without those of `LATER` that are empty, as they were written before there were such fields."""
        return {name: value for name, value in asdict(self).items() if value or name not in LATER}

    @classmethod
    def from_json(cls, line: str | bytes) -> Registration:
        """Read one line written by `to_json`; see `from_record`.

        Raises:
            BadRun: too large, not JSON, or no registration.
        """
        return cls.from_record(parse_object(line))

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Registration:
        """Read a registration that may come from anywhere.

        Raises:
            BadRun: unknown or missing fields, a value that is not of its kind, or an id that does not belong to the
                content.
        """
        boundary.check_fields({name: {} for name in LATER} | dict(record), FIELDS)
        boundary.check_id(record)
        return cls(**record)


def is_registration(line: str | bytes) -> bool:
    """Return whether a line of an evidence file is a registration rather than a run."""
    return parse_object(line).get("record") == RECORD


def ascending_kind(value: object, where: str) -> None:
    """Check a few numbers of blocks, each larger than the one before."""
    boundary.list_kind(boundary.integer_kind(1, 10_000), 20, "whole numbers from 1 to 10000")(value, where)
    assert isinstance(value, list)
    if not value or value != sorted(set(value)):
        raise boundary.refused_value(where, value, "a list of numbers of blocks, each larger than the one before")


NAMES = boundary.list_kind(boundary.NAMED, MAX_LISTED, "names of small letters, digits and _.-[]")
FIELDS: Mapping[str, Kind] = {
    "record": boundary.word_kind([RECORD]),
    "session": boundary.text_kind(80),
    "candidates": NAMES,
    "probes": NAMES,
    "depth": boundary.NAMED,
    "looks": ascending_kind,
    "budget": boundary.number_kind(0, 1e9, "a number of seconds from 0"),
    "seed": boundary.integer_kind(-(2**53), 2**53),
    "started": boundary.moment_kind,
    "measure": boundary.NAMED,
    "margin": boundary.number_kind(0, 1e9, "a number from 0"),
    "code": boundary.table_kind(boundary.text_kind(64), most=MAX_LISTED),
    "own": NAMES,
    "folders": boundary.table_kind(boundary.text_kind(16), most=MAX_LISTED),
    "cluster": boundary.table_kind(
        boundary.any_kind, known={"engine": boundary.NAMED, "nodes": boundary.integer_kind(1, 100_000)}
    ),
    "id": boundary.text_kind(12),
}
"""What each field of a registration must be."""
