"""PyTorch: torch.export, torch.onnx and ExecuTorch."""
# mypy: ignore-errors

from pathlib import Path

import torch
from torch import nn

from probes.export.task import make


def measure(task):
    return task.judge(__name__, ("torch_export", "onnx", "executorch", "litert"))


def model_and_batch():
    task = make()
    kernel, bias, last_kernel, last_bias = map(torch.from_numpy, task.weights)
    model = nn.Sequential(nn.Linear(*kernel.shape), nn.ReLU(), nn.Linear(*last_kernel.shape)).eval()
    model.load_state_dict({"0.weight": kernel.T, "0.bias": bias, "2.weight": last_kernel.T, "2.bias": last_bias})
    return model, (torch.from_numpy(task.x),)


def program():
    model, batch = model_and_batch()
    return torch.export.export(model, batch, dynamic_shapes=({0: torch.export.Dim("rows", min=1, max=64)},))


def torch_export(place):
    torch.export.save(program(), Path(place, "model.pt2"))


def onnx(place):
    torch.onnx.export(program(), f=Path(place, "model.onnx"), dynamo=True)


def executorch(place):
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower

    lowered = to_edge_transform_and_lower(program(), partitioner=[XnnpackPartitioner()])
    Path(place, "model.pte").write_bytes(lowered.to_executorch().buffer)


def litert(place):
    import litert_torch

    model, batch = model_and_batch()
    litert_torch.convert(model, batch).export(str(Path(place, "model.tflite")))
