"""A linear model with the gradient of the formula, and a small network with its central differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.gate import relative_error

ROWS, WIDTHS = 8, (3, 5, 4, 1)
STEP = 1e-6
AGREES_WITHIN = 1e-6
SEED = 20261123
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """Features (8, 3) and targets (8, 1); a linear kernel (3, 1) and bias (1,); kernels and biases of tanh layers."""

    x: Floats
    y: Floats
    linear: list[Floats]
    weights: list[Floats]

    def gradient_by_formula(self) -> Floats:
        """Return -2/N Σ (y - ŷ)·x for the kernel and -2/N Σ (y - ŷ) for the bias, flat."""
        residual = self.y - (self.x @ self.linear[0] + self.linear[1])
        return np.ravel(-2 / ROWS * np.concatenate([self.x.T @ residual, residual.sum(axis=0, keepdims=True)]))

    def loss(self, weights: Sequence[Floats]) -> float:
        """Return the mean squared error of the network."""
        out = self.x
        for layer, (kernel, bias) in enumerate(zip(weights[::2], weights[1::2], strict=True)):
            out = out @ kernel + bias
            out = np.tanh(out) if layer < len(WIDTHS) - 2 else out
        return float(np.mean(np.square(out - self.y)))

    def gradient_by_differences(self) -> Floats:
        """Return the central differences of the loss in every weight, flat."""
        slopes = []
        for number, part in enumerate(self.weights):
            for index in np.ndindex(part.shape):
                losses = []
                for offset in (STEP, -STEP):
                    moved_weights = [weight.copy() for weight in self.weights]
                    moved_weights[number][index] += offset
                    losses.append(self.loss(moved_weights))
                slopes.append((losses[0] - losses[1]) / (2 * STEP))
        return np.array(slopes)

    def judge(self, linear: Sequence[Any], network: Sequence[Any], **outcomes: str) -> dict[str, Any]:
        """Return the measures, from the two gradients in the order of the weights."""
        linear, network = ([np.asarray(part) for part in parts] for parts in (linear, network))
        formula, difference = (
            relative_error(np.concatenate([np.ravel(part) for part in parts]), right)
            for parts, right in ((linear, self.gradient_by_formula()), (network, self.gradient_by_differences()))
        )
        return {
            "computed_in": str(network[0].dtype),
            "formula_error": formula,
            "formula_agrees": formula <= AGREES_WITHIN,
            "difference_error": difference,
            "difference_agrees": difference <= AGREES_WITHIN,
        } | outcomes


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    x, y, kernel, bias = (random.standard_normal(shape) for shape in ((ROWS, 3), (ROWS, 1), (3, 1), (1,)))
    pairs = pairwise(WIDTHS)
    weights = [random.standard_normal(shape) for pair in pairs for shape in (pair, pair[1:])]
    return Task(x, y, [kernel, bias], weights)
