"""Times the steps of one job inside the child: first step, windows, warm-up, steady median."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from probes.child.steady import Settled, cut_warmup, relative_spread
from probes.job import Job

WINDOW_SECONDS = 0.010
FEWEST_STEPS = 40
LONGEST_SECONDS = 3.0
SETTLING_SECONDS = 0.05
SETTLING_STEPS = 4


@dataclass(frozen=True)
class Timing:
    """The windows of one job in seconds per step, and what they settle to."""

    windows: list[float]
    steps: int
    settled: Settled

    def measures(self) -> dict[str, float | int]:
        """Return the steady values as measures of a run; `step_ms` is in milliseconds."""
        return {
            "step_ms": self.settled.median * 1e3,
            "step_spread": relative_spread(self.windows[self.settled.start :]),
            "thirds_spread": min(self.settled.spread, 99.0),
            "thirds_allowed": self.settled.allowed,
            "steps": self.steps,
            "warmup_share": self.settled.warmup_share(len(self.windows)),
        }


def time_steps(job: Job, seconds: float, longest: float = LONGEST_SECONDS, fewest: int = 1) -> Timing:
    """Time a job that has made its first step for about `seconds`, and once more as long if it is not steady.

    Args:
        longest: seconds after which fewer than 40 steps suffice.
        fewest: how many windows there must be for all that.
    """
    per_window = steps_per_window(job)
    windows = time_windows(job, per_window, seconds, longest, fewest)
    settled = cut_warmup(windows)
    if not settled.steady:
        windows += time_windows(job, per_window, seconds, longest, fewest)
        settled = cut_warmup(windows)
    return Timing(windows, per_window * len(windows), settled)


def steps_per_window(job: Job) -> int:
    """Return how many steps fill one window, by the fastest step seen: the first ones after a pause are slow."""
    begin, shortest, per_call = time.perf_counter(), list[float](), job.steps_per_call
    while time.perf_counter() - begin < SETTLING_SECONDS or len(shortest) < SETTLING_STEPS:
        shortest.append(time_window(job, per_call))
    return per_call * max(1, math.ceil(WINDOW_SECONDS / (per_call * min(shortest))))


def time_windows(
    job: Job, per_window: int, seconds: float, longest: float = LONGEST_SECONDS, fewest: int = 1
) -> list[float]:
    """Time windows for about `seconds`: at least 40 steps, unless they take longer than `longest` (or than `seconds`)."""
    windows: list[float] = []
    begin = time.perf_counter()
    while True:
        windows.append(time_window(job, per_window))
        spent_seconds = time.perf_counter() - begin
        enough = len(windows) * per_window >= FEWEST_STEPS or (spent_seconds >= longest and len(windows) >= fewest)
        if spent_seconds >= seconds and enough:
            return windows


def time_window(job: Job, steps: int) -> float:
    """Return the seconds per step of one window, with the device idle at both ends; `steps` fill whole calls of the job."""
    step, calls = job.step, steps // job.steps_per_call
    job.sync()
    begin = time.perf_counter()
    for _ in range(calls):
        step()
    job.sync()
    return (time.perf_counter() - begin) / steps
