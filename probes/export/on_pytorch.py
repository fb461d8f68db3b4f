"""PyTorch: torch.export, torch.onnx and ExecuTorch."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from probes.export.task import Task, make


def measure(task: Task) -> dict[str, Any]:
    return task.judge(__name__, ("torch_export", "onnx", "executorch", "litert"))


def model_and_batch() -> Any:
    task = make()
    kernel, bias, last_kernel, last_bias = map(torch.from_numpy, task.weights)
    model = nn.Sequential(nn.Linear(*kernel.shape), nn.ReLU(), nn.Linear(*last_kernel.shape)).eval()
    model.load_state_dict({"0.weight": kernel.T, "0.bias": bias, "2.weight": last_kernel.T, "2.bias": last_bias})
    return model, (torch.from_numpy(task.x),)


def program() -> Any:
    model, batch = model_and_batch()
    return torch.export.export(model, batch, dynamic_shapes=({0: torch.export.Dim("rows", min=1, max=64)},))


def torch_export(place: str) -> None:
    torch.export.save(program(), Path(place, "model.pt2"))


def onnx(place: str) -> None:
    torch.onnx.export(program(), f=Path(place, "model.onnx"), dynamo=True)


def executorch(place: str) -> None:
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower

    lowered = to_edge_transform_and_lower(program(), partitioner=[XnnpackPartitioner()])
    Path(place, "model.pte").write_bytes(lowered.to_executorch().buffer)


def litert(place: str) -> None:
    import litert_torch

    model, batch = model_and_batch()
    litert_torch.convert(model, batch).export(str(Path(place, "model.tflite")))
