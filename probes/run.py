"""The record of what one child process measured: what evidence is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import NoneType
from typing import Any

from probes import boundary
from probes.boundary import BadRun as BadRun
from probes.boundary import Kind, canonical_json, content_id, parse_object

FORMAT = 1
MAX_SAMPLES = 20_000
Value = float | int | str | bool


class Outcome(StrEnum):
    """How a run ended, in one word; every word but `ok` comes with a reason."""

    OK = "ok"
    PARTIAL = "partial"
    NOT_INSTALLED = "not_installed"
    NOT_WRITTEN = "not_written"
    IMPORT_ERROR = "import_error"
    IMPORT_CRASH = "import_crash"
    OOM = "oom"
    KILLED = "killed"
    TIMEOUT = "timeout"
    BAD_OUTPUT = "bad_output"
    QUALITY_MISMATCH = "quality_mismatch"
    NO_STEADY_STATE = "no_steady_state"
    TOO_NOISY = "too_noisy"
    CANCELLED = "cancelled"
    UNSUPPORTED = "unsupported"
    NODE_LOST = "node_lost"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One measurement of one candidate by one probe.

    `mode` is "", "default", "production" or "reference"; `block` is 1-based and None for exact probes; `order`
    is the position inside the block; `samples` hold the raw windows in seconds per step; `started` is UTC in ISO
    8601; `seconds` is wall time. `id` is filled in from the content when left empty.
    """

    session: str
    probe: str
    candidate: str
    outcome: Outcome
    why: str = ""
    mode: str = ""
    block: int | None = None
    order: int = 0
    measures: dict[str, Value] = field(default_factory=dict)
    samples: dict[str, list[float]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    started: str = ""
    seconds: float = 0.0
    threads: int = 0
    noise: dict[str, Value] = field(default_factory=dict)
    format: int = FORMAT
    id: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcome", Outcome(self.outcome))
        if not self.id:
            object.__setattr__(self, "id", content_id(asdict(self)))

    def to_json(self) -> str:
        """Return the run as one line of JSON with sorted keys and without NaN."""
        return canonical_json(asdict(self))

    @classmethod
    def from_json(cls, line: str | bytes) -> Run:
        """Read one line written by `to_json`; see `from_record`.

        Raises:
            BadRun: too large, not JSON, or no run.
        """
        return cls.from_record(parse_object(line))

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Run:
        """Read a run that may come from anywhere.

        Raises:
            BadRun: unknown or missing fields, a value that is not of its kind, or an id that does not belong to the
                content.
        """
        format_kind(record.get("format"), "format")
        boundary.check_fields(record, FIELDS)
        boundary.check_id(record)
        return cls(**record)

    def with_changes(self, **changes: Any) -> Run:
        """Return the same run with some fields changed, and the id that belongs to it."""
        return replace(self, **changes, id="")


def format_kind(value: object, where: str) -> None:
    """Check that a format number is the one this program writes; it is read before anything else."""
    if type(value) is not int or value != FORMAT:
        raise boundary.refused_value(
            where, repr(value), f"{FORMAT}, the only format this version of framework-advisor reads"
        )


COUNT = boundary.integer_kind(0, 2**53)
FACTS: Mapping[str, Kind] = {
    "gpus": boundary.list_kind(boundary.text_kind(), 64, "names"),
    "cpu_flags": boundary.list_kind(boundary.text_kind(), 64, "names"),
    "gpu_memory_mb": boundary.list_kind(COUNT, 64, "amounts in MiB"),
    "labels": boundary.list_kind(boundary.text_kind(), 64, "names"),
    "logical_cores": COUNT,
    "usable_cores": COUNT,
    "physical_cores": COUNT,
    "memory_mb": COUNT,
}
"""Facts about a machine that are of a kind of their own."""
FACT = boundary.kind_by_type(
    {**boundary.PLAIN, list: boundary.list_kind(boundary.VALUE, 64, "short texts and numbers")},
    "a number, a text, a truth value or a list",
)
MEASURES = boundary.table_kind(boundary.VALUE)
SAMPLES = boundary.table_kind(
    boundary.list_kind(
        boundary.number_kind(boundary.CLOCK, boundary.MOST, "a time above 0"), MAX_SAMPLES, "times above 0 s"
    )
)
VERSIONS = boundary.table_kind(boundary.text_kind(80), names=boundary.text_kind(80))
THREADS = boundary.integer_kind(0, 100_000)

FIELDS: Mapping[str, Kind] = {
    "format": format_kind,
    "session": boundary.text_kind(80),
    "probe": boundary.NAMED,
    "candidate": boundary.NAMED,
    "outcome": boundary.word_kind(list(Outcome)),
    "why": boundary.reason_kind,
    "mode": boundary.text_kind(64),
    "block": boundary.kind_by_type(
        {NoneType: boundary.any_kind, int: boundary.integer_kind(1, 100_000)}, "null or a whole number from 1"
    ),
    "order": boundary.integer_kind(0, 100_000),
    "measures": MEASURES,
    "samples": SAMPLES,
    "versions": VERSIONS,
    "machine": boundary.table_kind(FACT, names=boundary.text_kind(80), known=FACTS),
    "code": boundary.text_kind(64),
    "started": boundary.moment_kind,
    "seconds": boundary.number_kind(0, 1e9, "a number of seconds from 0"),
    "threads": THREADS,
    "noise": boundary.table_kind(boundary.VALUE),
    "id": boundary.text_kind(12),
}
"""What each field of a run must be."""


def current_time() -> str:
    """Return the current time in UTC, to the second, as in ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
