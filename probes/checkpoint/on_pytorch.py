"""PyTorch: torch.save of the state dictionaries, torch.load with its safe default."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from probes.checkpoint.task import BEFORE, HIDDEN, INPUTS, Task, continue_training, make


def measure(task: Task) -> dict[str, Any]:
    return task.judge(__name__)


def training() -> Any:
    task = make()
    x, y = torch.from_numpy(task.x), torch.from_numpy(task.y)
    model = nn.Sequential(nn.Linear(INPUTS, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

    def step() -> Any:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return model, optimizer, step, lambda: [part.detach().numpy() for part in model.parameters()]


def save(place: str) -> Any:
    model, optimizer, step, weights = training()
    for _ in range(BEFORE):
        step()
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(state, Path(place, "training.pt"))
    return continue_training(step, weights)


def load(place: str) -> Any:
    model, optimizer, step, weights = training()
    state = torch.load(Path(place, "training.pt"))
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return continue_training(step, weights)


def foreign(place: str) -> Any:
    torch.save(nn.Linear(1, 1), Path(place, "module.pt"))  # a pickled object: its class is code
    torch.load(Path(place, "module.pt"))
    return True
