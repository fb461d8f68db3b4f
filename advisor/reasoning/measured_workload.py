"""What an answer holds of the size of the project's own job: the sizes measured, each way there, and what it decided."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from advisor.text import Text

WorkloadStatus = Literal["measured", "carried-on", "too-far", "not-measured"]
"""Whether a workload was measured at its own size, carried on from smaller ones, is too far from these to count, or was not measured."""


class WorkloadRung(Struct, frozen=True):
    """A size at which a workload was measured: its sizes as they are typed, the operations of a step, and the name its runs have."""

    sizes: str
    work: float
    probe: str


class WorkloadWay(Struct, frozen=True):
    """A way to train at the size of the workload.

    Attributes:
        ratio, low, high: its step time as a multiple of the fastest way's, with a 90 % interval.
        step_ms: its step in milliseconds.
        start_s: import, build and first step at the largest rung, in seconds.
        hours, hours_low, hours_high: for all steps of the project, with a 90 % interval.
        at_rungs: the ratio at each rung; None where it was not measured there.
    """

    candidate: str
    mode: str
    ratio: float
    low: float
    high: float
    step_ms: float
    start_s: float
    hours: float
    hours_low: float
    hours_high: float
    at_rungs: tuple[float | None, ...]


class WorkloadCrossing(Struct, frozen=True):
    """After how many steps one way overtakes another at the size of the workload; `high` is None where it may never do."""

    earlier: str
    earlier_mode: str
    later: str
    later_mode: str
    steps: float
    low: float
    high: float | None


class WorkloadEvidence(Struct, frozen=True):
    """What was measured for the user's own size.

    Attributes:
        id, label: of the workload.
        sizes: its family and sizes as they are typed.
        work: floating-point operations of the matrix products of one step.
        steps: how many training steps the project is assumed to run.
        times: its work as a multiple of that of the largest rung; 1 where it was measured itself.
        spread: the factor by which the ratio of two ways may be off, 90 %.
        rungs, ways: ascending in work; the fastest first.
        crossings: after how many steps a slower start pays off.
        tried: how many runs there are of its sizes, whatever became of them.
        leader_without, share_without: the framework that would be recommended without these measurements, and in how many of 100
            worlds it wins; empty where they do not count.
    """

    id: str
    label: Text
    sizes: str
    work: float
    status: WorkloadStatus
    steps: int
    times: float = 0.0
    spread: float = 0.0
    rungs: tuple[WorkloadRung, ...] = ()
    ways: tuple[WorkloadWay, ...] = ()
    crossings: tuple[WorkloadCrossing, ...] = ()
    tried: int = 0
    leader_without: str = ""
    share_without: float = 0.0

    @property
    def counts(self) -> bool:
        """Whether it bears on the answer."""
        return self.status in ("measured", "carried-on")
