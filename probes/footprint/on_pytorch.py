"""PyTorch."""

from typing import Any

from probes.footprint.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    return task.measure(["torch"])
