"""PyTorch: torch.optim."""

import inspect
from typing import Any

import torch
from torch import optim

from probes.optimizers.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    curvature = torch.from_numpy(task.curvature)

    def walk(kind: Any, **constants: Any) -> Any:
        w = torch.nn.Parameter(torch.tensor(task.start))
        optimizer = kind([w], lr=task.rate, **constants)
        path = []
        for _ in range(task.steps):
            optimizer.zero_grad()
            (curvature * w.square() / 2).sum().backward()
            optimizer.step()
            path.append(w.detach().numpy().copy())
        return path

    def default_of(kind: Any, name: Any) -> Any:
        """Return the default value of an argument of an optimizer."""
        return inspect.signature(kind).parameters[name].default

    adam = {"betas": task.betas, "eps": task.epsilon}
    walks = {
        "sgd": lambda: walk(optim.SGD, momentum=task.momentum),
        "rmsprop": lambda: walk(optim.RMSprop, alpha=task.decay, eps=task.epsilon),
        "adam": lambda: walk(optim.Adam, **adam),
        "adamw": lambda: walk(optim.AdamW, weight_decay=task.weight_decay, **adam),
    }
    return task.judge(
        walks,
        default_adam_epsilon=default_of(optim.Adam, "eps"),
        default_rmsprop_decay=default_of(optim.RMSprop, "alpha"),
        default_adamw_decay=default_of(optim.AdamW, "weight_decay"),
    )
