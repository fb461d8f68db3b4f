"""The time that may be spent, and whether the next child still fits into it."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from statistics import median

OVERRUN_SHARE = 0.03  # a child still running so far beyond the budget is stopped; 5 % is promised
FIRST_GUESS_SECONDS = 6.0


@dataclass
class Budget:
    """Seconds to spend, counted on `clock` from when the budget is made."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    guess_seconds: float = FIRST_GUESS_SECONDS
    _seconds_by_kind: dict[Hashable, list[float]] = field(default_factory=dict)
    _start: float = field(init=False)

    def __post_init__(self) -> None:
        self._start = self.clock()

    @property
    def used_seconds(self) -> float:
        """The seconds since the start."""
        return self.clock() - self._start

    @property
    def left_seconds(self) -> float:
        """The seconds until the budget is spent, never below zero."""
        return max(0.0, self.seconds - self.used_seconds)

    @property
    def seconds_to_deadline(self) -> float:
        """The seconds from now until a running child must be stopped."""
        return max(0.0, self.seconds * (1 + OVERRUN_SHARE) - self.used_seconds)

    def record_duration(self, kind: Hashable, seconds: float) -> None:
        """Record how long a kind of work took."""
        self._seconds_by_kind.setdefault(kind, []).append(seconds)

    def expected_seconds(self, kind: Hashable) -> float:
        """Return how long this kind of work will take: the median of earlier times, else a guess."""
        earlier = self._seconds_by_kind.get(kind)
        return median(earlier) if earlier else min(getattr(kind, "guess_seconds", self.guess_seconds), self.seconds / 2)

    def fits(self, kinds: Iterable[Hashable]) -> bool:
        """Return whether work of these kinds, one after another, would end within the budget."""
        return sum(map(self.expected_seconds, kinds)) <= self.left_seconds
