"""PyTorch: its accelerator interface."""

from typing import Any

import torch

from probes.hardware_seen.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    return task.measure(__name__)


def list_devices() -> dict[str, Any]:
    """Return the kind of every device and what the build was made for."""
    built = {"CUDA": torch.version.cuda, "ROCm": torch.version.hip, "MPS": torch.backends.mps.is_built() or None}
    kind = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    others = [kind.type] * torch.accelerator.device_count() if kind else []
    return {
        "devices": ["cpu", *others],
        "built_for": ", ".join(name for name, version in built.items() if version) or "CPU",
    }
