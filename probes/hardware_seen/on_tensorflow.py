"""TensorFlow: its physical devices."""
# mypy: ignore-errors

import tensorflow as tf


def measure(task):
    return task.judge(__name__)


def look():
    kinds = [device.device_type for device in tf.config.list_physical_devices()]
    built = {"CUDA": tf.test.is_built_with_cuda(), "ROCm": tf.test.is_built_with_rocm()}
    return {"devices": kinds, "built_for": ", ".join(name for name, one in built.items() if one) or "CPU"}
