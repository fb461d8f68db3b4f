"""JAX: Flax NNX, Optax and nnx.jit around the whole step; `production` is Flax's functional training loop."""
# mypy: allow-untyped-defs, allow-untyped-calls

import optax
from flax import nnx

from probes.job import Job
from probes.jobs.jax import Training, Weights, job, tensors
from probes.tabular_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in JAX."""
    batches = [tensors(features, labels) for features, labels in task.batches]
    # effort: begin
    # define
    rngs = nnx.Rngs(0)
    model = nnx.Sequential(
        nnx.Linear(task.columns, task.hidden, rngs=rngs),
        nnx.relu,
        nnx.Linear(task.hidden, task.hidden, rngs=rngs),
        nnx.relu,
        nnx.Linear(task.hidden, 2, rngs=rngs),
    )
    optimizer = nnx.Optimizer(model, optax.adam(task.rate, *task.betas, eps=task.epsilon), wrt=nnx.Param)

    def loss_function(model, features, labels):
        return optax.softmax_cross_entropy_with_integer_labels(model(features), labels).mean()

    @nnx.jit
    def train_step(model, optimizer, features, labels):
        # forward, gradient
        loss, gradients = nnx.value_and_grad(loss_function)(model, features, labels)
        # update
        optimizer.update(model, gradients)
        return loss

    # effort: end
    weights, training = Weights(model), Training(train_step, mode, model, optimizer)
    output = training.on_objects(weights.output)
    return job(
        task, weights, training, loss_function, batches, further_measures=lambda trained: task.measure(trained, output)
    )
