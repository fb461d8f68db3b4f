"""The classifier every framework trains: sizes, weights, batches and optimiser settings, all from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from probes.gate import Tolerances, tolerances
from probes.jobs.draws import SEED, draw_normal


@dataclass(frozen=True)
class Task:
    """Dense layers inputs → hidden → hidden → classes with ReLU, softmax cross-entropy, Adam, all float32.

    `weights` are kernel (inputs, outputs) and bias (outputs,) of each layer; `batches` pairs of features
    (batch, inputs) float32 and labels (batch,) int64, used in turn, beginning again at the end. `flops` are the
    floating-point operations of the matrix products of one step: per weight and row 2 forward, 2 for its gradient and,
    but for the first layer, 2 for the gradient of its input.
    """

    inputs: int
    hidden: int
    classes: int
    weights: list[NDArray[np.float32]]
    batches: list[tuple[NDArray[np.float32], NDArray[np.int64]]]
    tolerances: Tolerances
    flops: int
    names: tuple[str, ...] = tuple(f"dense {layer} {part}" for layer in (1, 2, 3) for part in ("kernel", "bias"))
    rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-7


def make(
    seed: int = SEED,
    inputs: int = 128,
    hidden: int = 256,
    classes: int = 10,
    batch_size: int = 128,
    batch_count: int = 8,
) -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(seed)
    widths = (inputs, hidden, hidden, classes)
    weights: list[NDArray[np.float32]] = []
    for fan_in, fan_out in pairwise(widths):
        weights.append(draw_normal(random, (fan_in, fan_out), np.sqrt(2 / fan_in)))
        weights.append(draw_normal(random, (fan_out,), 0.1))  # not zero: a lost bias must show
    teacher = random.standard_normal((inputs, classes))
    examples = []
    for _ in range(batch_count):
        features = draw_normal(random, (batch_size, inputs), 1.0)
        examples.append((features, np.argmax(features @ teacher, axis=1).astype(np.int64)))
    allowed = tolerances(forward=widths[:-1], backward=(*widths[1:], batch_size))
    products = sum(fan_in * fan_out for fan_in, fan_out in pairwise(widths))
    return Task(inputs, hidden, classes, weights, examples, allowed, batch_size * (6 * products - 2 * inputs * hidden))
