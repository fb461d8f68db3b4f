"""PyTorch: modules, autograd and an optimiser; `production` adds torch.compile."""
# mypy: ignore-errors

from itertools import cycle

import torch
from torch import nn

from probes.compiler import require_compiler
from probes.job import Job


def build(task, mode):
    batches = [(torch.from_numpy(features), torch.from_numpy(labels)) for features, labels in task.batches]
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
    optimizer = torch.optim.Adam(model.parameters(), lr=task.rate, betas=task.decay, eps=task.epsilon)

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

    def load(weights):
        with torch.no_grad():
            for parameter, weight in zip(model.parameters(), weights, strict=True):
                parameter.copy_(torch.from_numpy(weight.T))

    def gradient():
        loss = loss_function(model(batches[0][0]), batches[0][1])
        return [part.numpy().T for part in torch.autograd.grad(loss, list(model.parameters()))]

    load(task.weights)
    if mode == "production":
        require_compiler()
        model = torch.compile(model)
    stream = cycle(batches)
    return Job(
        step=lambda: train_step(*next(stream)),
        loss_value=lambda loss: loss.item(),
        load=load,
        weights=lambda: [parameter.detach().numpy().T.copy() for parameter in model.parameters()],
        forward=lambda: model(batches[0][0]).detach().numpy(),
        gradient=gradient,
        parameters=sum(parameter.numel() for parameter in model.parameters()),
    )
