"""Keras on any backend: a `.keras` file, which holds the optimiser too."""

from pathlib import Path
from typing import Any

import keras

from probes.checkpoint.task import HIDDEN, INPUTS, STEPS_BEFORE, Task, continue_training, make


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    return task.measure(__name__)


def make_step(model: Any) -> Any:
    """Return a function that does one training step of a model."""
    task = make()

    def step() -> Any:
        model.reset_metrics()
        return model.train_on_batch(task.x, task.y)

    return step


def save(folder: str) -> Any:
    """Train, save a checkpoint and return how training goes on."""
    layers = keras.layers.Dense(HIDDEN, activation="tanh"), keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((INPUTS,)), *layers])
    model.compile(keras.optimizers.Adam(0.01), "mse")
    step = make_step(model)
    for _ in range(STEPS_BEFORE):
        step()
    model.save(Path(folder, "training.keras"))
    return continue_training(step, model.get_weights)


def load(folder: str) -> Any:
    """Load the checkpoint and return how training goes on."""
    model = keras.models.load_model(Path(folder, "training.keras"))
    return continue_training(make_step(model), model.get_weights)


def load_foreign_code(folder: str) -> Any:
    """Save a file with code in it, load it and return True where Keras loads it; it raises where Keras refuses."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Lambda(lambda x: x)])
    model.save(Path(folder, "code.keras"))
    keras.models.load_model(Path(folder, "code.keras"))
    return True
