"""MLX: one linear module, value_and_grad, Adam."""
# mypy: ignore-errors

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers as optim
import numpy as np

from probes.linear_regression.task import clock


def measure(task):
    x_train, y_train = mx.array(task.x_train), mx.array(task.y_train)
    kernel, bias = map(mx.array, task.start)
    begin = clock()
    # effort: begin
    # step: define
    model = nn.Linear(2, 1)
    optimizer = optim.Adam(learning_rate=task.rate, bias_correction=True)

    # effort: end
    def loss_function(x, y):
        return nn.losses.mse_loss(model(x), y)

    model.weight, model.bias = kernel.T, bias
    loss_and_gradient = nn.value_and_grad(model, loss_function)
    _, first = loss_and_gradient(x_train, y_train)
    # effort: begin
    for _ in range(task.epochs):
        # step: forward, gradient
        _, gradient = loss_and_gradient(x_train, y_train)
        # step: update
        optimizer.update(model, gradient)
        mx.eval(model.state, optimizer.state)
    # effort: end
    seconds = clock() - begin
    gradient = [np.array(first["weight"]).T, np.array(first["bias"])]
    return task.judge(np.array(model.weight).T, np.array(model.bias), gradient, seconds)
