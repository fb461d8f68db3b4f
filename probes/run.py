"""The record of what one child process measured: what evidence is made of."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from probes.plain_text import MAX_TEXT, plain

FORMAT = 1
MAX_RUN_BYTES = 1_000_000
MAX_SAMPLES = 20_000
MAX_NAMES = 64
NAME = re.compile(r"[a-z0-9][a-z0-9_.\-\[\]]{0,63}\Z")
STARTED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|\+00:00)\Z")
LISTS = ("gpus", "cpu_flags")
COUNTS = ("logical_cores", "usable_cores", "physical_cores", "memory_mb")

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


class BadRun(ValueError):
    """A record that does not have the shape of a run; the message says what is wrong with it."""


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
        """The run as one line of JSON, keys sorted, without NaN."""
        return canonical(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Run:
        """Read one line written by `to_json`.

        Raises:
            BadRun: too large, not JSON, unknown or missing fields, impossible values, or an id that does not
                belong to the content.
        """
        raw = parse(text)
        known = {item.name for item in fields(cls)}
        missing = {"session", "probe", "candidate", "outcome", "id", "format"} - set(raw)
        if missing or set(raw) - known:
            raise BadRun(f"fields: missing {sorted(missing)}, unknown {sorted(set(raw) - known)[:5]}")
        check_run(raw)
        if content_id(raw) != raw["id"]:
            raise BadRun(f"id {raw['id']} does not belong to this content")
        return cls(**raw)

    def but(self, **changes: Any) -> Run:
        """The same run with some fields changed, and the id that belongs to it."""
        return replace(self, **changes, id="")


def canonical(raw: dict[str, Any]) -> str:
    """JSON with sorted keys and no spaces: equal content gives equal bytes."""
    return json.dumps(raw, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=True)


def content_id(raw: dict[str, Any]) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of the content without its id."""
    content = {name: value for name, value in raw.items() if name != "id"}
    return hashlib.sha256(canonical(content).encode()).hexdigest()[:12]


def parse(text: str | bytes) -> dict[str, Any]:
    """One JSON object of bounded size without NaN or infinity.

    Raises:
        BadRun: with the reason.
    """
    if len(text) > MAX_RUN_BYTES:
        raise BadRun(f"larger than {MAX_RUN_BYTES} bytes")
    try:
        raw = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRun(f"not JSON: {error}") from None
    if not isinstance(raw, dict):
        raise BadRun("not a JSON object")
    return raw


def check_run(raw: dict[str, Any]) -> None:
    """Check types and values of the fields of a run.

    Raises:
        BadRun: naming the field.
    """
    _expect(raw.get("format") == FORMAT, "format", raw.get("format"))
    for name in ("probe", "candidate"):
        _expect(isinstance(raw[name], str) and bool(NAME.match(raw[name])), name, raw[name])
    _expect(raw["outcome"] in set(Outcome), "outcome", raw["outcome"])
    for name in ("session", "why", "mode", "code", "started", "id"):
        _expect(isinstance(raw.get(name, ""), str) and len(raw.get(name, "")) <= 2 * MAX_TEXT, name, "…")
    block = raw.get("block")
    _expect(block is None or (_whole(block) and block >= 1), "block", block)
    for name in ("order", "threads"):
        _expect(_whole(raw.get(name, 0)) and raw.get(name, 0) >= 0, name, raw.get(name))
    seconds = raw.get("seconds", 0.0)
    _expect(_number(seconds) and seconds >= 0, "seconds", seconds)
    check_values(raw.get("measures", {}), "measures")
    check_values(raw.get("noise", {}), "noise")
    check_samples(raw.get("samples", {}))
    _expect(not raw.get("started", "") or bool(STARTED.match(raw["started"])), "started", raw.get("started"))
    check_versions(raw.get("versions", {}))
    check_machine(raw.get("machine", {}))


def check_versions(versions: object) -> None:
    """Check a table of package names to short version texts.

    Raises:
        BadRun: naming the entry.
    """
    _expect(isinstance(versions, dict) and len(versions) <= MAX_NAMES, "versions", "not a small table")
    assert isinstance(versions, dict)
    for name, version in versions.items():
        _expect(isinstance(name, str) and isinstance(version, str) and len(version) <= 80, "versions", name)


def check_machine(facts: object) -> None:
    """Check a table of machine facts: short texts, numbers, truth values, or lists of short texts.

    Raises:
        BadRun: naming the fact.
    """
    _expect(isinstance(facts, dict) and len(facts) <= MAX_NAMES, "machine", "not a small table")
    assert isinstance(facts, dict)
    for name, fact in facts.items():
        listed = fact if isinstance(fact, list) else [fact]
        plain_ = all(
            isinstance(one, bool) or _number(one) or (isinstance(one, str) and len(one) <= MAX_TEXT) for one in listed
        )
        _expect(isinstance(name, str) and plain_, f"machine.{name}", "…")
        _expect(name not in LISTS or isinstance(fact, list), f"machine.{name}", "not a list")
        _expect(name not in COUNTS or _number(fact), f"machine.{name}", "not a number")


def check_values(values: object, where: str) -> None:
    """Check a flat table of names to finite numbers, short texts and truth values.

    Raises:
        BadRun: naming the entry.
    """
    _expect(isinstance(values, dict) and len(values) <= MAX_NAMES, where, "not a small table")
    assert isinstance(values, dict)
    for name, value in values.items():
        _expect(isinstance(name, str) and bool(NAME.match(name)), where, name)
        short = isinstance(value, str) and len(value) <= MAX_TEXT
        _expect(isinstance(value, bool) or _number(value) or short, f"{where}.{name}", value)


def check_samples(samples: object) -> None:
    """Check raw windows: lists of positive finite seconds.

    Raises:
        BadRun: naming the list.
    """
    _expect(isinstance(samples, dict) and len(samples) <= MAX_NAMES, "samples", "not a small table")
    assert isinstance(samples, dict)
    for name, values in samples.items():
        _expect(isinstance(name, str) and bool(NAME.match(name)), "samples", name)
        _expect(isinstance(values, list) and len(values) <= MAX_SAMPLES, f"samples.{name}", "not a list")
        _expect(all(_number(value) and value > 0 for value in values), f"samples.{name}", "a time not above 0")


def _refuse_constant(word: str) -> float:
    raise BadRun(f"{word} is not a measurement")


def _number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e300 and math.isfinite(value)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53


def _expect(holds: bool, where: str, value: object) -> None:
    if not holds:
        raise BadRun(f"{where}: {plain(repr(value), 80)} is not allowed")
