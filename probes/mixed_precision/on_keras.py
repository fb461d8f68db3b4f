"""Keras on any backend: a global dtype policy; compile wraps the optimiser where float16 needs it."""

from typing import Any

import keras
from keras import ops

from probes.mixed_precision.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""

    def compute(asked: Any) -> Any:
        keras.config.set_dtype_policy(f"mixed_{asked}")
        layer = keras.layers.Dense(task.kernel.shape[1], use_bias=False)
        layer.build(task.x.shape)
        layer.set_weights([task.kernel])
        output = layer(task.x)
        dtype = keras.backend.standardize_dtype(output.dtype)
        return dtype, ops.convert_to_numpy(ops.cast(output, "float32")), layer.kernel.dtype

    keras.config.set_dtype_policy("mixed_float16")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    scaled = isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    return task.judge(compute, "automatic" if scaled else "by-hand")
