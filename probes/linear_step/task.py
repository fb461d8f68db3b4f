"""The regression every framework trains: y = 1·x1 + 2·x2 + 3 with noise, from one seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from probes.gate import Tolerances, tolerances
from probes.jobs.draws import SEED, draw_normal

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Task:
    """One dense layer 2 → 1, mean squared error, Adam, all float32.

    `weights`: kernel (2, 1) and bias (1,); `batches`: features (batch, 2) and targets (batch, 1). `flops` are those of
    the matrix products of one step.
    """

    weights: list[Floats]
    batches: list[tuple[Floats, Floats]]
    tolerances: Tolerances
    flops: int
    names: tuple[str, ...] = ("kernel", "bias")
    rate: float = 1e-2
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-7


def make(seed: int = SEED, batch_size: int = 64, batch_count: int = 8) -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(seed)
    weights = [draw_normal(random, (2, 1), 1.0), draw_normal(random, (1,), 0.1)]
    examples = []
    for _ in range(batch_count):
        features = draw_normal(random, (batch_size, 2), 1.0)
        targets = features @ np.array([[1], [2]], np.float32) + 3 + draw_normal(random, (batch_size, 1), 0.1)
        examples.append((features, targets.astype(np.float32)))
    return Task(weights, examples, tolerances(forward=(2,), backward=(1, batch_size, batch_size)), 4 * batch_size * 2)
