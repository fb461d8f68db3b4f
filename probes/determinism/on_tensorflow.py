"""TensorFlow: set_seed and enable_op_determinism."""

from typing import Any

import tensorflow as tf

from probes.determinism.task import CHANNELS, CLASSES, SEED, Task, make, run_steps


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    return task.measure(__name__, "tf.config.experimental.enable_op_determinism")


def train(strict: bool) -> dict[str, Any]:
    """Train from the seed, with the framework's switch for determinism if `strict`."""
    tf.keras.utils.set_random_seed(SEED)
    if strict:
        tf.config.experimental.enable_op_determinism()
    task = make()
    layers = tf.keras.layers
    hidden = layers.Conv2D(CHANNELS, 3, activation="relu"), layers.Flatten(), layers.Dropout(0.5)
    model = tf.keras.Sequential([tf.keras.Input(task.x.shape[1:]), *hidden, layers.Dense(CLASSES)])
    loss_function = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.Adam()
    x, y = tf.constant(task.x), tf.constant(task.y)

    @tf.function
    def step() -> Any:
        with tf.GradientTape() as tape:
            loss = loss_function(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return run_steps(lambda: float(step()), model.get_weights)
