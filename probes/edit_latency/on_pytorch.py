"""PyTorch: a module, a loop, or the loop's forward compiled."""

from typing import Any

import torch
from torch import nn

from probes.child.compiler import require_compiler
from probes.edit_latency.task import CLASSES, INPUTS, Task, make
from probes.job import Unsupported


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    try:
        require_compiler()
    except Unsupported:
        return task.measure(__name__, compiles=False)
    return task.measure(__name__, compiles=True)


def first_step(width: int, compiled: bool) -> Any:
    """Do the first step of a model of a width."""
    task = make()
    model = nn.Sequential(nn.Linear(INPUTS, width), nn.ReLU(), nn.Linear(width, CLASSES))
    forward = torch.compile(model) if compiled else model
    optimizer = torch.optim.Adam(model.parameters())
    loss = nn.functional.cross_entropy(forward(torch.from_numpy(task.x)), torch.from_numpy(task.y))
    loss.backward()
    optimizer.step()
    return loss.item()
