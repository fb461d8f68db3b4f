"""PyTorch: one linear module, autograd, Adam."""

from typing import Any

import torch
from torch import nn

from probes.linear_regression.task import Task, clock


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    x_train, y_train = torch.from_numpy(task.x_train), torch.from_numpy(task.y_train)
    kernel, bias = (torch.from_numpy(part) for part in task.start)
    begin = clock()
    # effort: begin
    # step: define
    model = nn.Linear(2, 1)
    loss_function = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=task.rate)
    # effort: end
    with torch.no_grad():
        model.weight.copy_(kernel.T)
        model.bias.copy_(bias)
    gradient = torch.autograd.grad(loss_function(model(x_train), y_train), [model.weight, model.bias])
    # effort: begin
    for _ in range(task.epochs):
        # step: forward
        loss = loss_function(model(x_train), y_train)
        # step: gradient
        optimizer.zero_grad()
        loss.backward()
        # step: update
        optimizer.step()
    # effort: end
    seconds = clock() - begin
    weight, bias = model.weight.detach().numpy(), model.bias.detach().numpy()
    return task.judge(weight.T, bias, [part.numpy() for part in gradient], seconds)
