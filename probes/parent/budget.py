"""The time that may be spent, and whether the next child still fits into it."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from statistics import median

OVERRUN = 0.03  # a child still running so far beyond the budget is stopped; 5 % is promised
FIRST_GUESS = 6.0


@dataclass
class Budget:
    """Seconds to spend, counted on `clock` from when the budget is made."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    guess: float = FIRST_GUESS
    _earlier: dict[Hashable, list[float]] = field(default_factory=dict)
    _start: float = field(init=False)

    def __post_init__(self) -> None:
        self._start = self.clock()

    @property
    def used(self) -> float:
        """Seconds since the start."""
        return self.clock() - self._start

    @property
    def left(self) -> float:
        """Seconds until the budget is spent, never below zero."""
        return max(0.0, self.seconds - self.used)

    @property
    def last_call(self) -> float:
        """Seconds from now until a running child must be stopped."""
        return max(0.0, self.seconds * (1 + OVERRUN) - self.used)

    def note(self, kind: Hashable, seconds: float) -> None:
        """Remember how long a kind of work took."""
        self._earlier.setdefault(kind, []).append(seconds)

    def expected(self, kind: Hashable) -> float:
        """How long this kind of work will take: the median of what it took before, else a guess (its own, if it has one)."""
        earlier = self._earlier.get(kind)
        return median(earlier) if earlier else min(getattr(kind, "guess", self.guess), self.seconds / 2)

    def fits(self, kinds: Iterable[Hashable]) -> bool:
        """Whether work of these kinds, one after another, still ends within the budget."""
        return sum(map(self.expected, kinds)) <= self.left
