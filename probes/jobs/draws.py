"""What the tasks draw their weights and data from: one seed, normal numbers in float32."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SEED = 20261123


def normal(random: np.random.Generator, shape: tuple[int, ...], scale: float) -> NDArray[np.float32]:
    """Normal numbers of mean 0 and a standard deviation; drawn in float64, rounded to float32."""
    return (scale * random.standard_normal(shape)).astype(np.float32)
