"""PyTorch: its accelerator interface."""
# mypy: ignore-errors

import torch


def measure(task):
    return task.judge(__name__)


def look():
    built = {"CUDA": torch.version.cuda, "ROCm": torch.version.hip, "MPS": torch.backends.mps.is_built() or None}
    kind = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    others = [kind.type] * torch.accelerator.device_count() if kind else []
    return {"devices": ["cpu", *others], "built_for": ", ".join(name for name, one in built.items() if one) or "CPU"}
