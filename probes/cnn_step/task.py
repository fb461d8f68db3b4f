"""The images and the convolutional classifier every framework trains on them, all from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from probes.gate import Tolerances, tolerances
from probes.jobs.draws import SEED, draw_normal

Floats = NDArray[np.float32]
PATCH = 9  # 3 x 3
MOST_PATTERNS = 16  # one for each of a thousand classes would fill a gigabyte


@dataclass(frozen=True)
class Task:
    """Blocks of (convolution 3 x 3 without bias, batch normalisation, ReLU, 2 x 2 maximum), mean over places, dense.

    `weights`: kernel (3, 3, in, out), scale (out,), shift (out,) of each block, then kernel (in, out) and bias (out,);
    `batches`: images (batch, side, side, channels) float32 and labels (batch,) int64. `momentum` is the share of the old
    running statistic that is kept (PyTorch calls the rest momentum). `flops` are those of the matrix products of one
    step, as in training-step.
    """

    side: int
    channels: tuple[int, ...]
    classes: int
    weights: list[Floats]
    batches: list[tuple[Floats, NDArray[np.int64]]]
    tolerances: Tolerances
    flops: int
    names: tuple[str, ...]
    momentum: float = 0.9
    norm_epsilon: float = 1e-3
    rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-7


def make(
    seed: int = SEED,
    side: int = 32,
    channels: tuple[int, ...] = (3, 16, 32),
    classes: int = 10,
    batch_size: int = 16,
    batch_count: int = 4,
) -> Task:
    """Return the task; the same numbers in every process.

    Args:
        side: of the images; each block halves it.
        channels: of the images, and of each block.
    """
    random = np.random.default_rng(seed)
    weights: list[Floats] = []
    for fan_in, fan_out in pairwise(channels):
        weights.append(draw_normal(random, (3, 3, fan_in, fan_out), np.sqrt(2 / (PATCH * fan_in))))
        weights += [1 + draw_normal(random, (fan_out,), 0.1), draw_normal(random, (fan_out,), 0.1)]
    weights += [
        draw_normal(random, (channels[-1], classes), np.sqrt(2 / channels[-1])),
        draw_normal(random, (classes,), 0.1),
    ]
    patterns = random.standard_normal((min(classes, MOST_PATTERNS), side, side, channels[0]))
    examples = []
    for _ in range(batch_count):
        labels = random.integers(classes, size=batch_size)
        noise = draw_normal(random, (batch_size, side, side, channels[0]), 1.0)
        examples.append(((patterns[labels % MOST_PATTERNS] + noise).astype(np.float32), labels))
    places = [side * side // 4**block for block in range(len(channels))]  # before the first pooling, and after each
    values_per_sum = [batch_size * count for count in places[:-1]]
    forward_sum_lengths = (*(PATCH * count for count in channels[:-1]), places[-1], channels[-1])
    normalisations = (*values_per_sum, *reversed(values_per_sum))  # forward and back; only in training
    backward_sum_lengths = (*normalisations, classes, *(PATCH * count for count in channels[:1:-1]), values_per_sum[0])
    convolutions = [
        2 * count * PATCH * fan_in * fan_out
        for count, (fan_in, fan_out) in zip(values_per_sum, pairwise(channels), strict=True)
    ]
    flops = 2 * convolutions[0] + 3 * (sum(convolutions[1:]) + 2 * batch_size * channels[-1] * classes)
    blocks = range(1, len(channels))
    names = (f"block {block} {part}" for block in blocks for part in ("kernel", "scale", "shift"))
    allowed = tolerances(forward_sum_lengths, backward_sum_lengths, values_per_sum[-1])
    return Task(side, channels, classes, weights, examples, allowed, flops, (*names, "dense kernel", "dense bias"))
