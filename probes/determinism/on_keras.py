"""Keras on any backend: set_random_seed, on TensorFlow with enable_op_determinism."""

from typing import Any

import keras

from probes.determinism.task import CHANNELS, CLASSES, SEED, Task, make, run_steps


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    on_tensorflow = keras.backend.backend() == "tensorflow"
    return task.measure(__name__, "tf.config.experimental.enable_op_determinism" if on_tensorflow else "")


def train(strict: bool) -> dict[str, Any]:
    """Train from the seed, with the framework's switch for determinism if `strict`."""
    keras.utils.set_random_seed(SEED)
    if strict:
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
    task = make()
    layers = keras.layers
    hidden = layers.Conv2D(CHANNELS, 3, activation="relu"), layers.Flatten(), layers.Dropout(0.5)
    model = keras.Sequential([keras.Input(task.x.shape[1:]), *hidden, layers.Dense(CLASSES)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))

    def step() -> Any:
        model.reset_metrics()
        return float(model.train_on_batch(task.x, task.y))

    return run_steps(step, model.get_weights)
