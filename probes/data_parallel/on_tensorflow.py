"""TensorFlow: MultiWorkerMirroredStrategy with a custom loop, two processes on the loopback device."""

import json
import os
from typing import Any

import tensorflow as tf

from probes.child.ranks import free_ports, run_both
from probes.data_parallel.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    workers = [f"127.0.0.1:{port}" for port in free_ports(task.workers)]

    def work(rank: int) -> Any:
        cluster_config = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": rank}}
        os.environ["TF_CONFIG"] = json.dumps(cluster_config)
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
        with strategy.scope():
            kernel, bias = tf.Variable(task.kernel), tf.Variable(task.bias)

        def gradient_of(x: Any, y: Any) -> Any:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(x @ kernel + bias - y))
            return tape.gradient(loss, [kernel, bias])

        @tf.function
        def step(x: Any, y: Any) -> Any:
            def replica(x: Any, y: Any) -> Any:
                return tf.distribute.get_replica_context().all_reduce("MEAN", gradient_of(x, y)), tf.shape(x)[0]

            return strategy.run(replica, args=(x, y))

        x, y = (tf.constant(array) for array in task.rows_of_worker(rank))
        gradients, row_count = step(x, y)
        # the reduced gradient differs from that of this worker's rows alone: the workers have exchanged theirs
        exchanged = not bool(tf.reduce_all(gradients[0] == gradient_of(x, y)[0]))
        flat = [float(value) for gradient in gradients for value in tf.reshape(gradient, [-1])]
        replicas = strategy.num_replicas_in_sync
        return {"gradient": flat, "rows": int(row_count), "exchanged": exchanged, "replicas": replicas}

    answers = run_both(work)
    work_split = all(
        answer["rows"] * task.workers == len(task.x) and answer["exchanged"] and answer["replicas"] == task.workers
        for answer in answers
    )
    api = "tf.distribute.MultiWorkerMirroredStrategy"
    return task.judge(api, "processes", [answer["gradient"] for answer in answers], work_split) | {"sharded": "absent"}
