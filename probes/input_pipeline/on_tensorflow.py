"""TensorFlow: tf.data."""

from typing import Any

import tensorflow as tf

from probes.input_pipeline.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    rows = tf.data.Dataset.from_tensor_slices(task.x).shuffle(len(task.x))
    batches = (
        rows.map(task.normalise, num_parallel_calls=tf.data.AUTOTUNE).batch(task.batch_size).prefetch(tf.data.AUTOTUNE)
    )
    return task.measure(lambda: batches, lambda batch: batch.numpy())
