"""The operations asked for, by category, each with its inputs and its right answer by NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

SEED = 20261123
random = np.random.default_rng(SEED)


def _draw_normal(*shape: int) -> Any:
    """Return standard normal numbers of a shape, in float32."""
    return random.standard_normal(shape).astype(np.float32)


A, B = _draw_normal(4, 6), _draw_normal(6, 3)
SQUARE = _draw_normal(5, 5)
INPUTS: Mapping[str, Any] = {
    "a": A,
    "b": B,
    "row": _draw_normal(6),
    "positive": np.abs(A) + 0.5,
    "square": SQUARE,
    "definite": SQUARE @ SQUARE.T + 5 * np.eye(5, dtype=np.float32),
    "ids": np.array([2, 0, 3], np.int64),
    "image": _draw_normal(2, 8, 8, 3),
    "filters": _draw_normal(3, 3, 3, 4),
    "query": _draw_normal(2, 5, 4),
    "key": _draw_normal(2, 5, 4),
    "value": _draw_normal(2, 5, 4),
}


@dataclass(frozen=True)
class Check:
    """One operation: the names of its inputs and its right answer."""

    category: str
    inputs: tuple[str, ...]
    right: Callable[..., Any]


def softmax(x: Any) -> Any:
    """Return the softmax along the last axis."""
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def sliding_windows(image: Any, side: int, step: int = 1) -> Any:
    """Return all windows of an image (N, H, W, C), as (N, H', W', C, side, side)."""
    return sliding_window_view(image, (side, side), axis=(1, 2))[:, ::step, ::step]


def _erf(x: Any) -> Any:
    """Return the error function of every entry."""
    return np.vectorize(math.erf)(x)


def _normalise(x: Any, axes: Any) -> Any:
    """Return `x` with mean 0 and variance 1 over some axes."""
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-3)


def _attend(q: Any, k: Any, v: Any) -> Any:
    """Return scaled dot-product attention."""
    return softmax(q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])) @ v


_LISTS: dict[str, dict[str, tuple[str, Callable[..., Any]]]] = {
    "tensors": {
        "reshape": ("a", lambda a: a.reshape(6, 4)),
        "transpose": ("a", lambda a: a.T),
        "concatenate": ("a", lambda a: np.concatenate([a, a], 1)),
        "stack": ("a", lambda a: np.stack([a, a])),
        "split": ("a", lambda a: np.split(a, 2, 1)[1]),
        "take_rows": ("a ids", lambda a, ids: a[ids]),
        "where": ("a", lambda a: np.where(a > 0, a, 0)),
        "pad": ("a", lambda a: np.pad(a, ((1, 1), (0, 2)))),
        "tile": ("a", lambda a: np.tile(a, (2, 1))),
        "flip": ("a", lambda a: a[:, ::-1]),
        "one_hot": ("ids", lambda ids: np.eye(4)[ids]),
        "sort": ("a", lambda a: np.sort(a, 1)),
        "top_k": ("a", lambda a: -np.sort(-a, 1)[:, :2]),
    },
    "mathematics": {
        "exp": ("a", np.exp),
        "log": ("positive", np.log),
        "clip": ("a", lambda a: np.clip(a, -0.5, 0.5)),
        "erf": ("a", _erf),
        "mean": ("a", lambda a: a.mean(1)),
        "variance": ("a", lambda a: a.var(1)),
        "argmax": ("a", lambda a: a.argmax(1)),
        "logsumexp": ("a", lambda a: np.log(np.exp(a).sum(1))),
        "cumulative_sum": ("a", lambda a: a.cumsum(1)),
        "einsum": ("a b", lambda a, b: np.einsum("ij,jk->ki", a, b)),
        "fft_magnitude": ("a", lambda a: np.abs(np.fft.rfft(a))),
    },
    "linear_algebra": {
        "matmul": ("a b", lambda a, b: a @ b),
        "inverse": ("definite", np.linalg.inv),
        "determinant": ("square", np.linalg.det),
        "solve": ("definite square", np.linalg.solve),
        "cholesky": ("definite", np.linalg.cholesky),
        "singular_values": ("a", lambda a: np.linalg.svd(a, compute_uv=False)),
        "eigenvalues": ("definite", np.linalg.eigvalsh),
    },
    "neural": {
        "relu": ("a", lambda a: np.maximum(a, 0)),
        "gelu": ("a", lambda a: a * (1 + _erf(a / np.sqrt(2))) / 2),
        "softmax": ("a", softmax),
        "cross_entropy": ("a", lambda a: -np.log(softmax(a)[np.arange(4), [0, 1, 2, 3]]).mean()),
        "convolution": ("image filters", lambda x, f: np.einsum("nhwcij,ijco->nhwo", sliding_windows(x, 3), f)),
        "max_pooling": ("image", lambda x: sliding_windows(x, 2, 2).max((-1, -2))),
        "average_pooling": ("image", lambda x: sliding_windows(x, 2, 2).mean((-1, -2))),
        "layer_norm": ("a", lambda a: _normalise(a, -1)),
        "batch_norm": ("image", lambda x: _normalise(x, (0, 1, 2))),
        "attention": ("query key value", _attend),
        "resize_nearest": ("image", lambda x: x.repeat(2, 1).repeat(2, 2)),
    },
    "transformations": {
        "gradient": ("row", lambda r: 3 * r**2),
        "forward_mode": ("row", lambda r: 3 * r**2),
        "hessian": ("row", lambda r: np.diag(6 * r)),
        "vectorise": ("a row", lambda a, r: a @ r),
        "conditional": ("row", lambda r: 2 * r if r.sum() > 0 else -r),
        "loop": ("row", lambda r: r * 2**5),
        "scan": ("row", lambda r: r.cumsum()),
    },
    "kinds_of_data": {
        "complex_product": ("a", lambda a: np.abs((a + 1j) * (a + 1j))),
        "bfloat16_sum": ("ids", lambda ids: ids.sum()),
        "sparse_product": ("a b", lambda a, b: np.where(a > 0, a, 0) @ b),
        "ragged_sums": ("row", lambda r: [r[:2].sum(), r[2:].sum()]),
        "string_lengths": ("", lambda: [2, 5]),
    },
}
CHECKS = {
    name: Check(category, tuple(inputs.split()), right)
    for category, entries in _LISTS.items()
    for name, (inputs, right) in entries.items()
}
