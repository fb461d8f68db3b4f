"""The texts and the causal transformer every framework trains on them, all from one seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from probes.gate import Tolerances, tolerances
from probes.jobs.draws import SEED, draw_normal

Floats = NDArray[np.float32]
Whole = NDArray[np.int64]
BLOCK = (
    "attention scale", "attention shift", "query", "query bias", "key", "key bias", "value", "value bias", "output",
    "output bias", "net scale", "net shift", "wide kernel", "wide bias", "narrow kernel", "narrow bias",
)  # fmt: skip


@dataclass(frozen=True)
class Task:
    """Words and places (→ width), blocks of x + attention(norm(x)) and x + net(norm(x)), norm, head (→ words).

    `weights`: table (words, width), places (length, width); per block what `BLOCK` names: query, key and value
    (width, heads, width / heads), output (heads, width / heads, width), the net (width, 4 width) and (4 width, width)
    with ReLU; the last norm's scale and shift; head (width, words) and bias. `batches`: words and the words that follow
    them, (batch, length) int64. `flops` are those of the matrix products of one step, as in training-step; what the mask
    hides is counted, as it is computed. No word comes twice in a batch, for the reason given in recurrent-step.
    """

    words: int
    width: int
    heads: int
    blocks: int
    length: int
    weights: list[Floats]
    batches: list[tuple[Whole, Whole]]
    tolerances: Tolerances
    flops: int
    names: tuple[str, ...]
    variance_floor: float = 1e-5
    rate: float = 1e-3
    decay: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-7


def make(
    seed: int = SEED,
    words: int = 512,
    width: int = 64,
    heads: int = 4,
    blocks: int = 2,
    length: int = 32,
    batch: int = 16,
    batches: int = 8,
) -> Task:
    """Return the task; the same numbers in every process. A batch has at most as many places as there are words."""
    random = np.random.default_rng(seed)
    scale, shift = 1 + draw_normal(random, (width,), 0.1), draw_normal(random, (width,), 0.1)
    weights = [draw_normal(random, (words, width), 1.0), draw_normal(random, (length, width), 0.1)]
    for _ in range(blocks):
        weights += _draw_block(random, width, heads)
    weights += [
        scale,
        shift,
        draw_normal(random, (width, words), np.sqrt(1 / width)),
        draw_normal(random, (words,), 0.1),
    ]
    examples = [_draw_text(random, words, length, batch) for _ in range(batches)]
    names = ("table", "places", *(f"block {number} {part}" for number in range(1, blocks + 1) for part in BLOCK))
    allowed = _make_tolerances(words, width, heads, blocks, length, batch)
    products = blocks * (12 * width * width + 2 * length * width) + width * words
    flops = 6 * batch * length * products
    names = (*names, "last scale", "last shift", "head", "head bias")
    return Task(words, width, heads, blocks, length, weights, examples, allowed, flops, names)


def _draw_block(random: np.random.Generator, width: int, heads: int) -> list[Floats]:
    """Draw the weights of one block."""
    own = width // heads
    arrays = [1 + draw_normal(random, (width,), 0.1), draw_normal(random, (width,), 0.1)]
    for _ in range(3):
        arrays += [draw_normal(random, (width, heads, own), np.sqrt(1 / width)), draw_normal(random, (heads, own), 0.1)]
    arrays += [draw_normal(random, (heads, own, width), np.sqrt(1 / width)), draw_normal(random, (width,), 0.1)]
    arrays += [1 + draw_normal(random, (width,), 0.1), draw_normal(random, (width,), 0.1)]
    arrays += [draw_normal(random, (width, 4 * width), np.sqrt(2 / width)), draw_normal(random, (4 * width,), 0.1)]
    return [
        *arrays,
        draw_normal(random, (4 * width, width), np.sqrt(1 / (4 * width))),
        draw_normal(random, (width,), 0.1),
    ]


def _draw_text(random: np.random.Generator, words: int, length: int, batch: int) -> tuple[Whole, Whole]:
    """Return words, none twice, and the words that follow: every other one can be told from the one before."""
    text = np.empty((batch, length), np.int64)
    text[:, ::2] = random.permutation(words // 2)[: text.size // 2].reshape(batch, -1)
    text[:, 1::2] = text[:, ::2] + words // 2
    last = random.integers(words, size=(batch, 1))
    return text, np.concatenate([text[:, 1:], last], axis=1)


def _make_tolerances(words: int, width: int, heads: int, blocks: int, length: int, batch: int) -> Tolerances:
    """Return the tolerances that follow from the lengths of the model's sums."""
    own = width // heads
    forward = [width, width, own, length, length, width, width, width, 4 * width] * blocks + [width, width]
    backward = [width, 4 * width, width, width, own, length, length, 3 * width, width] * blocks
    return tolerances(forward, [words, width, *backward, batch * length])
