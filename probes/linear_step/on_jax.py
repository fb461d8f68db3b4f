"""JAX: one Flax NNX layer, Optax's Adam, nnx.jit; `production` is Flax's functional training loop."""
# mypy: allow-untyped-defs, allow-untyped-calls

import optax
from flax import nnx

from probes.job import Job
from probes.jobs.jax import Training, job, tensors
from probes.linear_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in JAX."""
    batches = [tensors(features, targets) for features, targets in task.batches]
    # effort: begin
    # define
    model = nnx.Linear(2, 1, rngs=nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.adam(task.rate, *task.betas, eps=task.epsilon), wrt=nnx.Param)

    def loss_function(model, features, targets):
        return optax.squared_error(model(features), targets).mean()

    @nnx.jit
    def train_step(model, optimizer, features, targets):
        # forward, gradient
        loss, gradients = nnx.value_and_grad(loss_function)(model, features, targets)
        # update
        optimizer.update(model, gradients)
        return loss

    # effort: end
    return job(task, model, Training(train_step, mode, model, optimizer), loss_function, batches)
