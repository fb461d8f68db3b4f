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
    linear_weights: list[Floats]
    network_weights: list[Floats]

    def gradient_by_formula(self) -> Floats:
        """Return -2/N Σ (y - ŷ)·x for the kernel and -2/N Σ (y - ŷ) for the bias, flat."""
        residual = self.y - (self.x @ self.linear_weights[0] + self.linear_weights[1])
        return np.ravel(-2 / ROWS * np.concatenate([self.x.T @ residual, residual.sum(axis=0, keepdims=True)]))

    def loss(self, weights: Sequence[Floats]) -> float:
        """Return the mean squared error of the network."""
        layer_output = self.x
        for layer, (kernel, bias) in enumerate(zip(weights[::2], weights[1::2], strict=True)):
            layer_output = layer_output @ kernel + bias
            layer_output = np.tanh(layer_output) if layer < len(WIDTHS) - 2 else layer_output
        return float(np.mean(np.square(layer_output - self.y)))

    def gradient_by_differences(self) -> Floats:
        """Return the central differences of the loss in every weight, flat."""
        slopes = []
        for number, array in enumerate(self.network_weights):
            for index in np.ndindex(array.shape):
                losses = []
                for offset in (STEP, -STEP):
                    moved_weights = [weight.copy() for weight in self.network_weights]
                    moved_weights[number][index] += offset
                    losses.append(self.loss(moved_weights))
                slopes.append((losses[0] - losses[1]) / (2 * STEP))
        return np.array(slopes)

    def judge(self, linear_gradient: Sequence[Any], network_gradient: Sequence[Any], **outcomes: str) -> dict[str, Any]:
        """Return the measures, from the two gradients in the order of the weights."""
        flat_linear, flat_network = (
            np.concatenate([np.ravel(np.asarray(array)) for array in gradient])
            for gradient in (linear_gradient, network_gradient)
        )
        formula_error = relative_error(flat_linear, self.gradient_by_formula())
        difference_error = relative_error(flat_network, self.gradient_by_differences())
        return {
            "computed_in": str(np.asarray(network_gradient[0]).dtype),
            "formula_error": formula_error,
            "formula_agrees": formula_error <= AGREES_WITHIN,
            "difference_error": difference_error,
            "difference_agrees": difference_error <= AGREES_WITHIN,
        } | outcomes


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    x, y, kernel, bias = (random.standard_normal(shape) for shape in ((ROWS, 3), (ROWS, 1), (3, 1), (1,)))
    kernel_shapes = pairwise(WIDTHS)
    weights = [
        random.standard_normal(shape) for kernel_shape in kernel_shapes for shape in (kernel_shape, kernel_shape[1:])
    ]
    return Task(x, y, [kernel, bias], weights)
