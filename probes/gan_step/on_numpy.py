"""The reference: both updates as NumPy expressions, differentiated by `probes.jobs.autodiff`."""

from itertools import cycle
from typing import Any

import numpy as np

from probes.gan_step.task import Task
from probes.job import Job
from probes.jobs.autodiff import Tensor, binary_cross_entropy, gradients, relu
from probes.jobs.reference import Adam, cast_features, copy_into, dtype_of_mode


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in NumPy."""
    weights = [weight.astype(dtype_of_mode(mode)) for weight in task.weights]
    batches = [tuple(cast_features(part, mode) for part in batch) for batch in task.batches]
    generator, discriminator = weights[:4], weights[4:]
    adams = [Adam(part, task.rate, task.betas, task.epsilon, mode) for part in (generator, discriminator)]
    stream = cycle(batches)

    def discriminator_gradient(real: Any, noise: Any) -> Any:
        """Return the discriminator's loss and gradient."""
        tensors = [Tensor(weight) for weight in discriminator]
        fake = apply_two_layers([Tensor(weight) for weight in generator], noise).value
        losses = [
            binary_cross_entropy(apply_two_layers(tensors, x, task.slope), y) for x, y in ((real, 1.0), (fake, 0.0))
        ]
        loss = (losses[0] + losses[1]) * 0.5
        return loss.value.item(), gradients(loss, tensors)

    def generator_gradient(noise: Any) -> Any:
        """Return the generator's loss and gradient."""
        tensors = [Tensor(weight) for weight in generator]
        logits = apply_two_layers(
            [Tensor(weight) for weight in discriminator], apply_two_layers(tensors, noise), task.slope
        )
        loss = binary_cross_entropy(logits, 1.0)
        return loss.value.item(), gradients(loss, tensors)

    def step() -> Any:
        real, noise = next(stream)
        discriminator_loss, gradient = discriminator_gradient(real, noise)
        adams[1].step(gradient)
        generator_loss, gradient = generator_gradient(noise)
        adams[0].step(gradient)
        return discriminator_loss + generator_loss

    def forward() -> Any:
        fake = apply_two_layers([Tensor(weight) for weight in generator], batches[0][1])
        return apply_two_layers([Tensor(weight) for weight in discriminator], fake, task.slope).value

    return Job(
        step=step,
        loss_value=float,
        load=lambda values: copy_into(weights, values),
        weights=lambda: [np.copy(weight) for weight in weights],
        forward=forward,
        gradient=lambda: generator_gradient(batches[0][1])[1] + discriminator_gradient(*batches[0])[1],
        optimisers=[adam.settings for adam in adams],
        parameters=sum(weight.size for weight in weights),
    )


def apply_two_layers(weights: Any, x: Any, slope: Any = 0.0) -> Any:
    """Return the output of a network of two layers."""
    kernel1, bias1, kernel2, bias2 = weights
    return relu((x if isinstance(x, Tensor) else Tensor(x)) @ kernel1 + bias1, slope) @ kernel2 + bias2
