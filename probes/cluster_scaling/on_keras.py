"""Keras: on JAX keras.distribution over all processes, on PyTorch its models in DistributedDataParallel."""

import keras
import numpy as np

from probes.cluster_scaling.task import Place, Task, Training
from probes.job import Unsupported

WAYS = {"replicated": "keras.distribution.DataParallel"}
RATE = 1024.0
"""Large, so that the gradient can be read from the weights before and after a step without losing digits."""

if keras.backend.backend() == "torch":
    WAYS = {"replicated": "torch.nn.parallel.DistributedDataParallel"}


def meet(place: Place) -> None:
    """Join the other ranks."""
    if keras.backend.backend() == "torch":
        from probes.cluster_scaling.keras_on_torch import meet as meet_on_torch

        meet_on_torch(place)
        return
    if keras.backend.backend() != "jax":
        raise Unsupported("keras.distribution has no second process on this backend (see data-parallel)")
    if place.world > 1:
        keras.distribution.initialize(",".join(place.addresses), place.world, place.rank)
        keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))


def build(task: Task, place: Place, way: str) -> Training:
    """Return the training of one rank."""
    if keras.backend.backend() == "torch":
        from probes.cluster_scaling.keras_on_torch import build as build_on_torch

        return build_on_torch(make_model(task), task, place)
    model = make_model(task)
    x, y = task.rows_of(place)

    def gradient() -> list[np.ndarray]:
        model.compile(optimizer=keras.optimizers.SGD(RATE), loss="mse")
        before = model.get_weights()
        model.train_on_batch(x, y)
        after = model.get_weights()
        model.set_weights(before)
        model.compile(optimizer=keras.optimizers.SGD(task.rate), loss="mse")
        return [(old - new) / RATE for old, new in zip(before, after, strict=True)]

    model.compile(optimizer=keras.optimizers.SGD(task.rate), loss="mse")
    return Training(gradient, lambda: float(model.train_on_batch(x, y)), model.get_weights)


def make_model(task: Task) -> keras.Model:
    """Return the net with the weights of the task."""
    layers = [keras.layers.Dense(kernel.shape[1], "relu", use_bias=False) for kernel in task.kernels[:-1]]
    layers.append(keras.layers.Dense(task.kernels[-1].shape[1], use_bias=False))
    model = keras.Sequential([keras.Input(task.x.shape[1:]), *layers])
    model.set_weights(list(task.kernels))
    return model
