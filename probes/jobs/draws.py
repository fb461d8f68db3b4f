"""What the tasks draw their weights and data from: one seed, normal numbers in float32."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SEED = 20261123


def draw_normal(random: np.random.Generator, shape: tuple[int, ...], scale: float) -> NDArray[np.float32]:
    """Return normal numbers of mean 0 and standard deviation `scale`, drawn in float64 and rounded to float32."""
    return (scale * random.standard_normal(shape)).astype(np.float32)
