"""PyTorch: manual_seed and use_deterministic_algorithms."""

from typing import Any

import torch
from torch import nn

from probes.determinism.task import CHANNELS, CLASSES, SEED, SIDE, Task, make, run_steps


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    return task.measure(__name__, "torch.use_deterministic_algorithms")


def train(strict: bool) -> dict[str, Any]:
    """Train from the seed, with the framework's switch for determinism if `strict`."""
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(strict)
    task = make()
    x, y = torch.from_numpy(task.x).permute(0, 3, 1, 2), torch.from_numpy(task.y)
    dense = nn.Linear(CHANNELS * (SIDE - 2) ** 2, CLASSES)
    model = nn.Sequential(nn.Conv2d(1, CHANNELS, 3), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5), dense)
    optimizer = torch.optim.Adam(model.parameters())

    def step() -> Any:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return run_steps(step, lambda: [part.detach().numpy() for part in model.parameters()])
