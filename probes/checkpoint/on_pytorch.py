"""PyTorch: torch.save of the state dictionaries, torch.load with its safe default."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from probes.checkpoint.task import HIDDEN, INPUTS, STEPS_BEFORE, Task, continue_training, make


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    return task.measure(__name__)


def make_training() -> Any:
    """Return a fresh model, its optimizer, and functions for a training step and for the weights."""
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


def save(folder: str) -> Any:
    """Train, save a checkpoint and return how training goes on."""
    model, optimizer, step, weights = make_training()
    for _ in range(STEPS_BEFORE):
        step()
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(state, Path(folder, "training.pt"))
    return continue_training(step, weights)


def load(folder: str) -> Any:
    """Load the checkpoint and return how training goes on."""
    model, optimizer, step, weights = make_training()
    state = torch.load(Path(folder, "training.pt"))
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return continue_training(step, weights)


def load_foreign_code(folder: str) -> Any:
    """Save a file with code in it, load it and return whether the code ran; None where the format holds no code."""
    torch.save(nn.Linear(1, 1), Path(folder, "module.pt"))  # a pickled object: its class is code
    torch.load(Path(folder, "module.pt"))
    return True
