"""JAX: one Flax NNX layer, Optax's Adam, nnx.jit around the step."""
# mypy: allow-untyped-defs, allow-untyped-calls

from typing import Any

import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from probes.linear_regression.task import Task, clock


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in JAX."""
    x_train, y_train = jnp.asarray(task.x_train), jnp.asarray(task.y_train)
    begin = clock()
    # effort: begin
    # step: define
    model = nnx.Linear(2, 1, rngs=nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.adam(task.rate), wrt=nnx.Param)

    # step: forward
    def loss_function(model, x, y):
        return optax.squared_error(model(x), y).mean()

    # step: gradient, update
    @nnx.jit
    def train_step(model, optimizer, x, y):
        gradients = nnx.grad(loss_function)(model, x, y)
        optimizer.update(model, gradients)

    # effort: end
    for parameter, value in zip((model.kernel, model.bias), task.start, strict=True):
        parameter.set_value(jnp.asarray(value))
    gradient = nnx.grad(loss_function)(model, x_train, y_train)
    # effort: begin
    for _ in range(task.epochs):
        train_step(model, optimizer, x_train, y_train)
    # effort: end
    kernel, bias = np.array(model.kernel[...]), np.array(model.bias[...])
    seconds = clock() - begin
    return task.judge(kernel, bias, [np.array(gradient[name][...]) for name in ("kernel", "bias")], seconds)
