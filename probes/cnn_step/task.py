"""The images and the convolutional classifier every framework trains on them, all from one seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from probes.gate import Tolerances, tolerances
from probes.jobs.draws import SEED, draw_normal

Floats = NDArray[np.float32]
PATCH = 9  # 3 x 3


@dataclass(frozen=True)
class Task:
    """Twice (convolution 3 x 3 without bias, batch normalisation, ReLU, 2 x 2 maximum), mean over places, dense.

    `weights`: kernel (3, 3, in, out), scale (out,), shift (out,) of both blocks, then kernel (in, out) and bias (out,);
    `batches`: images (batch, side, side, channels) float32 and labels (batch,) int64. `momentum` is the share of the old
    running statistic that is kept (PyTorch calls the rest momentum). `flops` are those of the matrix products of one
    step, as in training-step.
    """

    side: int
    channels: tuple[int, int, int]
    classes: int
    weights: list[Floats]
    batches: list[tuple[Floats, NDArray[np.int64]]]
    tolerances: Tolerances
    flops: int
    names: tuple[str, ...] = (
        *(f"block {block} {part}" for block in (1, 2) for part in ("kernel", "scale", "shift")),
        "dense kernel",
        "dense bias",
    )
    momentum: float = 0.9
    norm_epsilon: float = 1e-3
    rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-7


def make(
    seed: int = SEED,
    side: int = 32,
    channels: tuple[int, int, int] = (3, 16, 32),
    classes: int = 10,
    batch_size: int = 16,
    batch_count: int = 4,
) -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(seed)
    input_channels, first_channels, second_channels = channels
    weights: list[Floats] = []
    for fan_in, fan_out in ((input_channels, first_channels), (first_channels, second_channels)):
        weights.append(draw_normal(random, (3, 3, fan_in, fan_out), np.sqrt(2 / (PATCH * fan_in))))
        weights += [1 + draw_normal(random, (fan_out,), 0.1), draw_normal(random, (fan_out,), 0.1)]
    weights += [
        draw_normal(random, (second_channels, classes), np.sqrt(2 / second_channels)),
        draw_normal(random, (classes,), 0.1),
    ]
    patterns = random.standard_normal((classes, side, side, input_channels))
    examples = []
    for _ in range(batch_count):
        labels = random.integers(classes, size=batch_size)
        noise = draw_normal(random, (batch_size, side, side, input_channels), 1.0)
        examples.append(((patterns[labels] + noise).astype(np.float32), labels))
    places = (side * side, side * side // 4)  # before and after the first pooling
    values_per_sum = [batch_size * count for count in places]
    forward_sum_lengths = (PATCH * input_channels, PATCH * first_channels, places[1] // 4, second_channels)
    normalisations = (
        values_per_sum[0],
        values_per_sum[1],
        values_per_sum[1],
        values_per_sum[0],
    )  # forward and back; only in training
    backward_sum_lengths = (*normalisations, classes, PATCH * second_channels, values_per_sum[0])
    convolutions = [
        2 * values_per_sum[0] * PATCH * input_channels * first_channels,
        2 * values_per_sum[1] * PATCH * first_channels * second_channels,
    ]
    flops = 2 * convolutions[0] + 3 * (convolutions[1] + 2 * batch_size * second_channels * classes)
    return Task(
        side,
        channels,
        classes,
        weights,
        examples,
        tolerances(forward_sum_lengths, backward_sum_lengths, values_per_sum[1]),
        flops,
    )
