"""The machine's own rate of matrix products: what a step's speed is a share of."""

from __future__ import annotations

import time

import numpy as np

SIDE = 768
SECONDS = 0.1


def measure_gflops(seconds: float = SECONDS) -> float:
    """Return the best rate of float32 matrix products by NumPy, in 10^9 operations per second.

    The best and not the median, since it is a ceiling: one product lasts a few milliseconds, and what slows one down is
    never the processor. It is the rate of NumPy's library (OpenBLAS, MKL); a framework's own can be faster, so that a
    share above one is possible.
    """
    left = np.random.default_rng(0).standard_normal((SIDE, SIDE)).astype(np.float32)
    right, out = left.T.copy(), np.empty_like(left)
    np.matmul(left, right, out=out)
    fastest, begin = float("inf"), time.perf_counter()
    while (now := time.perf_counter()) - begin < seconds or fastest == float("inf"):
        np.matmul(left, right, out=out)
        fastest = min(fastest, time.perf_counter() - now)
    return 2 * SIDE**3 / fastest / 1e9
