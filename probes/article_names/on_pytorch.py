"""PyTorch: §3.2.2 and §4.3.2."""

from typing import Any

import torch
from torch import nn

from probes.article_names.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    product = torch.ones(2, requires_grad=True) * torch.ones(2)
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    return {
        "optimizer_of_article": task.judge_name(torch, "optim.Optimizer"),
        "adam_of_article": task.judge_name(torch, "optim.Adam"),
        "adam_of_samples": task.judge_call(lambda: torch.optim.Adam(model.parameters(), lr=0.1)),
        "gradient_function": task.judge_name(torch, "autograd.grad"),
        "graph_without_module": product.grad_fn is not None,
        "layers_compose": task.judge_call(lambda: model(torch.ones(1, 2))),
        "high_level_training": task.judge_name(nn.Module, "fit"),
        "script_compiler": task.judge_call(lambda: torch.jit.script(nn.Linear(2, 1))),
    }
