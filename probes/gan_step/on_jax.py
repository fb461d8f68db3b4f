"""JAX: two Flax NNX models and two optimisers in one step under nnx.jit; `production` is Flax's functional training loop."""
# mypy: allow-untyped-defs, allow-untyped-calls

from functools import partial
from itertools import cycle
from typing import Any

import jax.numpy as jnp
import optax
from flax import nnx

from probes.gan_step.task import Task
from probes.job import Job
from probes.jobs.jax import Training, Weights, numpy, tensors


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in JAX."""
    batches = [tensors(real, noise) for real, noise in task.batches]
    ones = jnp.ones((task.batch_size, 1))
    real_or_fake = jnp.concatenate([ones, jnp.zeros_like(ones)])
    # effort: begin
    # define
    rngs = nnx.Rngs(0)
    generator = nnx.Sequential(
        nnx.Linear(task.noise_width, task.hidden, rngs=rngs), nnx.relu, nnx.Linear(task.hidden, task.columns, rngs=rngs)
    )
    discriminator = nnx.Sequential(
        nnx.Linear(task.columns, task.hidden, rngs=rngs),
        partial(nnx.leaky_relu, negative_slope=task.slope),
        nnx.Linear(task.hidden, 1, rngs=rngs),
    )
    adam = optax.adam(task.rate, *task.betas, eps=task.epsilon)
    generator_optimizer = nnx.Optimizer(generator, adam, wrt=nnx.Param)
    discriminator_optimizer = nnx.Optimizer(discriminator, adam, wrt=nnx.Param)

    def discriminator_loss(discriminator, rows):
        return optax.sigmoid_binary_cross_entropy(discriminator(rows), real_or_fake).mean()

    def generator_loss(generator, discriminator, noise):
        return optax.sigmoid_binary_cross_entropy(discriminator(generator(noise)), ones).mean()

    @nnx.jit
    def train_step(generator, discriminator, generator_optimizer, discriminator_optimizer, real, noise):
        # forward, gradient
        rows = jnp.concatenate([real, generator(noise)])
        loss_of_discriminator, gradients = nnx.value_and_grad(discriminator_loss)(discriminator, rows)
        # update
        discriminator_optimizer.update(discriminator, gradients)
        # forward, gradient, update of the generator
        loss_of_generator, gradients = nnx.value_and_grad(generator_loss)(generator, discriminator, noise)
        generator_optimizer.update(generator, gradients)
        return loss_of_discriminator + loss_of_generator

    # effort: end
    generator_weights, discriminator_weights = Weights(generator), Weights(discriminator)
    objects = generator, discriminator, generator_optimizer, discriminator_optimizer
    training, stream = Training(train_step, mode, *objects), cycle(batches)

    def load(weights: Any) -> None:
        generator_weights.load(weights[:4])
        discriminator_weights.load(weights[4:])

    def gradient() -> Any:
        real, noise = batches[0]
        rows = jnp.concatenate([real, generator(noise)])
        generator_gradient = generator_weights.gradient(
            lambda generator: generator_loss(generator, discriminator, noise)
        )
        discriminator_gradient = discriminator_weights.gradient(
            lambda discriminator: discriminator_loss(discriminator, rows)
        )
        return generator_gradient + discriminator_gradient

    load = training.on_objects(load)
    load(task.weights)
    return Job(
        step=lambda: training.step(*next(stream)),
        loss_value=float,
        load=load,
        weights=training.on_objects(lambda: generator_weights.read() + discriminator_weights.read()),
        forward=training.on_objects(lambda: numpy(discriminator(generator(batches[0][1])))),
        gradient=training.on_objects(gradient),
        parameters=generator_weights.count() + discriminator_weights.count(),
    )
