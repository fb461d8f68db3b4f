"""The reference: the same network as NumPy expressions, differentiated by `probes.jobs.autodiff`."""

from functools import partial
from typing import Any

import numpy as np

from probes.job import Job
from probes.jobs import reference
from probes.jobs.autodiff import Tensor, cross_entropy, relu, softmax, take_rows
from probes.transformer_step.task import BLOCK, Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in NumPy."""
    network = partial(apply_model, floor=task.variance_floor)

    def output(weights: Any, text: Any) -> Any:
        return network([Tensor(weight) for weight in weights], text).value

    return reference.job(task, mode, reference.with_gradient(network, cross_entropy), output)


def apply_model(weights: Any, text: Any, floor: Any) -> Any:
    """Return the logits for a batch of texts."""
    table, places, *blocks, scale, shift, head, bias = weights
    x = take_rows(table, text) + places
    for first in range(0, len(blocks), len(BLOCK)):
        before, after = blocks[first : first + 10], blocks[first + 10 : first + len(BLOCK)]
        x = x + attend(normalise_layer(x, before[0], before[1], floor), *before[2:])
        wide, wide_bias, narrow, narrow_bias = after[2:]
        x = x + relu(normalise_layer(x, after[0], after[1], floor) @ wide + wide_bias) @ narrow + narrow_bias
    return normalise_layer(x, scale, shift, floor) @ head + bias


def normalise_layer(x: Any, scale: Any, shift: Any, floor: Any) -> Any:
    """Return `x` with layer normalisation over the last axis."""
    centred = x - x.mean(-1)
    return centred * ((centred * centred).mean(-1) + floor) ** -0.5 * scale + shift


def attend(
    x: Any, query: Any, query_bias: Any, key: Any, key_bias: Any, value: Any, value_bias: Any, out: Any, out_bias: Any
) -> Any:
    """Return attention of every place to itself and those before it; x is (batch, length, width)."""
    batch, length, width = x.value.shape
    heads, own = query_bias.value.shape

    def split(kernel: Any, bias: Any) -> Any:
        parts = x @ kernel.reshape(width, width) + bias.reshape(width)
        return parts.reshape(batch, length, heads, own).transpose(0, 2, 1, 3)

    ahead = np.triu(np.full((length, length), -1e9, x.value.dtype), 1)
    scores = split(query, query_bias) @ split(key, key_bias).transpose(0, 1, 3, 2) * own**-0.5
    mixed = softmax(scores + ahead) @ split(value, value_bias)
    return mixed.transpose(0, 2, 1, 3).reshape(batch, length, width) @ out.reshape(width, width) + out_bias
