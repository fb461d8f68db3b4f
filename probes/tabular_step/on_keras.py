"""Keras on any backend: compile and train_on_batch on its tensors; `production` asks for jit_compile=True."""
# mypy: allow-untyped-defs, allow-untyped-calls

from typing import Any

import keras

from probes.job import Job
from probes.jobs.keras import compilation, job, numpy, tensors
from probes.tabular_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in Keras."""
    batches = [tensors(features, labels) for features, labels in task.batches]
    jit = compilation(mode)
    # effort: begin
    # define
    model = keras.Sequential(
        [
            keras.Input((task.columns,)),
            keras.layers.Dense(task.hidden, activation="relu"),
            keras.layers.Dense(task.hidden, activation="relu"),
            keras.layers.Dense(2),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        **jit,
    )

    def train_step(features, labels):
        # forward, gradient, update
        return model.train_on_batch(features, labels)

    # effort: end

    def further_measures(trained: Any) -> dict[str, Any]:
        return task.measure(trained, lambda features: numpy(model(features, training=False)))

    return job(task, model, train_step, batches, further_measures=further_measures)
