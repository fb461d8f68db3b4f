"""TensorFlow: a plain tf.function step against MultiWorkerMirroredStrategy in two processes, one thread each."""

import json
import os
from typing import Any

import tensorflow as tf

from probes.child.ranks import free_ports, run_both
from probes.local_scaling.task import Task, confine_to_cores, make, median_step


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    return task.measure(__name__, "processes")


def time_step(workers: int) -> Any:
    """Return the median seconds of a step with this number of workers."""
    confine_to_cores(workers)
    task = make()
    addresses = [f"127.0.0.1:{port}" for port in free_ports(workers)]

    def work(rank: int) -> Any:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        strategy = tf.distribute.get_strategy()
        if workers > 1:
            cluster_config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": rank}}
            os.environ["TF_CONFIG"] = json.dumps(cluster_config)
            strategy = tf.distribute.MultiWorkerMirroredStrategy()
        with strategy.scope():
            kernels = [tf.Variable(kernel) for kernel in task.kernels]
        x, y = tf.constant(task.x), tf.constant(task.y)

        def replica() -> Any:
            with tf.GradientTape() as tape:
                hidden = tf.nn.relu(tf.nn.relu(x @ kernels[0]) @ kernels[1])
                loss = tf.reduce_mean(tf.square(hidden @ kernels[2] - y))
            gradients = tape.gradient(loss, kernels)
            if workers > 1:
                gradients = tf.distribute.get_replica_context().all_reduce("MEAN", gradients)
            for kernel, gradient in zip(kernels, gradients, strict=True):
                kernel.assign_sub(task.rate * gradient)
            return loss

        step = tf.function(lambda: strategy.run(replica))
        return {"seconds": median_step(lambda: step().numpy())}

    answers = run_both(work) if workers > 1 else [work(0)]
    return max(answer["seconds"] for answer in answers)
