"""PyTorch: one linear module, autograd, Adam; `production` adds torch.compile."""
# mypy: allow-untyped-defs, allow-untyped-calls

import torch
from torch import nn

from probes.job import Job
from probes.jobs.pytorch import compiled, job, tensors
from probes.linear_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in PyTorch."""
    batches = [tensors(features, targets) for features, targets in task.batches]
    # effort: begin
    # define
    model = nn.Linear(2, 1)
    loss_function = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=task.rate, betas=task.betas, eps=task.epsilon)

    def train_step(features, targets):
        optimizer.zero_grad()
        # forward
        loss = loss_function(model(features), targets)
        # gradient
        loss.backward()
        # update
        optimizer.step()
        return loss

    # effort: end
    plain = model
    if mode == "production":
        model = compiled(model)
    return job(task, plain, train_step, lambda x, y: loss_function(model(x), y), batches)
