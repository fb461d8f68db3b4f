"""TensorFlow: the dtype policy of its layers; a loop of one's own has to wrap the optimiser."""

from typing import Any

import numpy as np
import tensorflow as tf

from probes.mixed_precision.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""

    def compute(asked: Any) -> Any:
        tf.keras.mixed_precision.set_global_policy(f"mixed_{asked}")
        layer = tf.keras.layers.Dense(task.kernel.shape[1], use_bias=False)
        layer.build(task.x.shape)
        layer.set_weights([task.kernel])
        output = layer(task.x)
        return output.dtype.name, tf.cast(output, tf.float32).numpy(), np.dtype(layer.kernel.dtype).name

    return task.judge(compute, "by-hand")
