"""The rows, the loop by NumPy that every pipeline is held against, and the timing of both in turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.machine.contention import Contention

ROWS, COLUMNS, BATCH_SIZE, PASSES = 8192, 64, 64, 5
SEED = 20261123
Floats = NDArray[np.float32]
Pipeline = Callable[[], Iterable[Any]]


@dataclass(frozen=True)
class Task:
    """Rows (8192, 64), whose mean and deviation are to be taken off."""

    x: Floats
    mean: float
    deviation: float
    batch_size: int = BATCH_SIZE

    def normalise(self, rows: Any) -> Any:
        """Return rows with mean 0 and deviation 1, which is done to every sample."""
        return (rows - self.mean) / self.deviation

    def numpy_batches(self) -> Iterator[Floats]:
        """Yield the batches of the same work by NumPy."""
        order = np.random.default_rng(SEED).permutation(ROWS)
        for start in range(0, ROWS, BATCH_SIZE):
            yield self.normalise(self.x[order[start : start + BATCH_SIZE]])

    def measure(
        self, pipeline: Pipeline, to_array: Callable[[Any], Floats], worker_pipeline: Pipeline | None = None
    ) -> dict[str, Any]:
        """Time a pipeline in turn with the loop by NumPy, and return the measures.

        Args:
            pipeline: begins a pass over the data.
            to_array: converts a batch to NumPy.
            worker_pipeline: the same with worker processes, where the framework has them.

        Raises:
            TooNoisy: other processes were busy meanwhile.
        """
        complete = self._has_all_rows([to_array(batch) for batch in pipeline()])
        with Contention() as contention:
            seconds_of_passes = [(_time_pass(self.numpy_batches), _time_pass(pipeline)) for _ in range(PASSES)]
            seconds_of_workers = _time_pass(worker_pipeline) if worker_pipeline else None
        contention.require_quiet()
        ratios = [loop_seconds / pipeline_seconds for loop_seconds, pipeline_seconds in seconds_of_passes]
        return {
            "relative": round(median(ratios), 3),
            "relative_lowest": round(min(ratios), 3),
            "relative_highest": round(max(ratios), 3),
            "samples_per_s": round(ROWS / median(pipeline_seconds for _, pipeline_seconds in seconds_of_passes)),
            "numpy_samples_per_s": round(ROWS / median(loop_seconds for loop_seconds, _ in seconds_of_passes)),
            "complete": complete,
        } | ({"workers_samples_per_s": round(ROWS / seconds_of_workers)} if seconds_of_workers else {})

    def _has_all_rows(self, batches: list[Floats]) -> bool:
        """Return whether a pass delivered every row once, normalised, in another order."""
        rows, expected = np.concatenate(batches), self.normalise(self.x)
        if rows.shape != expected.shape:
            return False
        shuffled = not np.allclose(rows, expected, atol=1e-5)
        return shuffled and np.allclose(np.sort(rows[:, 0]), np.sort(expected[:, 0]), atol=1e-5)


def _time_pass(pipeline: Pipeline) -> float:
    """Return the seconds of one pass over the data."""
    begin = time.perf_counter()
    for _ in pipeline():
        pass
    return time.perf_counter() - begin


def make() -> Task:
    """Return the task; the same numbers in every process."""
    x = np.random.default_rng(SEED).normal(3.0, 2.0, (ROWS, COLUMNS)).astype(np.float32)
    return Task(x, 3.0, 2.0)
