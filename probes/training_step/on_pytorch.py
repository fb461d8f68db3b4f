"""PyTorch: modules, autograd and an optimiser; its ways: torch.compile of the model or of the step, and a fused Adam."""
# mypy: allow-untyped-defs, allow-untyped-calls

import torch
from torch import nn

from probes.job import Job
from probes.jobs.pytorch import compiled, compiled_step, fuse, job, tensors
from probes.training_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in PyTorch."""
    batches = [tensors(features, labels) for features, labels in task.batches]
    # effort: begin
    # define
    model = nn.Sequential(
        nn.Linear(task.inputs, task.hidden),
        nn.ReLU(),
        nn.Linear(task.hidden, task.hidden),
        nn.ReLU(),
        nn.Linear(task.hidden, task.classes),
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
    if mode == "fused":
        fuse(optimizer)
    if mode == "production":
        model = compiled(model)
    if mode == "compiled-step":
        train_step = compiled_step(train_step)
    return job(task, plain, train_step, lambda x, y: loss_function(model(x), y), batches)
