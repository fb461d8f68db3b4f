"""Keras' ModelParallel: the kernel laid out in parts over two logical devices, read back from the backend."""

from typing import Any

import keras
import numpy as np

from probes.data_parallel.task import Task

API = "keras.distribution.ModelParallel"


def measure_sharded(task: Task) -> dict[str, Any]:
    """Return the measures of weights in parts, after batches were distributed in the same process."""
    try:
        devices = keras.distribution.list_devices("cpu")
        mesh = keras.distribution.DeviceMesh((1, task.workers), ["batch", "model"], devices)
        layout = keras.distribution.LayoutMap(mesh)
        layout[".*kernel"] = ("model", None)
        keras.distribution.set_distribution(keras.distribution.ModelParallel(layout_map=layout, batch_dim_name="batch"))
        model = keras.Sequential([keras.Input(task.x.shape[1:]), keras.layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
        model.set_weights([task.kernel, task.bias])
        model.fit(task.x, task.y, batch_size=len(task.x), epochs=1, shuffle=False, verbose=0)
    except Exception as error:  # each backend has its own
        outcome = "absent" if isinstance(error, AttributeError | NotImplementedError) else "fails"
        return {"sharded": outcome, "sharded_error": type(error).__name__, "sharded_api": API}
    pairs = zip([task.kernel, task.bias], model.get_weights(), strict=True)
    gradient = np.concatenate([np.ravel(old - new) for old, new in pairs])
    return task.judge_sharded(
        API, [gradient], rows_per_device(model.trainable_variables[0]) * task.workers == len(task.kernel)
    )


def rows_per_device(kernel: Any) -> int:
    """Return how many rows of the kernel one device holds."""
    if keras.backend.backend() == "jax":
        return int(kernel.value.sharding.shard_shape(kernel.shape)[0])
    return int(kernel.shape[0])
