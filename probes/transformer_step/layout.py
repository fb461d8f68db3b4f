"""The task's weights in PyTorch's layout and back: query, key and value in one, outputs first, a block's norms last."""

from typing import Any

import numpy as np

from probes.transformer_step.task import BLOCK, Task

PACKED_BLOCK = 12
"""How many tensors of PyTorch hold a block's weights."""


def pack(weights: Any, task: Task) -> Any:
    """Return the task's list of weights in the order of `model.parameters()`."""
    token_embedding, position_embedding, *blocks, scale, shift, head, bias = weights
    packed = [position_embedding, token_embedding]
    for offset in range(0, len(blocks), len(BLOCK)):
        scale1, shift1, q, q_bias, k, k_bias, v, v_bias, out, out_bias, *net = blocks[offset : offset + len(BLOCK)]
        scale2, shift2, wide, wide_bias, narrow, narrow_bias = net
        qkv_kernel = np.concatenate([part.reshape(task.width, task.width) for part in (q, k, v)], axis=1)
        qkv_bias = np.concatenate([part.ravel() for part in (q_bias, k_bias, v_bias)])
        out = out.reshape(task.width, task.width)
        packed += [qkv_kernel.T, qkv_bias, out.T, out_bias, wide.T, wide_bias, narrow.T, narrow_bias]
        packed += [scale1, shift1, scale2, shift2]
    return [*packed, scale, shift, head.T, bias]


def unpack(parameters: Any, task: Task) -> Any:
    """Return the parameters in the order of the task's weights: the inverse of `pack`."""
    position_embedding, token_embedding, *blocks, scale, shift, head, bias = parameters
    head_shape = task.heads, task.head_width
    unpacked = [token_embedding, position_embedding]
    for offset in range(0, len(blocks), PACKED_BLOCK):
        qkv_kernel, qkv_bias, out, out_bias, wide, wide_bias, narrow, narrow_bias, *norms = blocks[
            offset : offset + PACKED_BLOCK
        ]
        scale1, shift1, scale2, shift2 = norms
        kernels = [part.reshape(task.width, *head_shape) for part in np.split(qkv_kernel.T, 3, axis=1)]
        biases = [part.reshape(head_shape) for part in np.split(qkv_bias, 3)]
        kernels_and_biases = [part for pair in zip(kernels, biases, strict=True) for part in pair]
        unpacked += [scale1, shift1, *kernels_and_biases, out.T.reshape(*head_shape, task.width), out_bias]
        unpacked += [scale2, shift2, wide.T, wide_bias, narrow.T, narrow_bias]
    return [*unpacked, scale, shift, head.T, bias]
