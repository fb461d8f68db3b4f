"""Keras on any backend: what the backend sees, and where a tensor of Keras goes."""
# mypy: ignore-errors

import importlib

import keras


def measure(task):
    return task.judge(__name__)


def look():
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        platforms = sorted({device.platform for device in jax.devices()} - {"cpu"})
        return {"devices": ["cpu", *(d.platform for d in jax.devices() if d.platform != "cpu")],
                "built_for": ", ".join(platforms) or "CPU"}  # fmt: skip
    files = {"torch": "on_pytorch", "tensorflow": "on_tensorflow"}
    return importlib.import_module(f"probes.hardware_seen.{files[backend]}").look()
