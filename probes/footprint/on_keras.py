"""Keras and its backend."""

from typing import Any

import keras

from probes.footprint.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    return task.measure(["keras", keras.backend.backend()])
