"""Random numbers that belong to what they decide, not to the order in which they are drawn.

Every stream is keyed by the thing it draws (a question, a criterion, a source on a criterion). Adding, removing or
reordering anything else therefore leaves its numbers alone: two answers that share an uncertainty share its draws.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float32]


def stream(*key: str) -> np.random.Generator:
    """Return the generator that belongs to a key, the same in every process and on every machine."""
    digest = hashlib.sha256("\0".join(key).encode()).digest()
    return np.random.Generator(np.random.SFC64(int.from_bytes(digest[:16], "big")))


@lru_cache(maxsize=128)
def normal(n: int, *key: str) -> Column:
    """Return n standard normal numbers belonging to a key; read-only, for they are remembered."""
    return _kept(stream(*key).standard_normal(n, dtype=np.float32))


@lru_cache(maxsize=128)
def uniform(n: int, *key: str) -> Column:
    """Return n numbers from [0, 1) belonging to a key; read-only, for they are remembered."""
    return _kept(fresh_uniform(n, *key))


def fresh_uniform(n: int, *key: str) -> Column:
    """Return the same numbers, not remembered: what is rarely needed twice only takes memory."""
    return stream(*key).random(n, dtype=np.float32)


@lru_cache(maxsize=64)
def lognormal(n: int, sd: float, *key: str) -> Column:
    """Return n numbers whose logarithms are normal around 0 with this standard deviation; read-only as well."""
    return _kept(np.exp(np.float32(sd) * stream(*key).standard_normal(n, dtype=np.float32)))


def _kept(drawn: Column) -> Column:
    drawn.flags.writeable = False
    return drawn
