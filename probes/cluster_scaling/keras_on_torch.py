"""Keras on PyTorch: a model of Keras is a module, and trains in DistributedDataParallel with an own loop."""

from typing import Any

import torch
from torch.nn.parallel import DistributedDataParallel

from probes.cluster_scaling.on_pytorch import meet as meet
from probes.cluster_scaling.task import Place, Task, Training


def build(model: Any, task: Task, place: Place) -> Training:
    """Return the training of one rank."""
    replica = DistributedDataParallel(model) if place.world > 1 else model
    x, y = (torch.from_numpy(rows.copy()) for rows in task.rows_of(place))
    optimizer = torch.optim.SGD(model.parameters(), lr=task.rate)

    def backward() -> None:
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(replica(x), y).backward()

    def step() -> None:
        backward()
        optimizer.step()

    def gradient() -> list[Any]:
        backward()
        return [parameter.grad.numpy().copy() for parameter in model.parameters()]

    return Training(gradient, step, lambda: [parameter.detach().numpy().copy() for parameter in model.parameters()])
