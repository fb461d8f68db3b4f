"""PyTorch: torch.autocast; the loss is scaled by a GradScaler of one's own."""
# mypy: ignore-errors

import torch
from torch import nn


def measure(task):
    layer = nn.Linear(*task.kernel.shape, bias=False)
    layer.weight.data.copy_(torch.from_numpy(task.kernel.T))

    def compute(asked):
        with torch.autocast("cpu", dtype=getattr(torch, asked)), torch.no_grad():
            output = layer(torch.from_numpy(task.x))
        return (
            str(output.dtype).removeprefix("torch."),
            output.float().numpy(),
            str(layer.weight.dtype).removeprefix("torch."),
        )

    return task.judge(compute, "by-hand")
