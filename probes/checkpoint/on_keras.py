"""Keras on any backend: a `.keras` file, which holds the optimiser too."""

from pathlib import Path
from typing import Any

import keras

from probes.checkpoint.task import BEFORE, HIDDEN, INPUTS, Task, continue_training, make


def measure(task: Task) -> dict[str, Any]:
    return task.judge(__name__)


def stepping(model: Any) -> Any:
    task = make()

    def step() -> Any:
        model.reset_metrics()
        return model.train_on_batch(task.x, task.y)

    return step


def save(place: str) -> Any:
    layers = keras.layers.Dense(HIDDEN, activation="tanh"), keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((INPUTS,)), *layers])
    model.compile(keras.optimizers.Adam(0.01), "mse")
    step = stepping(model)
    for _ in range(BEFORE):
        step()
    model.save(Path(place, "training.keras"))
    return continue_training(step, model.get_weights)


def load(place: str) -> Any:
    model = keras.models.load_model(Path(place, "training.keras"))
    return continue_training(stepping(model), model.get_weights)


def foreign(place: str) -> Any:
    model = keras.Sequential([keras.Input((1,)), keras.layers.Lambda(lambda x: x)])
    model.save(Path(place, "code.keras"))
    keras.models.load_model(Path(place, "code.keras"))
    return True
