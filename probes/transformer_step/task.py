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
    """Token and position embeddings (→ width), blocks of x + attention(norm(x)) and x + net(norm(x)), norm, head (→ vocabulary).

    `weights`: token embedding (vocabulary, width), position embedding (length, width); per block what `BLOCK` names: query,
    key and value (width, heads, width / heads), output (heads, width / heads, width), the net (width, 4 width) and
    (4 width, width) with ReLU; the last norm's scale and shift; head (width, vocabulary) and bias. `batches`: tokens and the
    tokens that follow them, (batch, length) int64. `flops` are those of the matrix products of one step, as in training-step;
    what the mask hides is counted, as it is computed. No token comes twice in a batch, for the reason given in recurrent-step.
    `norm_epsilon` is added to the variance in the layer normalisations, `epsilon` and `betas` are those of Adam.
    """

    vocabulary_size: int
    width: int
    heads: int
    blocks: int
    length: int
    weights: list[Floats]
    batches: list[tuple[Whole, Whole]]
    tolerances: Tolerances
    flops: int
    names: tuple[str, ...]
    norm_epsilon: float = 1e-5
    rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-7

    @property
    def head_width(self) -> int:
        """The width of one attention head."""
        return self.width // self.heads


def make(
    seed: int = SEED,
    vocabulary_size: int = 512,
    width: int = 64,
    heads: int = 4,
    blocks: int = 2,
    length: int = 32,
    batch_size: int = 16,
    batch_count: int = 8,
) -> Task:
    """Return the task; the same numbers in every process. A batch has at most as many positions as the vocabulary has tokens."""
    random = np.random.default_rng(seed)
    scale, shift = 1 + draw_normal(random, (width,), 0.1), draw_normal(random, (width,), 0.1)
    weights = [draw_normal(random, (vocabulary_size, width), 1.0), draw_normal(random, (length, width), 0.1)]
    for _ in range(blocks):
        weights += _draw_block(random, width, heads)
    weights += [
        scale,
        shift,
        draw_normal(random, (width, vocabulary_size), np.sqrt(1 / width)),
        draw_normal(random, (vocabulary_size,), 0.1),
    ]
    examples = [_draw_text(random, vocabulary_size, length, batch_size) for _ in range(batch_count)]
    names = ("table", "places", *(f"block {number} {part}" for number in range(1, blocks + 1) for part in BLOCK))
    task_tolerances = _make_tolerances(vocabulary_size, width, heads, blocks, length, batch_size)
    products = blocks * (12 * width * width + 2 * length * width) + width * vocabulary_size
    flops = 6 * batch_size * length * products
    names = (*names, "last scale", "last shift", "head", "head bias")
    return Task(vocabulary_size, width, heads, blocks, length, weights, examples, task_tolerances, flops, names)


def _draw_block(random: np.random.Generator, width: int, heads: int) -> list[Floats]:
    """Draw the weights of one block."""
    head_width = width // heads
    arrays = [1 + draw_normal(random, (width,), 0.1), draw_normal(random, (width,), 0.1)]
    for _ in range(3):
        arrays += [
            draw_normal(random, (width, heads, head_width), np.sqrt(1 / width)),
            draw_normal(random, (heads, head_width), 0.1),
        ]
    arrays += [draw_normal(random, (heads, head_width, width), np.sqrt(1 / width)), draw_normal(random, (width,), 0.1)]
    arrays += [1 + draw_normal(random, (width,), 0.1), draw_normal(random, (width,), 0.1)]
    arrays += [draw_normal(random, (width, 4 * width), np.sqrt(2 / width)), draw_normal(random, (4 * width,), 0.1)]
    return [
        *arrays,
        draw_normal(random, (4 * width, width), np.sqrt(1 / (4 * width))),
        draw_normal(random, (width,), 0.1),
    ]


def _draw_text(random: np.random.Generator, vocabulary_size: int, length: int, batch_size: int) -> tuple[Whole, Whole]:
    """Return tokens, none twice, and the tokens that follow them: every other token can be predicted from the one before."""
    text = np.empty((batch_size, length), np.int64)
    text[:, ::2] = random.permutation(vocabulary_size // 2)[: text.size // 2].reshape(batch_size, -1)
    text[:, 1::2] = text[:, ::2] + vocabulary_size // 2
    last = random.integers(vocabulary_size, size=(batch_size, 1))
    return text, np.concatenate([text[:, 1:], last], axis=1)


def _make_tolerances(
    vocabulary_size: int, width: int, heads: int, blocks: int, length: int, batch_size: int
) -> Tolerances:
    """Return the tolerances that follow from the lengths of the model's sums."""
    head_width = width // heads
    forward = [width, width, head_width, length, length, width, width, width, 4 * width] * blocks + [width, width]
    backward = [width, 4 * width, width, width, head_width, length, length, 3 * width, width] * blocks
    return tolerances(forward, [vocabulary_size, width, *backward, batch_size * length])
