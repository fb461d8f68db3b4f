"""PyTorch: convolutions on channels-first images; its ways: channels_last in memory with a fused Adam, and torch.compile."""
# mypy: allow-untyped-defs, allow-untyped-calls

from itertools import pairwise
from typing import Any

import torch
from torch import nn

from probes.cnn_step.task import Task
from probes.job import Job
from probes.jobs.pytorch import Weights, compiled, compiled_step, fuse, job, tensors


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in PyTorch."""
    batches = [tensors(images.transpose(0, 3, 1, 2).copy(), labels) for images, labels in task.batches]
    # effort: begin
    # define

    def block(in_channels, out_channels):
        return nn.Sequential(
            nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels, eps=task.norm_epsilon, momentum=1 - task.momentum),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )

    model = nn.Sequential(
        *(block(in_channels, out_channels) for in_channels, out_channels in pairwise(task.channels)),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(task.channels[-1], task.classes),
    )
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=task.rate, betas=task.betas, eps=task.epsilon)

    def train_step(images, labels):
        optimizer.zero_grad()
        # forward
        loss = loss_function(model(images), labels)
        # gradient
        loss.backward()
        # update
        optimizer.step()
        return loss

    # effort: end
    if mode in ("channels-last", "compiled-step"):
        model = model.to(memory_format=torch.channels_last)
        batches = [(images.to(memory_format=torch.channels_last), labels) for images, labels in batches]
    weights = Weights(model, pack, unpack)
    if mode == "channels-last":
        fuse(optimizer)
    if mode == "production":
        model = compiled(model)
    if mode == "compiled-step":
        train_step = compiled_step(train_step)
    # Stored so, the sums of a batch normalisation's gradient are 20 times less exact (8e-5 of the largest entry against 5e-6).
    coarseness = 5.0 if mode in ("channels-last", "compiled-step") else 1.0
    return job(task, weights, train_step, lambda x, y: loss_function(model(x), y), batches, coarseness=coarseness)


def pack(weights: Any) -> Any:
    """Return kernels (3, 3, in, out) as (out, in, 3, 3)."""
    return [weight.transpose(3, 2, 0, 1) if weight.ndim == 4 else weight.T for weight in weights]


def unpack(parameters: Any) -> Any:
    """Return kernels (out, in, 3, 3) as (3, 3, in, out)."""
    return [array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.T for array in parameters]
