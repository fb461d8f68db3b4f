"""TensorFlow: its physical devices."""

from typing import Any

import tensorflow as tf

from probes.hardware_seen.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    return task.measure(__name__)


def list_devices() -> dict[str, Any]:
    """Return the kind of every device and what the build was made for."""
    kinds = [device.device_type for device in tf.config.list_physical_devices()]
    built = {"CUDA": tf.test.is_built_with_cuda(), "ROCm": tf.test.is_built_with_rocm()}
    return {"devices": kinds, "built_for": ", ".join(name for name, is_built in built.items() if is_built) or "CPU"}
