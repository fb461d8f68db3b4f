"""The task's weights in PyTorch's layout and back: query, key and value in one, outputs first, a block's norms last."""

from typing import Any

import numpy as np

from probes.transformer_step.task import BLOCK, Task

PACKED = 12  # tensors of a block


def pack(weights: Any, task: Task) -> Any:
    """Return the task's list of weights in the order of `model.parameters()`."""
    table, places, *blocks, scale, shift, head, bias = weights
    packed = [places, table]
    for first in range(0, len(blocks), len(BLOCK)):
        norm1, shift1, q, qb, k, kb, v, vb, out, ob, *rest = blocks[first : first + len(BLOCK)]
        norm2, shift2, wide, wb, narrow, nb = rest
        joined = np.concatenate([part.reshape(task.width, task.width) for part in (q, k, v)], axis=1)
        biases = np.concatenate([part.ravel() for part in (qb, kb, vb)])
        out = out.reshape(task.width, task.width)
        packed += [joined.T, biases, out.T, ob, wide.T, wb, narrow.T, nb, norm1, shift1, norm2, shift2]
    return [*packed, scale, shift, head.T, bias]


def unpack(parameters: Any, task: Task) -> Any:
    """Return the parameters in the order of the task's weights: the inverse of `pack`."""
    places, table, *blocks, scale, shift, head, bias = parameters
    own = task.heads, task.width // task.heads
    unpacked = [table, places]
    for first in range(0, len(blocks), PACKED):
        joined, biases, out, ob, wide, wb, narrow, nb, norm1, shift1, norm2, shift2 = blocks[first : first + PACKED]
        kernels = [part.reshape(task.width, *own) for part in np.split(joined.T, 3, axis=1)]
        parts = zip(kernels, [part.reshape(own) for part in np.split(biases, 3)], strict=True)
        unpacked += [norm1, shift1, *(part for pair in parts for part in pair), out.T.reshape(*own, task.width), ob]
        unpacked += [norm2, shift2, wide.T, wb, narrow.T, nb]
    return [*unpacked, scale, shift, head.T, bias]
