"""Keras on any backend: no call for a gradient, so one step of descent at rate 1 is read."""

from typing import Any

import keras
import numpy as np

from probes.gradient_check.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    keras.config.set_floatx("float64")  # else `fit` rounds the data to float32, whatever the layers say
    if keras.backend.backend() == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)  # without it every number is float32, with a warning

    def gradient(weights: Any, widths: Any) -> Any:
        layers = [keras.layers.Dense(width, activation="tanh") for width in widths]
        layers[-1].activation = keras.activations.linear
        model = keras.Sequential([keras.Input(task.x.shape[1:]), *layers])
        model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
        model.set_weights(weights)
        model.fit(task.x, task.y, batch_size=len(task.x), shuffle=False, verbose=0)
        return [np.subtract(old, new) for old, new in zip(weights, model.get_weights(), strict=True)]

    has_gradient = any(hasattr(keras.ops, name) for name in ("grad", "gradient", "value_and_grad"))
    return task.judge(
        gradient(task.linear_weights, [1]),
        gradient(task.network_weights, [len(bias) for bias in task.network_weights[1::2]]),
        gradient_api="keras.ops" if has_gradient else "absent",
        library_check="absent",
        second_order="absent",
    )
