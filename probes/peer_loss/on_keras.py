"""Keras on JAX: keras.distribution over two processes."""

from typing import Any

import keras

from probes.job import Unsupported
from probes.peer_loss.task import STEPS, Task, kill_second_worker, make


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    if keras.backend.backend() != "jax":
        raise Unsupported("keras.distribution has no second process on this backend (see data-parallel)")
    return task.measure(__name__, "keras.distribution.initialize")


def work(rank: int, ports: Any, meeting: str) -> None:
    """Train as one of two workers, until the other is gone."""
    keras.distribution.initialize(f"127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}", 2, rank)
    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
    task = make()
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
    for step in STEPS:
        float(model.train_on_batch(task.x, task.y))
        kill_second_worker(rank, step)
