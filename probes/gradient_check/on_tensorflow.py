"""TensorFlow: GradientTape and tf.test.compute_gradient."""

from typing import Any

import numpy as np
import tensorflow as tf

from probes.gradient_check.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    x, y = tf.constant(task.x), tf.constant(task.y)
    linear_weights, network_weights = (
        [tf.Variable(weight) for weight in weights] for weights in (task.linear_weights, task.network_weights)
    )

    def network_loss(*weights: Any) -> Any:
        hidden = tf.tanh(x @ weights[0] + weights[1])
        hidden = tf.tanh(hidden @ weights[2] + weights[3])
        return tf.reduce_mean(tf.square(hidden @ weights[4] + weights[5] - y))

    with tf.GradientTape(persistent=True) as tape:
        loss_of_line = tf.reduce_mean(tf.square(x @ linear_weights[0] + linear_weights[1] - y))
        loss_of_network = network_loss(*network_weights)
    derived, differences = tf.test.compute_gradient(
        network_loss, [tf.constant(weight) for weight in task.network_weights]
    )
    passed = all(np.allclose(a, b, atol=1e-6) for a, b in zip(derived, differences, strict=True))
    t = tf.Variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            cube = t**3
        first_derivative = inner.gradient(cube, t)
    return task.judge(
        tape.gradient(loss_of_line, linear_weights),
        tape.gradient(loss_of_network, network_weights),
        gradient_api="tf.GradientTape",
        library_check="passes" if passed else "fails",
        second_order="works" if np.isclose(outer.gradient(first_derivative, t), 12) else "fails",
    )
