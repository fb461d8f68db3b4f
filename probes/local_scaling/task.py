"""The batch and the model of one worker, and the comparison of one worker with two."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.child.subcall import Patience, call_in_process
from probes.job import Unsupported
from probes.machine.contention import Contention

WIDTHS = (256, 1024, 1024, 10)
ROWS = 256
PAIRS = 3
DEADLINE_SECONDS, ALL_TOGETHER_SECONDS = 30.0, 80.0
WARM_STEPS, STEPS = 5, 40
SEED = 20261123
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Task:
    """Kernels without biases, (256, 1024), (1024, 1024), (1024, 10), ReLU between; features (256, 256), targets (256, 10)."""

    kernels: list[Floats]
    x: Floats
    y: Floats
    rate: float = 1e-3

    def measure(self, module: str, workers_are: str) -> dict[str, Any]:
        """Time `time_step(workers)` of a module with one and with two workers, in turn.

        Raises:
            Unsupported: there is only one core.
            TooNoisy: other processes were busy meanwhile.
            RuntimeError: a process failed.
        """
        if len(os.sched_getaffinity(0)) < 2:
            raise Unsupported("two cores are needed to compare one worker with two")
        patience = Patience(ALL_TOGETHER_SECONDS)
        with Contention() as contention:
            seconds_of_pairs = [[_time_workers(module, workers, patience) for workers in (1, 2)] for _ in range(PAIRS)]
        ratios = [by_one / by_two for by_one, by_two in seconds_of_pairs]
        contention.require_quiet()
        return {
            "efficiency": round(median(ratios), 3),
            "efficiency_lowest": round(min(ratios), 3),
            "efficiency_highest": round(max(ratios), 3),
            "step_one_ms": round(1000 * median(by_one for by_one, _ in seconds_of_pairs), 3),
            "step_two_ms": round(1000 * median(by_two for _, by_two in seconds_of_pairs), 3),
            "pairs": PAIRS,
            "workers_are": workers_are,
        }


def _time_workers(module: str, workers: int, patience: Patience) -> float:
    """Return the seconds of a step with this number of workers, in a process of its own."""
    answer = call_in_process(f"{module}:time_step", {"workers": workers}, patience.at_most(DEADLINE_SECONDS))
    if answer.error:
        raise RuntimeError(f"{workers} worker(s): {answer.error}: {answer.why}")
    return float(answer.value)


def confine_to_cores(workers: int) -> None:
    """Limit this process to as many cores as there are workers; to be called before a framework starts its threads."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:workers])


def median_step(step: Callable[[], object]) -> float:
    """Return the median seconds of a step after warming up; every worker does the same number of steps."""
    for _ in range(WARM_STEPS):
        step()
    step_seconds = []
    for _ in range(STEPS):
        begin = time.perf_counter()
        step()
        step_seconds.append(time.perf_counter() - begin)
    return median(step_seconds)


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    shapes = pairwise(WIDTHS)
    kernels = [(random.standard_normal(shape) / np.sqrt(shape[0])).astype(np.float32) for shape in shapes]
    x, y = (random.standard_normal((ROWS, width)).astype(np.float32) for width in (WIDTHS[0], WIDTHS[-1]))
    return Task(kernels, x, y)
