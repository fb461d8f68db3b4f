"""PyTorch: DistributedDataParallel and FSDP2 over gloo, two processes that meet in a file."""

from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel

from probes.child.ranks import run_both
from probes.data_parallel.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    meeting = (Path.cwd() / "meeting").as_uri()

    def linear() -> Any:
        model = nn.Linear(*task.kernel.shape)
        with torch.no_grad():
            model.weight.copy_(torch.from_numpy(task.kernel.T))
            model.bias.copy_(torch.from_numpy(task.bias))
        return model

    def work(rank: int) -> Any:
        torch.distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=task.workers)
        model = linear()
        x, y = (torch.from_numpy(part) for part in task.rows_of_worker(rank))
        local_gradient = torch.autograd.grad(nn.functional.mse_loss(model(x), y), model.weight)[0]
        replica = DistributedDataParallel(model)
        nn.functional.mse_loss(replica(x), y).backward()
        # the reduced gradient differs from that of this worker's rows alone: the workers have exchanged theirs
        exchanged = not torch.equal(local_gradient, model.weight.grad)
        answer = {"gradient": flatten(model.weight.grad, model.bias.grad), "rows": len(x), "exchanged": exchanged}
        answer |= measure_sharded_gradient(linear(), x, y, task.workers)
        torch.distributed.destroy_process_group()
        return answer

    answers = run_both(work)
    work_split = all(answer["rows"] * task.workers == len(task.x) and answer["exchanged"] for answer in answers)
    api = "torch.nn.parallel.DistributedDataParallel"
    measures = task.judge(api, "processes", [answer["gradient"] for answer in answers], work_split)
    in_parts = all(answer["held"] * task.workers == answer["whole"] for answer in answers)
    api = "torch.distributed.fsdp.fully_shard"
    return measures | task.judge_sharded(api, [answer["sharded_gradient"] for answer in answers], in_parts)


def measure_sharded_gradient(last: Any, x: Any, y: Any, workers: int) -> Any:
    """Return a worker's gradient with the weights in parts, and how many of them it held."""
    first = nn.Linear(last.in_features, last.in_features, bias=False)  # parts are rows, of which `last` has only one
    nn.init.eye_(first.weight)
    model = nn.Sequential(first, last)
    fully_shard(model, mesh=init_device_mesh("cpu", (workers,)))
    nn.functional.mse_loss(model(x), y).backward()
    gradient = flatten(last.weight.grad.full_tensor(), last.bias.grad.full_tensor())
    return {"sharded_gradient": gradient, "held": first.weight.to_local().numel(), "whole": first.weight.numel()}


def flatten(*parts: Any) -> Any:
    """Return arrays as one flat list."""
    return torch.cat([part.ravel() for part in parts]).tolist()
