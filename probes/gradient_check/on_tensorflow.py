"""TensorFlow: GradientTape and tf.test.compute_gradient."""

from typing import Any

import numpy as np
import tensorflow as tf

from probes.gradient_check.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    x, y = tf.constant(task.x), tf.constant(task.y)
    linear, weights = ([tf.Variable(part) for part in parts] for parts in (task.linear, task.weights))

    def network(*weights: Any) -> Any:
        hidden = tf.tanh(x @ weights[0] + weights[1])
        hidden = tf.tanh(hidden @ weights[2] + weights[3])
        return tf.reduce_mean(tf.square(hidden @ weights[4] + weights[5] - y))

    with tf.GradientTape(persistent=True) as tape:
        loss = tf.reduce_mean(tf.square(x @ linear[0] + linear[1] - y))
        network_loss = network(*weights)
    theirs, numbers = tf.test.compute_gradient(network, [tf.constant(part) for part in task.weights])
    passed = all(np.allclose(a, b, atol=1e-6) for a, b in zip(theirs, numbers, strict=True))
    t = tf.Variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            cube = t**3
        first = inner.gradient(cube, t)
    return task.judge(
        tape.gradient(loss, linear),
        tape.gradient(network_loss, weights),
        gradient_api="tf.GradientTape",
        library_check="passes" if passed else "fails",
        second_order="works" if np.isclose(outer.gradient(first, t), 12) else "fails",
    )
