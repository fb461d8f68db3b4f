"""JAX: Flax NNX convolutions on channels-last images, Optax, nnx.jit; `production` is Flax's functional training loop."""
# mypy: allow-untyped-defs, allow-untyped-calls

from functools import partial
from itertools import pairwise

import optax
from flax import nnx

from probes.cnn_step.task import Task
from probes.job import Job
from probes.jobs.jax import Training, job, tensors


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in JAX."""
    batches = [tensors(images, labels) for images, labels in task.batches]
    # effort: begin
    # define

    def block(in_features, out_features, rngs):
        return nnx.Sequential(
            nnx.Conv(in_features, out_features, kernel_size=(3, 3), use_bias=False, rngs=rngs),
            nnx.BatchNorm(out_features, epsilon=task.norm_epsilon, momentum=task.momentum, rngs=rngs),
            nnx.relu,
            partial(nnx.max_pool, window_shape=(2, 2), strides=(2, 2)),
        )

    class Classifier(nnx.Module):
        def __init__(self, rngs):
            self.blocks = nnx.Sequential(
                *(block(in_features, out_features, rngs) for in_features, out_features in pairwise(task.channels))
            )
            self.head = nnx.Linear(task.channels[-1], task.classes, rngs=rngs)

        def __call__(self, images):
            return self.head(self.blocks(images).mean(axis=(1, 2)))

    model = Classifier(nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.adam(task.rate, *task.betas, eps=task.epsilon), wrt=nnx.Param)

    def loss_function(model, images, labels):
        return optax.softmax_cross_entropy_with_integer_labels(model(images), labels).mean()

    @nnx.jit
    def train_step(model, optimizer, images, labels):
        # forward, gradient
        loss, gradients = nnx.value_and_grad(loss_function)(model, images, labels)
        # update
        optimizer.update(model, gradients)
        return loss

    # effort: end
    return job(task, model, Training(train_step, mode, model, optimizer), loss_function, batches)
