"""Keras on any backend: one Dense layer, compile and fit."""

from typing import Any

import keras
import numpy as np

from probes.linear_regression.task import Task, clock


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    gradient = first_gradient(task)
    begin = clock()
    # effort: begin
    # step: define
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=task.rate), loss="mse")
    # effort: end
    model.set_weights(task.start)
    # effort: begin
    # step: forward, gradient, update
    model.fit(task.x_train, task.y_train, batch_size=len(task.x_train), epochs=task.epochs, verbose=0)
    # effort: end
    seconds = clock() - begin
    kernel, bias = model.get_weights()
    return task.judge(kernel, bias, gradient, seconds)


def first_gradient(task: Task) -> Any:
    """Return the first gradient: Keras has no call for one, but a step of plain descent at rate 1 moves the weights by it."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=1.0), loss="mse")
    model.set_weights(task.start)
    model.train_on_batch(task.x_train, task.y_train)
    return [np.subtract(old, new) for old, new in zip(task.start, model.get_weights(), strict=True)]
