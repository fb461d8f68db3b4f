"""Keras on any backend: compile and train_on_batch on its tensors; `production` asks for jit_compile=True."""
# mypy: ignore-errors

from itertools import cycle

import keras

from probes.compiler import require_compiler
from probes.job import Job
from probes.training_step.keras_gradient import gradient_of


def build(task, mode):
    batches = [tuple(map(keras.ops.convert_to_tensor, batch)) for batch in task.batches]
    jit = {"jit_compile": True} if mode == "production" else {}
    if jit and keras.backend.backend() == "torch":
        require_compiler()
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
        optimizer=keras.optimizers.Adam(task.rate, *task.decay, epsilon=task.epsilon),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        **jit,
    )

    def train_step(features, labels):
        # forward, gradient, update
        return model.train_on_batch(features, labels)

    # effort: end

    # A model keeps a running mean of its loss until it is reset: with it the curve would be smoothed.
    def loss_value(loss):
        model.reset_metrics()
        return float(loss)

    model.set_weights(task.weights)
    features, labels = batches[0]
    stream = cycle(batches)
    return Job(
        step=lambda: train_step(*next(stream)),
        loss_value=loss_value,
        load=model.set_weights,
        weights=model.get_weights,
        forward=lambda: keras.ops.convert_to_numpy(model(features)),
        gradient=lambda: gradient_of(model, model.loss, features, labels),
        parameters=model.count_params(),
    )
