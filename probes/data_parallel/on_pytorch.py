"""PyTorch: DistributedDataParallel over gloo, two processes that meet in a file."""
# mypy: ignore-errors

from pathlib import Path

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from probes.data_parallel.ranks import both


def measure(task):
    meeting = (Path.cwd() / "meeting").as_uri()

    def work(rank):
        torch.distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=task.workers)
        model = nn.Linear(*task.kernel.shape)
        with torch.no_grad():
            model.weight.copy_(torch.from_numpy(task.kernel.T))
            model.bias.copy_(torch.from_numpy(task.bias))
        x, y = (torch.from_numpy(part) for part in task.half(rank))
        own = torch.autograd.grad(nn.functional.mse_loss(model(x), y), model.weight)[0]
        replica = DistributedDataParallel(model)
        nn.functional.mse_loss(replica(x), y).backward()
        torch.distributed.destroy_process_group()
        gradient = torch.cat([model.weight.grad.ravel(), model.bias.grad.ravel()]).tolist()
        return {"gradient": gradient, "rows": len(x), "exchanged": not torch.equal(own, model.weight.grad)}

    results = both(work)
    split = all(result["rows"] * task.workers == len(task.x) and result["exchanged"] for result in results)
    api = "torch.nn.parallel.DistributedDataParallel"
    return task.judge(api, "processes", [result["gradient"] for result in results], split)
