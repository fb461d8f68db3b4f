"""Criteria: what can matter, each on a fixed scale from 0 to 1 whose ends are written down in units."""

from typing import Annotated, Literal

from advisor.knowledge.condition import ALWAYS, When
from advisor.record import Id, Limits, Record, ShortString
from advisor.text import Text

Importance = Literal["ignore", "minor", "normal", "major"]
WEIGHT: dict[str, float] = {"ignore": 0.0, "minor": 1.0, "normal": 2.0, "major": 4.0}

Level = Literal["poor", "weak", "fair", "good", "strong"]
LEVEL: dict[str, float] = {"poor": 0.1, "weak": 0.3, "fair": 0.5, "good": 0.7, "strong": 0.9}
LEAST: dict[str, float] = {level: round(value - 0.1, 1) for level, value in LEVEL.items()}
"""The least believed value that meets a required level: the middle between it and the level below. Never the level itself: a
criterion nobody speaks about is believed to be 0.5, which is *fair*, and rounding would decide."""

Nearness = Literal["own-code", "same-family", "other-family", "toy-proxy", "mechanism", "exact"]
"""How far what was measured lies from the user's own work (see `reasoning.beliefs.MISMATCH`)."""


class MeasureScale(Record, frozen=True, kw_only=True):
    """How one measure of a probe is read on the criterion's scale.

    Exactly one of `log`, `linear` (two ends: value at 0, value at 1, in the measure's unit, or as multiples of the
    NumPy reference when `over-reference`) and `levels` (outcome word → value) is given.
    """

    probe: Id
    measure: ShortString
    label: Text
    """The column head of the measured table."""
    unit: Text | None = None
    log: tuple[float, float] | None = None
    linear: tuple[float, float] | None = None
    levels: Annotated[dict[str, float], Limits(min_length=1)] | None = None
    over_reference: bool = False
    nearness: Nearness
    counts_when: When = ALWAYS
    """The project it speaks for; elsewhere the measure is shown but does not count."""
    counts_note: Text | None = None

    def __post_init__(self) -> None:
        if sum(scale is not None for scale in (self.log, self.linear, self.levels)) != 1:
            raise ValueError("give exactly one of log, linear and levels; good: log: [300, 3]")
        if self.log and (min(self.log) <= 0 or self.log[0] == self.log[1]):
            raise ValueError("log takes two different positive ends: [value at 0, value at 1]")
        if self.linear and self.linear[0] == self.linear[1]:
            raise ValueError("linear takes two different ends: [value at 0, value at 1]; good: linear: [0, 100]")
        if self.levels is not None and not all(0 <= level <= 1 for level in self.levels.values()):
            raise ValueError("levels lie between 0 and 1; good: levels: {works: 0.9, fails: 0.1}")


class Criterion(Record, frozen=True):
    """Something that can matter for the choice."""

    id: Id
    topic: Id
    name: Text
    about: Text
    worst: Text
    """What value 0 means, in units."""
    best: Text
    """What value 1 means, in units."""
    default: Importance
    """Its importance where no rule speaks."""
    group: Id | None = None
    """What it reads together with others: a group weighs as much as its heaviest member (see `reasoning.worlds`)."""
    measured: tuple[MeasureScale, ...] = ()
