"""JAX: Flax NNX's GRU, Optax, nnx.jit; `production` is Flax's functional training loop.

nnx.GRUCell has no bias on its recurrent product; the other frameworks' GRU has, so the cell is given a layer with one.
"""
# mypy: allow-untyped-defs, allow-untyped-calls

from typing import Any

import numpy as np
import optax
from flax import nnx

from probes.job import Job
from probes.jobs.jax import Training, Weights, job, tensors
from probes.recurrent_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in JAX."""
    batches = [tensors(text, labels) for text, labels in task.batches]
    # effort: begin
    # define

    class GRUCell(nnx.GRUCell):
        def __init__(self, inputs, units, rngs):
            super().__init__(inputs, units, rngs=rngs)
            self.dense_h = nnx.Linear(units, 3 * units, rngs=rngs)

    class Classifier(nnx.Module):
        def __init__(self, rngs):
            self.embedding = nnx.Embed(task.vocabulary_size, task.width, rngs=rngs)
            self.recurrent = nnx.RNN(GRUCell(task.width, task.units, rngs), return_carry=True, rngs=rngs)
            self.head = nnx.Linear(task.units, task.classes, rngs=rngs)

        def __call__(self, text):
            last, _ = self.recurrent(self.embedding(text))
            return self.head(last)

    model = Classifier(nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.adam(task.rate, *task.betas, eps=task.epsilon), wrt=nnx.Param)

    def loss_function(model, text, labels):
        return optax.softmax_cross_entropy_with_integer_labels(model(text), labels).mean()

    @nnx.jit
    def train_step(model, optimizer, text, labels):
        # forward, gradient
        loss, gradients = nnx.value_and_grad(loss_function)(model, text, labels)
        # update
        optimizer.update(model, gradients)
        return loss

    # effort: end
    weights = Weights(model, pack, unpack)
    return job(task, weights, Training(train_step, mode, model, optimizer), loss_function, batches)


def swap_gates(array: Any) -> Any:
    """Return an array with its gates along the last axis swapped: (update, reset, candidate) ↔ (reset, update, candidate)."""
    update, reset, candidate = np.split(array, 3, axis=-1)
    return np.concatenate([reset, update, candidate], axis=-1)


def pack(weights: Any) -> Any:
    """Return the task's weights in Flax's order: each bias behind its kernel, gates swapped."""
    table, kernel, recurrent, biases, dense, bias = weights
    return [table, *map(swap_gates, (kernel, biases[0], recurrent, biases[1])), dense, bias]


def unpack(parameters: Any) -> Any:
    """Return Flax's parameters in the task's order: the inverse of `pack`."""
    table, kernel, first, recurrent, second, dense, bias = parameters
    kernel, first, recurrent, second = map(swap_gates, (kernel, first, recurrent, second))
    return [table, kernel, recurrent, np.stack([first, second]), dense, bias]
