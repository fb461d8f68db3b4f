"""TensorFlow: tf.train.Checkpoint of the model and its optimiser; the format holds tensors alone."""

from pathlib import Path
from typing import Any

import tensorflow as tf

from probes.checkpoint.task import HIDDEN, INPUTS, STEPS_BEFORE, Task, continue_training, make


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    return task.measure(__name__)


def make_training() -> Any:
    """Return a checkpoint of a fresh model, and functions for a training step and for the weights."""
    task = make()
    x, y = tf.constant(task.x), tf.constant(task.y)
    layers = tf.keras.layers.Dense(HIDDEN, activation="tanh"), tf.keras.layers.Dense(1)
    model = tf.keras.Sequential([tf.keras.Input((INPUTS,)), *layers])
    loss_function, optimizer = tf.keras.losses.MeanSquaredError(), tf.keras.optimizers.Adam(0.01)
    optimizer.build(model.trainable_variables)

    def step() -> Any:
        with tf.GradientTape() as tape:
            loss = loss_function(y, model(x))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return tf.train.Checkpoint(model=model, optimizer=optimizer), step, model.get_weights


def save(folder: str) -> Any:
    """Train, save a checkpoint and return how training goes on."""
    checkpoint, step, weights = make_training()
    for _ in range(STEPS_BEFORE):
        step()
    checkpoint.write(str(Path(folder, "training")))
    return continue_training(step, weights)


def load(folder: str) -> Any:
    """Load the checkpoint and return how training goes on."""
    checkpoint, step, weights = make_training()
    checkpoint.read(str(Path(folder, "training"))).assert_consumed()
    return continue_training(step, weights)


def load_foreign_code(folder: str) -> Any:
    """Save a file with code in it, load it and return whether the code ran; None where the format holds no code."""
    return None
