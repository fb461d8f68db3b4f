"""TensorFlow: MultiWorkerMirroredStrategy with a custom loop."""

import json
import os
from typing import Any

import tensorflow as tf

from probes.cluster_scaling.task import Place, Task, Training

WAYS = {"replicated": "tf.distribute.MultiWorkerMirroredStrategy"}
STRATEGY: list[Any] = []


def meet(place: Place) -> None:
    """Join the other ranks."""
    task = {"type": "worker", "index": place.rank}
    os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": list(place.addresses)}, "task": task})
    STRATEGY.append(tf.distribute.MultiWorkerMirroredStrategy() if place.world > 1 else tf.distribute.get_strategy())


def build(task: Task, place: Place, way: str) -> Training:
    """Return the training of one rank."""
    strategy = STRATEGY[0]
    with strategy.scope():
        kernels = [tf.Variable(kernel) for kernel in task.kernels]
    x, y = (tf.constant(rows) for rows in task.rows_of(place))

    def reduced_gradient() -> Any:
        with tf.GradientTape() as tape:
            value = x
            for kernel in kernels[:-1]:
                value = tf.nn.relu(value @ kernel)
            loss = tf.reduce_mean(tf.square(value @ kernels[-1] - y))
        gradients = tape.gradient(loss, kernels)
        return tf.distribute.get_replica_context().all_reduce("MEAN", gradients)

    def replica_step() -> Any:
        for kernel, gradient in zip(kernels, reduced_gradient(), strict=True):
            kernel.assign_sub(task.rate * gradient)
        return tf.constant(0)

    gradient = tf.function(lambda: strategy.run(reduced_gradient))
    step = tf.function(lambda: strategy.run(replica_step))
    return Training(
        lambda: [array.numpy() for array in gradient()],
        lambda: step().numpy(),
        lambda: [kernel.numpy() for kernel in kernels],
    )
