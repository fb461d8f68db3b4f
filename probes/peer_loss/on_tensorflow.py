"""TensorFlow: MultiWorkerMirroredStrategy with a custom loop."""

import json
import os
from typing import Any

import tensorflow as tf

from probes.peer_loss.task import STEPS, Task, kill_second_worker, make


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    return task.measure(__name__, "tf.distribute.MultiWorkerMirroredStrategy")


def work(rank: int, ports: Any, meeting: str) -> None:
    """Train as one of two workers, until the other is gone."""
    workers = [f"127.0.0.1:{port}" for port in ports]
    os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": rank}})
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    task = make()
    x, y = tf.constant(task.x), tf.constant(task.y)
    with strategy.scope():
        kernel = tf.Variable(tf.zeros((4, 1)))

    def replica() -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ kernel - y))
        gradient = tape.gradient(loss, kernel)
        kernel.assign_sub(0.01 * tf.distribute.get_replica_context().all_reduce("MEAN", gradient))
        return loss

    step_once = tf.function(lambda: strategy.run(replica))
    for step in STEPS:
        step_once().numpy()
        kill_second_worker(rank, step)
