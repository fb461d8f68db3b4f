"""What a measurement sets out to do, written down before its first process starts, so that nothing is decided after."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from probes.plain_text import MAX_TEXT
from probes.run import NAME, STARTED, BadRun, canonical, content_id, parse

RECORD = "registration"
SELF_TEST = "self-test"
"""The probe that measures one candidate against itself: its runs say nothing of any candidate."""
MARGIN = 0.05
"""Differences in time below 5 % do not matter: the default margin of every comparison."""
LOOKS = {"quick": (5,), "full": (5, 8, 12, 15)}
"""After how many blocks the data are looked at, by depth; the last look ends the measurement."""
MAX_LISTED = 200


def planned_looks(depth: str, blocks: int | None = None) -> tuple[int, ...]:
    """The looks of a depth; with a number of blocks of one's own, those before it and a last one there."""
    looks = LOOKS[depth]
    return looks if blocks is None else (*(look for look in looks if look < blocks), blocks)


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The plan of one session: nothing in it may be changed once a process has run.

    `measure` is the quantity that is compared, `margin` the relative difference below which two candidates are equal,
    `looks` the numbers of blocks after which the data are looked at, `budget` seconds, `code` the fingerprint of each
    probe, `own` the probes that are the user's own code, `started` UTC in ISO 8601. `id` is filled in from the content.
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
    record: str = RECORD
    id: str = ""

    def __post_init__(self) -> None:
        for name in ("candidates", "probes", "looks", "own"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not self.id:
            object.__setattr__(self, "id", content_id(asdict(self)))

    def to_json(self) -> str:
        """The registration as one line of JSON, keys sorted."""
        return canonical(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Registration:
        """Read one line written by `to_json`.

        Raises:
            BadRun: not a registration, impossible values, or an id that does not belong to the content.
        """
        raw = parse(text)
        known = {item.name for item in fields(cls)}
        if set(raw) != known:
            raise BadRun(f"fields: missing {sorted(known - set(raw))[:5]}, unknown {sorted(set(raw) - known)[:5]}")
        _check(raw)
        if content_id(raw) != raw["id"]:
            raise BadRun(f"id {raw['id']} does not belong to this content")
        return cls(**raw)


def is_registration(text: str | bytes) -> bool:
    """Whether a line of an evidence file is a registration rather than a run."""
    return parse(text).get("record") == RECORD


def _check(raw: dict[str, Any]) -> None:
    """Raise BadRun, naming the field, unless every value has its type and range."""
    for name in ("session", "depth", "started", "measure", "id", "record"):
        _expect(isinstance(raw[name], str) and len(raw[name]) <= MAX_TEXT, name)
    _expect(bool(STARTED.match(raw["started"])), "started")
    for name in ("candidates", "probes", "own"):
        listed = raw[name]
        _expect(isinstance(listed, list) and len(listed) <= MAX_LISTED, name)
        _expect(all(isinstance(one, str) and NAME.match(one) for one in listed), name)
    looks = raw["looks"]
    _expect(isinstance(looks, list) and 0 < len(looks) <= 20 and all(map(_counts, looks)), "looks")
    _expect(looks == sorted(set(looks)), "looks")
    for name in ("margin", "budget"):
        number = raw[name]
        _expect(isinstance(number, int | float) and not isinstance(number, bool) and 0 <= number < 1e9, name)
    _expect(isinstance(raw["seed"], int) and not isinstance(raw["seed"], bool) and abs(raw["seed"]) < 2**53, "seed")
    code = raw["code"]
    _expect(isinstance(code, dict) and len(code) <= MAX_LISTED, "code")
    _expect(all(NAME.match(name) and isinstance(hash, str) and len(hash) <= 64 for name, hash in code.items()), "code")


def _counts(look: object) -> bool:
    return isinstance(look, int) and not isinstance(look, bool) and 0 < look <= 10_000


def _expect(holds: bool, where: str) -> None:
    if not holds:
        raise BadRun(f"{where} of a registration is not allowed")
