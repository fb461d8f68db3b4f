"""PyTorch: torch.autocast; the loss is scaled by a GradScaler of one's own."""

from typing import Any

import torch
from torch import nn

from probes.mixed_precision.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    layer = nn.Linear(*task.kernel.shape, bias=False)
    layer.weight.data.copy_(torch.from_numpy(task.kernel.T))

    def compute(asked: Any) -> Any:
        with torch.autocast("cpu", dtype=getattr(torch, asked)), torch.no_grad():
            output = layer(torch.from_numpy(task.x))
        return (
            str(output.dtype).removeprefix("torch."),
            output.float().numpy(),
            str(layer.weight.dtype).removeprefix("torch."),
        )

    return task.judge(compute, "by-hand")
