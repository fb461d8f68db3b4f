"""Keras on any backend: one Dense layer, compile and train_on_batch; `production` asks for jit_compile=True."""
# mypy: allow-untyped-defs, allow-untyped-calls

import keras

from probes.job import Job
from probes.jobs.keras import compilation, job, tensors
from probes.linear_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in Keras."""
    batches = [tensors(features, targets) for features, targets in task.batches]
    jit = compilation(mode)
    # effort: begin
    # define
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(
        optimizer=keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon),
        loss=keras.losses.MeanSquaredError(),
        **jit,
    )

    def train_step(features, targets):
        # forward, gradient, update
        return model.train_on_batch(features, targets)

    # effort: end
    return job(task, model, train_step, batches)
