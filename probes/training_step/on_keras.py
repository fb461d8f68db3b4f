"""Keras on any backend: compile and train_on_batch on its tensors; its ways: jit_compile=True, and fit with many steps per call."""
# mypy: allow-untyped-defs, allow-untyped-calls

import keras

from probes.job import Job
from probes.jobs.keras import compilation, job, tensors
from probes.training_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in Keras."""
    batches = [tensors(features, labels) for features, labels in task.batches]
    settings = compilation(mode)
    # effort: begin
    # define
    model = keras.Sequential(
        [
            keras.Input((task.inputs,)),
            keras.layers.Dense(task.hidden, activation="relu"),
            keras.layers.Dense(task.hidden, activation="relu"),
            keras.layers.Dense(task.classes),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        **settings,
    )

    def train_step(features, labels):
        # forward, gradient, update
        return model.train_on_batch(features, labels)

    # effort: end
    return job(task, model, train_step, batches, mode)
