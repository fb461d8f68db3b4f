"""PyTorch runs on itself alone: its code moves nowhere without being rewritten."""

from typing import Any

from probes.backend_switch.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    return {"switch": "absent", "backends": 1}
