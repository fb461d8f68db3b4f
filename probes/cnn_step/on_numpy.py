"""The reference: the same network as NumPy expressions, differentiated by `probes.jobs.autodiff`."""

from typing import Any

import numpy as np

from probes.cnn_step.task import Task
from probes.job import Job
from probes.jobs import reference
from probes.jobs.autodiff import Tensor, cross_entropy, relu


def build(task: Task, mode: str, loss_function: Any = cross_entropy) -> Job:
    """Return the job of the task in NumPy."""
    channels = task.channels[1:]
    running = [start((count,), reference.dtype_of_mode(mode)) for count in channels for start in (np.zeros, np.ones)]

    def model(weights: Any, images: Any, training: Any = True) -> Any:
        x = Tensor(images)
        for block in range(len(channels)):
            kernel, scale, shift = weights[3 * block : 3 * block + 3]
            mean, variance = running[2 * block : 2 * block + 2]
            x = convolve(x, kernel)
            if training:
                x = normalise_batch(x, mean, variance, task)
            else:
                x = (x - mean) * (variance + task.norm_epsilon) ** -0.5
            x = pool_maximum(relu(x * scale + shift))
        kernel, bias = weights[-2:]
        return x.mean((1, 2)).reshape(len(images), -1) @ kernel + bias

    def output(weights: Any, images: Any) -> Any:
        return model([Tensor(weight) for weight in weights], images, training=False).value

    return reference.job(task, mode, reference.with_gradient(model, loss_function), output, running)


def convolve(images: Any, kernel: Any) -> Any:
    """Return a 3 x 3 convolution with zeros around, (batch, side, side, channels): the sum of nine shifted products."""
    side = images.value.shape[1]
    padded = pad_with_zeros(images)
    products = [padded[:, y : y + side, x : x + side] @ kernel[y, x] for y in range(3) for x in range(3)]
    return sum(products[1:], products[0])


def pad_with_zeros(images: Any) -> Any:
    """Return images with one zero on each side of both image axes."""
    zeros_at_ends = ((0, 0), (1, 1), (1, 1), (0, 0))
    return Tensor(np.pad(images.value, zeros_at_ends), (images, lambda g: g[:, 1:-1, 1:-1]))


def normalise_batch(x: Any, running_mean: Any, running_variance: Any, task: Task) -> Any:
    """Return `x` with batch normalisation; move the running mean and variance, the biased one as Keras does."""
    centred = x - x.mean((0, 1, 2))
    variance = (centred * centred).mean((0, 1, 2))
    running_mean += (1 - task.momentum) * (x.value.mean((0, 1, 2)) - running_mean)
    running_variance += (1 - task.momentum) * (variance.value.reshape(-1) - running_variance)
    return centred * (variance + task.norm_epsilon) ** -0.5


def pool_maximum(x: Any) -> Any:
    """Return the maximum of each 2 x 2 square."""
    batch, side, _, channels = x.value.shape
    squares = x.reshape(batch, side // 2, 2, side // 2, 2, channels)
    return squares.max((2, 4)).reshape(batch, side // 2, side // 2, channels)
