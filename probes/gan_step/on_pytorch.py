"""PyTorch: two modules, two optimisers, one loop; `production` adds torch.compile."""
# mypy: allow-untyped-defs, allow-untyped-calls

from itertools import cycle
from typing import Any

import torch
from torch import nn

from probes.gan_step.task import Task
from probes.job import Job
from probes.jobs.pytorch import DEVICE, Weights, compiled, numpy, tensors


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in PyTorch."""
    batches = [tensors(real, noise) for real, noise in task.batches]
    ones = torch.ones(task.batch_size, 1, device=DEVICE)
    real_or_fake = torch.cat([ones, torch.zeros_like(ones)])
    # effort: begin
    # define
    generator = nn.Sequential(
        nn.Linear(task.noise_width, task.hidden), nn.ReLU(), nn.Linear(task.hidden, task.columns)
    )  # fmt: skip
    discriminator = nn.Sequential(
        nn.Linear(task.columns, task.hidden), nn.LeakyReLU(task.slope), nn.Linear(task.hidden, 1)
    )  # fmt: skip
    loss_function = nn.BCEWithLogitsLoss()
    settings = {"lr": task.rate, "betas": task.betas, "eps": task.epsilon}
    generator_optimizer = torch.optim.Adam(generator.parameters(), **settings)
    discriminator_optimizer = torch.optim.Adam(discriminator.parameters(), **settings)

    def train_step(real, noise):
        # forward
        fake = generator(noise)
        logits = discriminator(torch.cat([real, fake.detach()]))
        discriminator_loss = loss_function(logits, real_or_fake)
        # gradient
        discriminator_optimizer.zero_grad()
        discriminator_loss.backward()
        # update
        discriminator_optimizer.step()
        # forward, gradient, update of the generator
        discriminator.requires_grad_(False)
        generator_loss = loss_function(discriminator(fake), ones)
        generator_optimizer.zero_grad()
        generator_loss.backward()
        generator_optimizer.step()
        discriminator.requires_grad_(True)
        return discriminator_loss + generator_loss

    # effort: end
    generator_weights, discriminator_weights = Weights(generator), Weights(discriminator)

    def load(weights: Any) -> None:
        generator_weights.load(weights[:4])
        discriminator_weights.load(weights[4:])

    def gradient() -> Any:
        real, noise = batches[0]
        fake = generator(noise)
        discriminator_loss = loss_function(discriminator(torch.cat([real, fake.detach()])), real_or_fake)
        generator_loss = loss_function(discriminator(fake), ones)
        return generator_weights.gradient(generator_loss) + discriminator_weights.gradient(discriminator_loss)

    load(task.weights)
    if mode == "production":
        generator, discriminator = compiled(generator), compiled(discriminator)
    stream = cycle(batches)
    return Job(
        step=lambda: train_step(*next(stream)),
        loss_value=lambda loss: loss.item(),
        load=load,
        weights=lambda: generator_weights.read() + discriminator_weights.read(),
        forward=lambda: numpy(discriminator_weights.model(generator_weights.model(batches[0][1]))),
        gradient=gradient,
        parameters=generator_weights.count() + discriminator_weights.count(),
    )
