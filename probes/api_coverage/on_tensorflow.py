"""TensorFlow: tf, tf.nn, tf.linalg, tf.autodiff, tf.sparse, tf.ragged, tf.strings."""

from typing import Any

import tensorflow as tf

from probes.api_coverage.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    return task.judge(TABLE, tf.constant, lambda x: tf.cast(x, tf.float32).numpy())


def gradient_of_cubes(r: Any) -> Any:
    """Return the gradient of the sum of cubes."""
    with tf.GradientTape() as tape:
        tape.watch(r)
        cube = tf.reduce_sum(r**3)
    return tape.gradient(cube, r)


def hessian_of_cubes(r: Any) -> Any:
    """Return the Hessian of the sum of cubes."""
    with tf.GradientTape() as tape:
        tape.watch(r)
        first = gradient_of_cubes(r)
    return tape.jacobian(first, r)


def derivative_of_cubes(r: Any) -> Any:
    """Return the derivative of the sum of cubes by forward mode."""
    with tf.autodiff.ForwardAccumulator(r, tf.ones_like(r)) as forward:
        cube = r**3
    return forward.jvp(cube)


TABLE = {
    "reshape": lambda a: tf.reshape(a, (6, 4)),
    "transpose": tf.transpose,
    "concatenate": lambda a: tf.concat([a, a], 1),
    "stack": lambda a: tf.stack([a, a]),
    "split": lambda a: tf.split(a, 2, 1)[1],
    "take_rows": tf.gather,
    "where": lambda a: tf.where(a > 0, a, 0.0),
    "pad": lambda a: tf.pad(a, ((1, 1), (0, 2))),
    "tile": lambda a: tf.tile(a, (2, 1)),
    "flip": lambda a: tf.reverse(a, [1]),
    "one_hot": lambda ids: tf.one_hot(ids, 4),
    "sort": lambda a: tf.sort(a, 1),
    "top_k": lambda a: tf.math.top_k(a, 2).values,
    "exp": tf.exp,
    "log": tf.math.log,
    "clip": lambda a: tf.clip_by_value(a, -0.5, 0.5),
    "erf": tf.math.erf,
    "mean": lambda a: tf.reduce_mean(a, 1),
    "variance": lambda a: tf.math.reduce_variance(a, 1),
    "argmax": lambda a: tf.argmax(a, 1),
    "logsumexp": lambda a: tf.reduce_logsumexp(a, 1),
    "cumulative_sum": lambda a: tf.cumsum(a, 1),
    "einsum": lambda a, b: tf.einsum("ij,jk->ki", a, b),
    "fft_magnitude": lambda a: tf.abs(tf.signal.rfft(a)),
    "matmul": tf.matmul,
    "inverse": tf.linalg.inv,
    "determinant": tf.linalg.det,
    "solve": tf.linalg.solve,
    "cholesky": tf.linalg.cholesky,
    "singular_values": lambda a: tf.linalg.svd(a, compute_uv=False),
    "eigenvalues": tf.linalg.eigvalsh,
    "relu": tf.nn.relu,
    "gelu": tf.nn.gelu,
    "softmax": tf.nn.softmax,
    "cross_entropy": lambda a: tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.range(4), a)),
    "convolution": lambda x, f: tf.nn.conv2d(x, f, 1, "VALID"),
    "max_pooling": lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID"),
    "average_pooling": lambda x: tf.nn.avg_pool2d(x, 2, 2, "VALID"),
    "layer_norm": lambda a: tf.keras.layers.LayerNormalization(epsilon=1e-3)(a),
    "batch_norm": lambda x: tf.nn.batch_normalization(x, *tf.nn.moments(x, [0, 1, 2]), None, None, 1e-3),
    "attention": lambda q, k, v: tf.keras.layers.Attention()([q / tf.sqrt(4.0), v, k]),
    "resize_nearest": lambda x: tf.image.resize(x, (16, 16), "nearest"),
    "gradient": gradient_of_cubes,
    "forward_mode": derivative_of_cubes,
    "hessian": hessian_of_cubes,
    "vectorise": lambda a, r: tf.vectorized_map(lambda row: tf.tensordot(row, r, 1), a),
    "conditional": lambda r: tf.cond(tf.reduce_sum(r) > 0, lambda: 2 * r, lambda: -r),
    "loop": lambda r: tf.while_loop(lambda i, r: i < 5, lambda i, r: (i + 1, 2 * r), (0, r))[1],
    "scan": lambda r: tf.scan(lambda total, element: total + element, r),
    "complex_product": lambda a: tf.abs(tf.complex(a, tf.ones_like(a)) ** 2),
    "bfloat16_sum": lambda ids: tf.reduce_sum(tf.cast(ids, tf.bfloat16)),
    "sparse_product": lambda a, b: tf.sparse.sparse_dense_matmul(tf.sparse.from_dense(tf.nn.relu(a)), b),
    "ragged_sums": lambda r: tf.reduce_sum(tf.RaggedTensor.from_row_lengths(r, [2, 4]), 1),
    "string_lengths": lambda: tf.strings.length(["ab", "abcde"]),
}
