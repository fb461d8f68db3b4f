"""TensorFlow: Keras layers in a GradientTape step, eager or in tf.function."""

from typing import Any

import tensorflow as tf

from probes.edit_latency.task import CLASSES, INPUTS, Task, make


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    return task.measure(__name__, compiles=True)


def first_step(width: int, compiled: bool) -> Any:
    """Do the first step of a model of a width."""
    task = make()
    layers = tf.keras.layers.Dense(width, activation="relu"), tf.keras.layers.Dense(CLASSES)
    model = tf.keras.Sequential([tf.keras.Input((INPUTS,)), *layers])
    loss_function = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.Adam()

    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = loss_function(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    step = tf.function(step) if compiled else step
    return float(step(tf.constant(task.x), tf.constant(task.y)))
