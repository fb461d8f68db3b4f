"""TensorFlow: Keras layers, two tapes, two optimisers; `production` wraps the step in tf.function."""
# mypy: allow-untyped-defs, allow-untyped-calls

from itertools import cycle
from typing import Any

import tensorflow as tf

from probes.gan_step.task import Task
from probes.job import Job
from probes.jobs.tensorflow import Weights, tensors


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in TensorFlow."""
    batches = [tensors(real, noise) for real, noise in task.batches]
    ones = tf.ones((task.batch_size, 1))
    real_or_fake = tf.concat([ones, tf.zeros_like(ones)], axis=0)
    # effort: begin
    # define
    layers = tf.keras.layers
    generator = tf.keras.Sequential(
        [tf.keras.Input((task.noise_width,)), layers.Dense(task.hidden, activation="relu"), layers.Dense(task.columns)]
    )
    discriminator = tf.keras.Sequential(
        [tf.keras.Input((task.columns,)), layers.Dense(task.hidden), layers.LeakyReLU(task.slope), layers.Dense(1)]
    )
    loss_function = tf.keras.losses.BinaryCrossentropy(from_logits=True)
    generator_optimizer = tf.keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon)
    discriminator_optimizer = tf.keras.optimizers.Adam(task.rate, *task.betas, epsilon=task.epsilon)

    def train_step(real, noise):
        # forward
        with tf.GradientTape() as tape:
            fake = generator(noise, training=True)
            with tape.stop_recording():
                discriminator_loss = discriminator_step(tf.concat([real, fake], axis=0))
            generator_loss = loss_function(ones, discriminator(fake, training=True))
        # gradient, update of the generator
        gradients = tape.gradient(generator_loss, generator.trainable_variables)
        generator_optimizer.apply_gradients(zip(gradients, generator.trainable_variables, strict=True))
        return discriminator_loss + generator_loss

    def discriminator_step(rows):
        with tf.GradientTape() as tape:
            loss = loss_function(real_or_fake, discriminator(rows, training=True))
        # gradient
        gradients = tape.gradient(loss, discriminator.trainable_variables)
        # update
        discriminator_optimizer.apply_gradients(zip(gradients, discriminator.trainable_variables, strict=True))
        return loss

    # effort: end
    generator_weights, discriminator_weights = Weights(generator), Weights(discriminator)
    real, noise = batches[0]

    def load(weights: Any) -> None:
        generator_weights.load(weights[:4])
        discriminator_weights.load(weights[4:])

    def gradient() -> Any:
        rows = tf.concat([real, generator(noise)], axis=0)
        discriminator_gradient = discriminator_weights.gradient(
            lambda: loss_function(real_or_fake, discriminator(rows))
        )
        generator_gradient = generator_weights.gradient(lambda: loss_function(ones, discriminator(generator(noise))))
        return generator_gradient + discriminator_gradient

    load(task.weights)
    if mode == "production":
        train_step = tf.function(train_step)
    stream = cycle(batches)
    return Job(
        step=lambda: train_step(*next(stream)),
        loss_value=float,
        load=load,
        weights=lambda: generator_weights.read() + discriminator_weights.read(),
        forward=lambda: discriminator(generator(noise)).numpy(),
        gradient=gradient,
        parameters=generator_weights.count() + discriminator_weights.count(),
    )
