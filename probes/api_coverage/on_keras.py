"""Keras on any backend: keras.ops and, where there is no function, one layer."""

from typing import Any

import keras
from keras import layers, ops

from probes.api_coverage.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    return task.judge(TABLE, ops.convert_to_tensor, lambda x: ops.convert_to_numpy(ops.cast(x, "float32")))


TABLE = {
    "reshape": lambda a: ops.reshape(a, (6, 4)),
    "transpose": ops.transpose,
    "concatenate": lambda a: ops.concatenate([a, a], 1),
    "stack": lambda a: ops.stack([a, a]),
    "split": lambda a: ops.split(a, 2, 1)[1],
    "take_rows": lambda a, ids: ops.take(a, ids, 0),
    "where": lambda a: ops.where(a > 0, a, 0.0),
    "pad": lambda a: ops.pad(a, ((1, 1), (0, 2))),
    "tile": lambda a: ops.tile(a, (2, 1)),
    "flip": lambda a: ops.flip(a, 1),
    "one_hot": lambda ids: ops.one_hot(ids, 4),
    "sort": lambda a: ops.sort(a, 1),
    "top_k": lambda a: ops.top_k(a, 2)[0],
    "exp": ops.exp,
    "log": ops.log,
    "clip": lambda a: ops.clip(a, -0.5, 0.5),
    "erf": ops.erf,
    "mean": lambda a: ops.mean(a, 1),
    "variance": lambda a: ops.var(a, 1),
    "argmax": lambda a: ops.argmax(a, 1),
    "logsumexp": lambda a: ops.logsumexp(a, 1),
    "cumulative_sum": lambda a: ops.cumsum(a, 1),
    "einsum": lambda a, b: ops.einsum("ij,jk->ki", a, b),
    "fft_magnitude": lambda a: ops.hypot(*ops.rfft(a)),
    "matmul": ops.matmul,
    "inverse": ops.inv,
    "determinant": ops.det,
    "solve": ops.solve,
    "cholesky": ops.cholesky,
    "singular_values": lambda a: ops.svd(a, compute_uv=False),
    "eigenvalues": lambda a: ops.eigh(a)[0],
    "relu": ops.relu,
    "gelu": lambda a: ops.gelu(a, approximate=False),
    "softmax": ops.softmax,
    "cross_entropy": lambda a: ops.mean(ops.sparse_categorical_crossentropy(ops.arange(4), a, from_logits=True)),
    "convolution": lambda x, f: ops.conv(x, f, padding="valid"),
    "max_pooling": lambda x: ops.max_pool(x, 2, 2),
    "average_pooling": lambda x: ops.average_pool(x, 2, 2, padding="valid"),
    "layer_norm": lambda a: layers.LayerNormalization(epsilon=1e-3)(a),
    "batch_norm": lambda x: ops.batch_normalization(x, *ops.moments(x, [0, 1, 2]), -1, epsilon=1e-3),
    "attention": lambda *qkv: ops.dot_product_attention(*(ops.expand_dims(x, 2) for x in qkv))[:, :, 0],
    "resize_nearest": lambda x: ops.image.resize(x, (16, 16), "nearest"),
    "vectorise": lambda a, r: ops.vectorized_map(lambda row: ops.dot(row, r), a),
    "conditional": lambda r: ops.cond(ops.sum(r) > 0, lambda: 2 * r, lambda: -r),
    "loop": lambda r: ops.while_loop(lambda i, r: i < 5, lambda i, r: (i + 1, 2 * r), (0, r))[1],
    "scan": lambda r: ops.scan(lambda total, element: (total + element, total + element), ops.zeros(()), r)[1],
    "complex_product": lambda a: ops.abs(ops.square(ops.cast(a, "complex64") + 1j)),
    "bfloat16_sum": lambda ids: ops.sum(ops.cast(ids, "bfloat16")),
    "gradient": lambda r: keras.ops.grad(lambda x: ops.sum(x**3))(r),
}
