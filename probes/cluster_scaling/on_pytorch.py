"""PyTorch: DistributedDataParallel and FSDP2 over gloo."""

from datetime import timedelta
from typing import Any

import torch
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel

from probes.cluster_scaling.task import Place, Task, Training

WAYS = {
    "replicated": "torch.nn.parallel.DistributedDataParallel",
    "sharded": "torch.distributed.fsdp.fully_shard",
}


def meet(place: Place) -> None:
    """Join the other ranks."""
    if place.world > 1:
        torch.distributed.init_process_group(
            "gloo",
            init_method=f"tcp://{place.addresses[0]}",
            rank=place.rank,
            world_size=place.world,
            timeout=timedelta(seconds=place.seconds),
        )


def build(task: Task, place: Place, way: str) -> Training:
    """Return the training of one rank."""
    layers: list[nn.Module] = []
    for kernel in task.kernels:
        layer = nn.Linear(*kernel.shape, bias=False)
        layer.weight.data.copy_(torch.from_numpy(kernel.T))
        layers += [layer, nn.ReLU()]
    model: Any = nn.Sequential(*layers[:-1])
    if place.world > 1 and way == "replicated":
        model = DistributedDataParallel(model)
    if place.world > 1 and way == "sharded":
        fully_shard(model, mesh=init_device_mesh("cpu", (place.world,)))
    x, y = (torch.from_numpy(rows.copy()) for rows in task.rows_of(place))
    optimizer = torch.optim.SGD(model.parameters(), lr=task.rate)

    def step() -> None:
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()

    def gradient() -> list[Any]:
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        return [whole(parameter.grad) for parameter in model.parameters()]

    return Training(gradient, step, lambda: [whole(parameter.detach()) for parameter in model.parameters()])


def whole(tensor: Any) -> Any:
    """Return a tensor as an array (inputs, outputs), put together where the ranks hold parts of it."""
    return (tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor).numpy().T.copy()
