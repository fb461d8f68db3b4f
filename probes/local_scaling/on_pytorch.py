"""PyTorch: a plain step against DistributedDataParallel in two processes, one thread each."""

from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from probes.child.ranks import run_both
from probes.local_scaling.task import Task, confine_to_cores, make, median_step


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    return task.measure(__name__, "processes")


def time_step(workers: int) -> Any:
    """Return the median seconds of a step with this number of workers."""
    confine_to_cores(workers)
    task = make()
    meeting = Path(mkdtemp(dir=Path.cwd()), "meeting").as_uri()

    def work(rank: int) -> Any:
        torch.set_num_threads(1)
        layers = [nn.Linear(*kernel.shape, bias=False) for kernel in task.kernels]
        for layer, kernel in zip(layers, task.kernels, strict=True):
            layer.weight.data.copy_(torch.from_numpy(kernel.T))
        model = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
        if workers > 1:
            torch.distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=workers)
            model = DistributedDataParallel(model)
        optimizer = torch.optim.SGD(model.parameters(), lr=task.rate)
        x, y = torch.from_numpy(task.x), torch.from_numpy(task.y)

        def step() -> None:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()
            optimizer.step()

        return {"seconds": median_step(step)}

    answers = run_both(work) if workers > 1 else [work(0)]
    return max(answer["seconds"] for answer in answers)
