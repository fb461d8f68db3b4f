"""Keras on any backend: the discriminator and the chain of both, each compiled; `production` asks for jit_compile=True."""
# mypy: allow-untyped-defs, allow-untyped-calls

from itertools import cycle
from typing import Any

import keras

from probes.gan_step.task import Task
from probes.job import Job
from probes.jobs.keras import Weights, compilation, numpy, single_loss, tensors


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in Keras."""
    batches = [tensors(real, noise) for real, noise in task.batches]
    jit = compilation(mode)
    # effort: begin
    # define
    layers, join = keras.layers, keras.ops.concatenate
    ones = keras.ops.ones((task.batch_size, 1))
    real_or_fake = join([ones, keras.ops.zeros_like(ones)])
    generator = keras.Sequential(
        [keras.Input((task.noise_width,)), layers.Dense(task.hidden, activation="relu"), layers.Dense(task.columns)]
    )
    discriminator = keras.Sequential(
        [keras.Input((task.columns,)), layers.Dense(task.hidden), layers.LeakyReLU(task.slope), layers.Dense(1)]
    )
    chain = keras.Sequential([generator, discriminator])
    for model in (discriminator, chain):
        model.compile(
            optimizer=keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon),
            loss=keras.losses.BinaryCrossentropy(from_logits=True),
            **jit,
        )

    def train_step(real, noise):
        # forward, gradient, update
        fake = generator.predict_on_batch(noise)
        discriminator.trainable = True
        discriminator_loss = discriminator.train_on_batch(join([real, fake]), real_or_fake)
        discriminator.trainable = False
        return discriminator_loss, chain.train_on_batch(noise, ones)

    # effort: end
    generator_weights, discriminator_weights = Weights(generator), Weights(discriminator)
    real, noise = batches[0]

    def load(weights: Any) -> None:
        generator_weights.load(weights[:4])
        discriminator_weights.load(weights[4:])

    def gradient() -> Any:
        discriminator.trainable = False
        generator_gradient = Weights(chain).gradient(noise, ones)
        discriminator.trainable = True
        rows = join([real, generator(noise)])
        return generator_gradient + Weights(discriminator).gradient(rows, real_or_fake)

    load(task.weights)
    stream = cycle(batches)
    return Job(
        step=lambda: train_step(*next(stream)),
        loss_value=lambda losses: single_loss(discriminator)(losses[0]) + single_loss(chain)(losses[1]),
        load=load,
        weights=lambda: generator_weights.read() + discriminator_weights.read(),
        forward=lambda: numpy(discriminator(generator(noise))),
        gradient=gradient,
        parameters=generator_weights.count() + discriminator_weights.count(),
    )
