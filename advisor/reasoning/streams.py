"""Random numbers keyed by what they are drawn for, not by the order in which they are drawn.

Every stream is keyed by the thing it draws (a question, a criterion, a source on a criterion). Adding, removing or
reordering anything else leaves its numbers unchanged, so two answers that share an uncertainty share its draws (common random
numbers).
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
    """Return the n standard normal numbers of a key, shape (n,); cached, therefore read-only."""
    return _read_only(stream(*key).standard_normal(n, dtype=np.float32))


@lru_cache(maxsize=128)
def uniform(n: int, *key: str) -> Column:
    """Return the n numbers from [0, 1) of a key, shape (n,); cached, therefore read-only."""
    return _read_only(uncached_uniform(n, *key))


def uncached_uniform(n: int, *key: str) -> Column:
    """Return the same numbers as `uniform` without caching them, for keys that are rarely needed twice."""
    return stream(*key).random(n, dtype=np.float32)


@lru_cache(maxsize=64)
def lognormal(n: int, sd: float, *key: str) -> Column:
    """Return n numbers of a key whose logarithms are normal with mean 0 and this standard deviation, shape (n,); read-only."""
    return _read_only(np.exp(np.float32(sd) * stream(*key).standard_normal(n, dtype=np.float32)))


def _read_only(column: Column) -> Column:
    column.flags.writeable = False
    return column
