"""Data, sizes and initial weights, by NumPy from a seed: the same for every framework."""

from dataclasses import dataclass
from typing import Any

import numpy as np

INPUTS, HIDDEN, BATCH = 20, 64, 32


@dataclass(frozen=True)
class Task:
    """What every framework is given: put in here what your model needs."""

    weights: list[Any]  # every framework begins with these, in the layout of Keras
    batches: list[Any]  # pairs of features and targets, used in turn
    hidden: int = HIDDEN
    rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-7


def make() -> Task:
    """Return the task."""
    random = np.random.default_rng(1)

    def normal(scale: float, *shape: int) -> Any:
        return (scale * random.standard_normal(shape)).astype(np.float32)

    weights = [normal(0.3, INPUTS, HIDDEN), normal(0.1, HIDDEN), normal(0.2, HIDDEN, 1), normal(0.1, 1)]
    return Task(weights, [(normal(1.0, BATCH, INPUTS), normal(1.0, BATCH, 1)) for _ in range(8)])
