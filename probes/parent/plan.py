"""What is wanted of a measurement, and what it says while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from probes.candidates import Candidate
from probes.catalogue import Probe
from probes.registration import planned_looks
from probes.run import Run

Decided = Callable[[Sequence[Run]], bool]


def never_decided(_runs: Sequence[Run]) -> bool:
    """Return False: nothing is decided early."""
    return False


@dataclass(frozen=True)
class Plan:
    """What to measure: ids of candidates and of probes (or these themselves), how thoroughly, and for how long.

    The probes are named in order of importance: where the budget cannot hold enough blocks of all of them, the last
    ones are left out. `depth` is "quick" (5 blocks, a third of a second per task) or "full" (a pilot, up to 15 blocks
    with looks in between, a second per task, torch.compile); `blocks` overrides the number of blocks; `seed` gives the
    order inside the blocks.
    """

    candidates: tuple[str | Candidate, ...]
    probes: tuple[str | Probe, ...]
    depth: str = "quick"
    budget_seconds: float = 120.0
    seed: int = 1
    blocks: int | None = None

    @property
    def looks(self) -> tuple[int, ...]:
        """The numbers of blocks after which the data are looked at."""
        return planned_looks(self.depth, self.blocks)


@dataclass(frozen=True)
class Progress:
    """What is going on: phase "wait", "device", "exact", "pilot", "block" or "retry", where in it, and the seconds used and left.

    `number` of `count` is the child of the phase, or of the block. While another measurement is awaited, `left_seconds` is
    how long it will be at most.
    """

    phase: str
    block: int
    blocks: int
    candidate: str
    probe: str
    used_seconds: float
    left_seconds: float
    note: str = ""
    number: int = 0
    count: int = 0
