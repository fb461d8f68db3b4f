"""The reference: both updates as NumPy expressions, differentiated by `probes.jobs.autodiff`."""

from itertools import cycle
from typing import Any

import numpy as np

from probes.gan_step.task import Task
from probes.job import Job
from probes.jobs.autodiff import Tensor, binary_cross_entropy, gradients, relu
from probes.jobs.reference import Adam, cast_features, copy_into, dtype_of_mode


def build(task: Task, mode: str) -> Job:
    weights = [weight.astype(dtype_of_mode(mode)) for weight in task.weights]
    batches = [tuple(cast_features(part, mode) for part in batch) for batch in task.batches]
    generator, discriminator = weights[:4], weights[4:]
    adams = [Adam(part, task.rate, task.decay, task.epsilon) for part in (generator, discriminator)]
    stream = cycle(batches)

    def tell(real: Any, noise: Any) -> Any:
        """The discriminator's loss and gradient."""
        tensors = [Tensor(weight) for weight in discriminator]
        fake = two_layers([Tensor(weight) for weight in generator], noise).value
        losses = [binary_cross_entropy(two_layers(tensors, x, task.slope), y) for x, y in ((real, 1.0), (fake, 0.0))]
        loss = (losses[0] + losses[1]) * 0.5
        return loss.value.item(), gradients(loss, tensors)

    def deceive(noise: Any) -> Any:
        """The generator's loss and gradient."""
        tensors = [Tensor(weight) for weight in generator]
        logits = two_layers([Tensor(weight) for weight in discriminator], two_layers(tensors, noise), task.slope)
        loss = binary_cross_entropy(logits, 1.0)
        return loss.value.item(), gradients(loss, tensors)

    def step() -> Any:
        real, noise = next(stream)
        first, gradient = tell(real, noise)
        adams[1].step(gradient)
        second, gradient = deceive(noise)
        adams[0].step(gradient)
        return first + second

    def forward() -> Any:
        fake = two_layers([Tensor(weight) for weight in generator], batches[0][1])
        return two_layers([Tensor(weight) for weight in discriminator], fake, task.slope).value

    return Job(
        step=step,
        loss_value=float,
        load=lambda values: copy_into(weights, values),
        weights=lambda: [np.copy(weight) for weight in weights],
        forward=forward,
        gradient=lambda: deceive(batches[0][1])[1] + tell(*batches[0])[1],
        parameters=sum(weight.size for weight in weights),
    )


def two_layers(weights: Any, x: Any, slope: Any = 0.0) -> Any:
    kernel, bias, kernel2, bias2 = weights
    return relu((x if isinstance(x, Tensor) else Tensor(x)) @ kernel + bias, slope) @ kernel2 + bias2
