"""PyTorch: modules, autograd and an optimiser; `production` adds torch.compile."""
# mypy: allow-untyped-defs, allow-untyped-calls

from typing import Any

import torch
from torch import nn

from probes.job import Job
from probes.jobs.pytorch import compiled, job, numpy, tensors
from probes.tabular_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in PyTorch."""
    batches = [tensors(features, labels) for features, labels in task.batches]
    # effort: begin
    # define
    model = nn.Sequential(
        nn.Linear(task.columns, task.hidden),
        nn.ReLU(),
        nn.Linear(task.hidden, task.hidden),
        nn.ReLU(),
        nn.Linear(task.hidden, 2),
    )
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=task.rate, betas=task.betas, eps=task.epsilon)

    def train_step(features, labels):
        optimizer.zero_grad()
        # forward
        loss = loss_function(model(features), labels)
        # gradient
        loss.backward()
        # update
        optimizer.step()
        return loss

    # effort: end
    plain = model
    if mode == "production":
        model = compiled(model)

    def further_measures(trained: Any) -> dict[str, Any]:
        return task.measure(trained, lambda features: numpy(plain(*tensors(features))))

    return job(
        task, plain, train_step, lambda x, y: loss_function(model(x), y), batches, further_measures=further_measures
    )
