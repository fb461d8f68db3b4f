"""Keras: keras.distribution.DataParallel on two logical CPU devices; what it does is read from the backend."""

from typing import Any

import keras
import numpy as np

from probes.data_parallel.keras_sharded import measure_sharded
from probes.data_parallel.task import Task

API = "keras.distribution.DataParallel"


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    backend = keras.backend.backend()
    set_devices = {"jax": _set_devices_on_jax, "tensorflow": _set_devices_on_tensorflow}.get(backend)
    if set_devices:
        set_devices(task.workers)
    try:
        devices = keras.distribution.list_devices("cpu")
        keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    except (AttributeError, NotImplementedError) as error:
        absent = {"mechanism": "absent", "mechanism_error": type(error).__name__, "work_split": False}
        return {**absent, "api": API, "workers": task.workers, "workers_are": "devices"} | measure_sharded(task)
    if len(devices) != task.workers:
        raise RuntimeError(f"{len(devices)} devices instead of {task.workers}")

    row_counters = []

    class Watching(keras.layers.Dense):
        def call(self, x: Any) -> Any:
            row_counters.append(watch_rows(x))
            return super().call(x)

    model = keras.Sequential([keras.Input(task.x.shape[1:]), Watching(1)])
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
    model.set_weights([task.kernel, task.bias])
    row_counters.clear()
    model.fit(task.x, task.y, batch_size=len(task.x), epochs=1, shuffle=False, verbose=0)
    start, end = [task.kernel, task.bias], model.get_weights()
    gradient = np.concatenate([np.ravel(old - new) for old, new in zip(start, end, strict=True)])
    on_all_devices = all(len(devices_of(variable)) == task.workers for variable in model.trainable_variables)
    half = len(task.x) // task.workers
    work_split = on_all_devices and any(count_rows() == half for count_rows in row_counters)
    return task.judge(API, "devices", [gradient], work_split) | measure_sharded(task)


def watch_rows(x: Any) -> Any:
    """Return a function that returns, after the run, how many rows of `x` one device got."""
    if keras.backend.backend() != "jax":
        return lambda: x.shape[0]
    import jax

    row_counts = []
    jax.debug.inspect_array_sharding(x, callback=lambda sharding: row_counts.append(sharding.shard_shape(x.shape)[0]))
    return lambda: row_counts[0] if row_counts else x.shape[0]


def devices_of(variable: Any) -> Any:
    """Return the devices that hold a variable, or a part of it."""
    if keras.backend.backend() == "jax":
        return variable.value.sharding.device_set
    from tensorflow.experimental import dtensor

    if isinstance(variable.value, dtensor.DVariable):
        return set(variable.value.layout.mesh.global_device_ids())
    return {variable.value.device}


def _set_devices_on_jax(count: int) -> None:
    """Have JAX see the CPU as several devices."""
    import jax

    jax.config.update("jax_num_cpu_devices", count)


def _set_devices_on_tensorflow(count: int) -> None:
    """Have TensorFlow see the CPU as several devices."""
    import tensorflow as tf

    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)
