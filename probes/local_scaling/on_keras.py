"""Keras on JAX: one device against DataParallel on two logical devices, in one process each."""

from typing import Any

import keras
import numpy as np

from probes.job import Unsupported
from probes.local_scaling.task import Task, confine_to_cores, make, median_step


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    if keras.backend.backend() != "jax":
        raise Unsupported("keras.distribution splits no work on this backend (see data-parallel)")
    return task.measure(__name__, "devices")


def time_step(workers: int) -> Any:
    """Return the median seconds of a step with this number of workers."""
    import jax

    confine_to_cores(workers)
    task = make()
    jax.config.update("jax_num_cpu_devices", workers)
    if workers > 1:
        keras.distribution.set_distribution(keras.distribution.DataParallel(devices=keras.distribution.list_devices()))
    layers = [keras.layers.Dense(kernel.shape[1], use_bias=False, activation="relu") for kernel in task.kernels]
    layers[-1].activation = keras.activations.linear
    model = keras.Sequential([keras.Input(task.x.shape[1:]), *layers])
    model.compile(optimizer=keras.optimizers.SGD(task.rate), loss="mse")
    model.set_weights(task.kernels)
    x, y = (np.concatenate([part] * workers) for part in (task.x, task.y))
    return median_step(lambda: float(model.train_on_batch(x, y)))
