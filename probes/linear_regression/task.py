"""The regression every framework learns: y = 1·x1 + 2·x2 + 3 with noise, from one seed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.gate import relative_error

TRUTH = (1.0, 2.0, 3.0)
LEARNED_WITHIN = 0.05
AGREES_WITHIN = 1e-5
SEED = 20261123
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Task:
    """Features (N, 2) and targets (N, 1) to train and to test on; the start is kernel (2, 1) and bias (1,)."""

    x_train: Floats
    y_train: Floats
    x_test: Floats
    y_test: Floats
    start: tuple[Floats, Floats]
    epochs: int = 100
    rate: float = 0.1

    def judge(self, kernel: Any, bias: Any, gradient: Sequence[Any], seconds: float) -> dict[str, float | bool]:
        """Return the measures, from what was learned, the first gradient (kernel, bias) and the seconds of training."""
        parameters = [float(value) for value in (*np.ravel(kernel), *np.ravel(bias))]
        residual = self.x_test @ np.reshape(kernel, (2, 1)) + np.ravel(bias) - self.y_test
        flat = np.concatenate([np.ravel(part) for part in gradient])
        error = relative_error(flat, self.gradient_by_formula())
        return {
            **dict(zip(("w1", "w2", "b"), parameters, strict=True)),
            "test_mse": float(np.mean(np.square(residual, dtype=np.float64))),
            "learned": all(abs(value - true) <= LEARNED_WITHIN for value, true in zip(parameters, TRUTH, strict=True)),
            "gradient_error": error,
            "gradient_agrees": error <= AGREES_WITHIN,
            "train_seconds": seconds,
        }

    def gradient_by_formula(self) -> NDArray[np.float64]:
        """Return the gradient of the mean squared error at the start in float64: -2/N Σ (y - ŷ)·x, -2/N Σ (y - ŷ)."""
        x, y = self.x_train.astype(np.float64), self.y_train.astype(np.float64)
        kernel, bias = (part.astype(np.float64) for part in self.start)
        residual = y - (x @ kernel + bias)
        return np.ravel(-2 / len(x) * np.concatenate([x.T @ residual, residual.sum(axis=0, keepdims=True)]))


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    features = random.standard_normal((1000, 2))
    noise = 0.1 * random.standard_normal((1000, 1))
    targets = features @ np.array(TRUTH[:2]).reshape(2, 1) + TRUTH[2] + noise
    start = random.standard_normal((2, 1)).astype(np.float32), np.zeros(1, np.float32)
    x, y = features.astype(np.float32), targets.astype(np.float32)
    return Task(x[:800], y[:800], x[800:], y[800:], start)


clock = time.perf_counter
