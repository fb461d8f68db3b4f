"""PyTorch; mode "production" compiles the model."""
# mypy: allow-untyped-defs, allow-untyped-calls

import torch
from torch import nn

from probes.jobs.pytorch import Weights, compiled, job, tensors


def build(task, mode):
    """Return the job of the task."""
    batches = [tensors(features, targets) for features, targets in task.batches]
    model = nn.Sequential(nn.Linear(len(task.weights[0]), task.hidden), nn.Tanh(), nn.Linear(task.hidden, 1))
    loss_function = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=task.rate, betas=task.betas, eps=task.epsilon)

    def train_step(features, targets):
        optimizer.zero_grad()
        loss = loss_function(model(features), targets)
        loss.backward()
        optimizer.step()
        return loss

    weights = Weights(model)
    if mode == "production":
        model = compiled(model)
    return job(task, weights, train_step, lambda x, y: loss_function(model(x), y), batches)
