"""PyTorch: nn.GRU between an embedding and a linear layer; its ways: torch.compile, and a fused Adam."""
# mypy: allow-untyped-defs, allow-untyped-calls

from typing import Any

import numpy as np
import torch
from torch import nn

from probes.job import Job
from probes.jobs.pytorch import Weights, compiled, fuse, job, tensors
from probes.recurrent_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in PyTorch."""
    batches = [tensors(text, labels) for text, labels in task.batches]
    # effort: begin
    # define

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(task.vocabulary_size, task.width)
            self.recurrent = nn.GRU(task.width, task.units, batch_first=True)
            self.head = nn.Linear(task.units, task.classes)

        def forward(self, text):
            states, _ = self.recurrent(self.embedding(text))
            return self.head(states[:, -1])

    model = Classifier()
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=task.rate, betas=task.betas, eps=task.epsilon)

    def train_step(text, labels):
        optimizer.zero_grad()
        # forward
        loss = loss_function(model(text), labels)
        # gradient
        loss.backward()
        # update
        optimizer.step()
        return loss

    # effort: end
    weights = Weights(model, pack, unpack)
    if mode == "fused":
        fuse(optimizer)
    if mode == "production":
        model = compiled(model)
    return job(task, weights, train_step, lambda x, y: loss_function(model(x), y), batches)


def swap_gates(array: Any) -> Any:
    """Return an array with its gates along the first axis swapped: (update, reset, candidate) ↔ (reset, update, candidate)."""
    update, reset, candidate = np.split(array, 3)
    return np.concatenate([reset, update, candidate])


def pack(weights: Any) -> Any:
    """Return the task's weights in PyTorch's layout: one row of both biases each, gates first and in its order."""
    table, kernel, recurrent, biases, dense, bias = weights
    return [table, *map(swap_gates, (kernel.T, recurrent.T, biases[0], biases[1])), dense.T, bias]


def unpack(parameters: Any) -> Any:
    """Return PyTorch's parameters in the task's layout: the inverse of `pack`."""
    table, kernel, recurrent, first, second, dense, bias = parameters
    kernel, recurrent, first, second = map(swap_gates, (kernel, recurrent, first, second))
    return [table, kernel.T, recurrent.T, np.stack([first, second]), dense.T, bias]
