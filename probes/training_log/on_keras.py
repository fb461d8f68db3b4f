"""Keras on any backend: the TensorBoard callback."""
# mypy: ignore-errors

import keras
import numpy as np

from probes.training_log.task import STEPS, noted


def measure(task):
    return task.judge(__name__)


def write(place):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((8, 2), np.float32), np.ones((8, 1), np.float32)
    callback = keras.callbacks.TensorBoard(place)
    return noted(model.fit(x, y, epochs=STEPS, verbose=0, callbacks=[callback]).history["loss"])
