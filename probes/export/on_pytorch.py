"""PyTorch: torch.export, torch.onnx and ExecuTorch."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from probes.export.task import Task, make


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    return task.measure(__name__, ("torch_export", "onnx", "executorch", "litert"))


def make_model_and_batch() -> Any:
    """Return the model with the weights of the task, and a batch."""
    task = make()
    kernel, bias, last_kernel, last_bias = map(torch.from_numpy, task.weights)
    model = nn.Sequential(nn.Linear(*kernel.shape), nn.ReLU(), nn.Linear(*last_kernel.shape)).eval()
    model.load_state_dict({"0.weight": kernel.T, "0.bias": bias, "2.weight": last_kernel.T, "2.bias": last_bias})
    return model, (torch.from_numpy(task.x),)


def export_program() -> Any:
    """Return the model as a program of torch.export."""
    model, batch = make_model_and_batch()
    return torch.export.export(model, batch, dynamic_shapes=({0: torch.export.Dim("rows", min=1, max=64)},))


def torch_export(folder: str) -> None:
    """Export the model as a program of torch.export into a folder."""
    torch.export.save(export_program(), Path(folder, "model.pt2"))


def onnx(folder: str) -> None:
    """Export the model as ONNX into a folder."""
    torch.onnx.export(export_program(), f=Path(folder, "model.onnx"), dynamo=True)


def executorch(folder: str) -> None:
    """Export the model as an ExecuTorch program into a folder."""
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower

    lowered = to_edge_transform_and_lower(export_program(), partitioner=[XnnpackPartitioner()])
    Path(folder, "model.pte").write_bytes(lowered.to_executorch().buffer)


def litert(folder: str) -> None:
    """Export the model as LiteRT into a folder."""
    import litert_torch

    model, batch = make_model_and_batch()
    litert_torch.convert(model, batch).export(str(Path(folder, "model.tflite")))
