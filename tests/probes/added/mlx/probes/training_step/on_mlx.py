"""MLX: modules, value_and_grad and an optimiser; `production` compiles the whole step."""
# mypy: ignore-errors

from functools import partial
from itertools import cycle

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers as optim
import numpy as np

from probes.gate import require_same_shapes
from probes.job import Job


def build(task, mode):
    batches = [(mx.array(features), mx.array(labels.astype(np.int32))) for features, labels in task.batches]
    # effort: begin
    # define
    model = nn.Sequential(
        nn.Linear(task.inputs, task.hidden),
        nn.ReLU(),
        nn.Linear(task.hidden, task.hidden),
        nn.ReLU(),
        nn.Linear(task.hidden, task.classes),
    )
    optimizer = optim.Adam(task.rate, task.betas, task.epsilon, bias_correction=True)

    def loss_function(features, labels):
        # forward
        return nn.losses.cross_entropy(model(features), labels, reduction="mean")

    # gradient
    loss_and_gradient = nn.value_and_grad(model, loss_function)

    def train_step(features, labels):
        loss, gradient = loss_and_gradient(features, labels)
        # update
        optimizer.update(model, gradient)
        return loss

    # effort: end
    layers = [layer for layer in model.layers if isinstance(layer, nn.Linear)]
    state, stream = [model.state, optimizer.state], cycle(batches)
    if mode == "production":
        train_step = partial(mx.compile, inputs=state, outputs=state)(train_step)

    def step():
        loss = train_step(*next(stream))
        mx.eval(loss, state)  # MLX computes nothing before it is asked for
        return loss

    def load(weights):
        require_same_shapes(read(layers), weights)
        for layer, kernel, bias in zip(layers, weights[::2], weights[1::2], strict=True):
            layer.weight, layer.bias = mx.array(kernel.T), mx.array(bias)

    load(task.weights)
    return Job(
        step=step,
        loss_value=lambda loss: loss.item(),
        load=load,
        weights=lambda: read(layers),
        forward=lambda: np.array(model(batches[0][0])),
        gradient=lambda: read(
            [part for part in map(Part, loss_and_gradient(*batches[0])[1]["layers"]) if part.weight is not None]
        ),
        parameters=sum(weight.size for weight in read(layers)),
    )


class Part:
    """The gradient of one layer."""

    def __init__(self, parts):
        self.weight, self.bias = parts.get("weight"), parts.get("bias")


def read(layers):
    """Kernels (inputs, outputs) and biases; MLX keeps (outputs, inputs)."""
    return [np.array(part) for layer in layers for part in (layer.weight.T, layer.bias)]
