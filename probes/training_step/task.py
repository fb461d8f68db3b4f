"""The classifier every framework trains: sizes, weights, batches and optimiser settings, all from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from probes.gate import Tolerances, tolerances

INPUTS, HIDDEN, CLASSES = 128, 256, 10
BATCH, BATCHES = 128, 8
SEED = 20261123


@dataclass(frozen=True)
class Task:
    """Dense layers INPUTS → HIDDEN → HIDDEN → CLASSES with ReLU, softmax cross-entropy, Adam, all float32.

    `weights` are kernel (inputs, outputs) and bias (outputs,) of each layer; `batches` pairs of features
    (BATCH, INPUTS) float32 and labels (BATCH,) int64, used in turn, beginning again at the end.
    """

    weights: list[NDArray[np.float32]]
    batches: list[tuple[NDArray[np.float32], NDArray[np.int64]]]
    tolerances: Tolerances
    inputs: int = INPUTS
    hidden: int = HIDDEN
    classes: int = CLASSES
    rate: float = 1e-3
    decay: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-7
    flops: int = 6 * BATCH * (INPUTS * HIDDEN + HIDDEN * HIDDEN + HIDDEN * CLASSES)
    """Floating-point operations of the matrix products of one step: 2 forward, 4 backward per weight and row."""


def make() -> Task:
    """The task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    widths = (INPUTS, HIDDEN, HIDDEN, CLASSES)
    weights: list[NDArray[np.float32]] = []
    for fan_in, fan_out in pairwise(widths):
        weights.append(_normal(random, (fan_in, fan_out), np.sqrt(2 / fan_in)))
        weights.append(_normal(random, (fan_out,), 0.1))  # not zero: a lost bias must show
    teacher = random.standard_normal((INPUTS, CLASSES))
    batches = []
    for _ in range(BATCHES):
        features = _normal(random, (BATCH, INPUTS), 1.0)
        batches.append((features, np.argmax(features @ teacher, axis=1).astype(np.int64)))
    return Task(weights, batches, tolerances(widths[:-1], widths[1:], BATCH))


def _normal(random: np.random.Generator, shape: tuple[int, ...], scale: float) -> NDArray[np.float32]:
    return (scale * random.standard_normal(shape)).astype(np.float32)
