"""PyTorch: DistributedDataParallel over gloo."""

from typing import Any

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from probes.peer_loss.task import STEPS, Task, kill_second_worker, make


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    return task.measure(__name__, "torch.nn.parallel.DistributedDataParallel")


def work(rank: int, ports: Any, meeting: str) -> None:
    """Train as one of two workers, until the other is gone."""
    torch.distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=2)
    task = make()
    x, y = torch.from_numpy(task.x), torch.from_numpy(task.y)
    model = DistributedDataParallel(nn.Linear(4, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for step in STEPS:
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
        kill_second_worker(rank, step)
