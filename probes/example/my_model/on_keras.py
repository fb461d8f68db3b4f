"""Keras on any backend; mode "production" compiles as the backend does."""
# mypy: allow-untyped-defs, allow-untyped-calls

import keras

from probes.jobs.keras import compilation, job, tensors


def build(task, mode):
    """Return the job of the task."""
    batches = [tensors(features, targets) for features, targets in task.batches]
    layers = [
        keras.Input((len(task.weights[0]),)),
        keras.layers.Dense(task.hidden, activation="tanh"),
        keras.layers.Dense(1),
    ]
    model = keras.Sequential(layers)
    optimizer = keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon)
    model.compile(optimizer=optimizer, loss=keras.losses.MeanSquaredError(), **compilation(mode))
    return job(task, model, model.train_on_batch, batches)
