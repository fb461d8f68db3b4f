"""Keras on any backend: what the backend sees, and where a tensor of Keras goes."""

import importlib
from typing import Any

import keras

from probes.hardware_seen.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    return task.measure(__name__)


def list_devices() -> Any:
    """Return the kind of every device and what the build was made for."""
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        others = [device.platform for device in jax.devices() if device.platform != "cpu"]
        return {"devices": ["cpu", *others], "built_for": ", ".join(sorted(set(others))) or "CPU"}
    files = {"torch": "on_pytorch", "tensorflow": "on_tensorflow"}
    return importlib.import_module(f"probes.hardware_seen.{files[backend]}").list_devices()
