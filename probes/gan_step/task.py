"""The data, generator and discriminator every framework trains, all from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from probes.gate import Tolerances, tolerances
from probes.jobs.draws import SEED, draw_normal

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Task:
    """Generator noise width → hidden → columns with ReLU, discriminator columns → hidden → 1 with leaky ReLU.

    `weights`: kernel (inputs, outputs) and bias (outputs,) of the generator's two layers, then of the discriminator's;
    `batches`: real rows (batch, columns) and noise (batch, noise width), float32. `flops` are those of the matrix products that
    one step needs: the discriminator forward and back over both halves, the generator and the discriminator forward and
    back, without gradients of data and of the discriminator's weights in the second update.
    """

    noise_width: int
    hidden: int
    columns: int
    batch_size: int
    weights: list[Floats]
    batches: list[tuple[Floats, Floats]]
    tolerances: Tolerances
    flops: int
    names: tuple[str, ...] = tuple(
        f"{model} {layer} {part}" for model in ("generator", "discriminator") for layer in (1, 2)
        for part in ("kernel", "bias")
    )  # fmt: skip
    slope: float = 0.2
    rate: float = 2e-4
    betas: tuple[float, float] = (0.5, 0.999)
    epsilon: float = 1e-7


def make(
    seed: int = SEED,
    noise_width: int = 32,
    hidden: int = 128,
    columns: int = 64,
    batch_size: int = 64,
    batch_count: int = 8,
) -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(seed)
    generator_widths, discriminator_widths = (noise_width, hidden, columns), (columns, hidden, 1)
    weights: list[Floats] = []
    for fan_in, fan_out in (*pairwise(generator_widths), *pairwise(discriminator_widths)):
        weights += [draw_normal(random, (fan_in, fan_out), np.sqrt(2 / fan_in)), draw_normal(random, (fan_out,), 0.1)]
    mixing = random.standard_normal((4, columns))
    examples = []
    for _ in range(batch_count):
        real = np.tanh(random.standard_normal((batch_size, 4)) @ mixing).astype(np.float32)
        examples.append((real, draw_normal(random, (batch_size, noise_width), 1.0)))
    forward = (noise_width, hidden, columns, hidden)
    allowed = tolerances(forward, (1, hidden, columns, hidden, 2 * batch_size))
    g1, g2, d1, d2 = (
        fan_in * fan_out for fan_in, fan_out in (*pairwise(generator_widths), *pairwise(discriminator_widths))
    )
    discriminator_flops = 2 * (4 * d1 + 6 * d2)
    generator_flops = 4 * g1 + 6 * g2 + 4 * (d1 + d2)
    return Task(
        noise_width,
        hidden,
        columns,
        batch_size,
        weights,
        examples,
        allowed,
        batch_size * (discriminator_flops + generator_flops),
    )
