"""One batch for a linear model, its halves, and the gradient of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.gate import relative_error

ROWS, COLUMNS = 8, 4
EQUAL_WITHIN = 1e-5
SEED = 20261123
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Task:
    """Features (8, 4), targets (8, 1) and the start: kernel (4, 1), bias (1,)."""

    x: Floats
    y: Floats
    kernel: Floats
    bias: Floats
    workers: int = 2

    def rows_of_worker(self, rank: int) -> tuple[Floats, Floats]:
        """Return the rows of worker 0 or 1."""
        return self.x[rank :: self.workers], self.y[rank :: self.workers]

    def gradient(self) -> NDArray[np.float64]:
        """Return the gradient of the mean squared error over the whole batch, kernel then bias, in float64."""
        x, y = self.x.astype(np.float64), self.y.astype(np.float64)
        residual = x @ self.kernel.astype(np.float64) + self.bias - y
        return np.ravel(2 / len(x) * np.concatenate([x.T @ residual, residual.sum(axis=0, keepdims=True)]))

    def judge(self, api: str, workers_are: str, gradients: list[Any], work_split: bool) -> dict[str, Any]:
        """Return the measures, given the flat gradient of every worker and whether the work was split."""
        error = max(relative_error(np.ravel(gradient), self.gradient()) for gradient in gradients)
        equal = error <= EQUAL_WITHIN
        mechanism = "fails" if not equal else "works" if work_split else "no-effect"
        return {
            "mechanism": mechanism,
            "api": api,
            "workers": self.workers,
            "workers_are": workers_are,
            "work_split": work_split,
            "gradient_error": error,
            "gradient_equal": equal,
        }

    def judge_sharded(self, api: str, gradients: list[Any], in_parts: bool) -> dict[str, Any]:
        """Return the measures of weights in parts, given every worker's whole gradient and whether they were in parts."""
        equal = all(relative_error(np.ravel(gradient), self.gradient()) <= EQUAL_WITHIN for gradient in gradients)
        return {"sharded": "fails" if not equal else "works" if in_parts else "no-effect", "sharded_api": api}


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    shapes = (ROWS, COLUMNS), (ROWS, 1), (COLUMNS, 1), (1,)
    x, y, kernel, bias = (random.standard_normal(shape).astype(np.float32) for shape in shapes)
    return Task(x, y, kernel, bias)
