"""The texts and the recurrent classifier every framework trains on them, all from one seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from probes.gate import Tolerances, tolerances
from probes.jobs.draws import SEED, draw_normal

Whole = NDArray[np.int64]
GATES = 3  # update, reset, candidate


@dataclass(frozen=True)
class Task:
    """Embedding (vocabulary → width), GRU (width → units), dense (units → classes) on the last state.

    `weights`: embedding (vocabulary, width); kernel (width, 3 units), recurrent kernel (units, 3 units) and the two biases
    (2, 3 units) of the GRU, each in the order update, reset, candidate; dense kernel and bias. The reset gate is applied
    after the recurrent product. `batches`: tokens (batch, length), none twice, and labels (batch,), int64. `flops` are
    those of the matrix products of one step, as in training-step.
    """

    vocabulary_size: int
    width: int
    units: int
    classes: int
    length: int
    weights: list[NDArray[np.float32]]
    batches: list[tuple[Whole, Whole]]
    tolerances: Tolerances
    flops: int
    names: tuple[str, ...] = ("table", "kernel", "recurrent kernel", "biases", "dense kernel", "dense bias")
    rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-7


def make(
    seed: int = SEED,
    vocabulary_size: int = 1000,
    width: int = 32,
    units: int = 64,
    classes: int = 4,
    length: int = 24,
    batch_size: int = 32,
    batch_count: int = 8,
) -> Task:
    """Return the task; the same numbers in every process. A batch has at most as many positions as the vocabulary has tokens."""
    random = np.random.default_rng(seed)
    weights = [
        draw_normal(random, (vocabulary_size, width), 1.0),
        draw_normal(random, (width, GATES * units), np.sqrt(1 / width)),
        draw_normal(random, (units, GATES * units), np.sqrt(1 / units)),
        draw_normal(random, (2, GATES * units), 0.1),
        draw_normal(random, (units, classes), np.sqrt(2 / units)),
        draw_normal(random, (classes,), 0.1),
    ]
    examples = []
    for _ in range(batch_count):
        text = random.permutation(vocabulary_size)[: batch_size * length].reshape(batch_size, length)
        examples.append((text, (text[:, -4:].sum(axis=1) % classes).astype(np.int64)))
    forward = [width, units] * length + [units]
    backward = [classes, *[GATES * units] * length, batch_size * length]
    products = length * GATES * units * (width + units) + units * classes
    return Task(
        vocabulary_size,
        width,
        units,
        classes,
        length,
        weights,
        examples,
        tolerances(forward, backward),
        6 * batch_size * products,
    )
