"""Batches whose sums alternate in sign, the losses a model with a branch must have on them, and the bookkeeping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

BATCHES, ROWS, COLUMNS = 8, 4, 3
TOLERANCE = 1e-5
SEED = 20261123


@dataclass
class Task:
    """`batches` (8, 4, 3) float32, sums positive and negative in turn; `seen` collects what the body saw."""

    batches: NDArray[np.float32]
    runs: int = 0
    seen: list[float] = field(default_factory=list)

    def losses(self) -> list[float]:
        """Return the mean square of the branch's output for each batch, at weight 1: (2x)² where the sum is positive."""
        return [float(np.mean(np.square((2 if x.sum() > 0 else -1) * x))) for x in self.batches]

    def visit(self, read: Callable[[], Any]) -> None:
        """Count a run of the model's body, and note the value that a breakpoint there would show."""
        self.runs += 1
        try:
            self.seen.append(float(read()))
        except Exception:  # symbolic, each framework has its own error
            return

    def judge_body(self) -> dict[str, Any]:
        """Return the measures of the plain training run that has just ended."""
        sums = [float(x.sum()) for x in self.batches]
        breakpoint_reached = all(any(abs(value - total) < TOLERANCE for value in self.seen) for total in sums)
        execution = "eager" if self.runs >= len(sums) else "traced"
        return {
            "batches": len(sums),
            "body_runs": self.runs,
            "execution": execution,
            "breakpoint_reached": breakpoint_reached,
        }

    def attempt(self, name: str, train: Callable[[], list[float]]) -> dict[str, Any]:
        """Return whether `train` gives the right losses: "works", or "fails" with the type of the error."""
        try:
            losses = train()
        except Exception as error:
            return {name: "fails", f"{name}_error": type(error).__name__}
        expected = self.losses()
        if len(losses) == 1:  # a mean over the batches is all that Keras tells
            expected = [float(np.mean(expected))]
        if len(losses) == len(expected) and np.allclose(losses, expected, rtol=TOLERANCE):
            return {name: "works"}
        return {name: "fails", f"{name}_error": "wrong numbers"}


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    batches = random.uniform(0.5, 1.5, (BATCHES, ROWS, COLUMNS))
    batches[1::2] *= -1
    return Task(batches.astype(np.float32))
