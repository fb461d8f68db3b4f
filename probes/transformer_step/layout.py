"""The task's weights in PyTorch's layout and back: query, key and value in one, outputs first, a block's norms last."""

from typing import Any

import numpy as np

from probes.transformer_step.task import BLOCK, Task

PACKED_BLOCK = 12
"""How many tensors of PyTorch hold a block's weights."""


def pack(weights: Any, task: Task) -> Any:
    """Return the task's list of weights in the order of `model.parameters()`."""
    token_embedding, position_embedding, *block_weights, last_scale, last_shift, head_kernel, head_bias = weights
    packed = [position_embedding, token_embedding]
    for offset in range(0, len(block_weights), len(BLOCK)):
        scale1, shift1, *attention, scale2, shift2, wide, wide_bias, narrow, narrow_bias = block_weights[
            offset : offset + len(BLOCK)
        ]
        q_kernel, q_bias, k_kernel, k_bias, v_kernel, v_bias, output_kernel, output_bias = attention
        qkv_kernel = np.concatenate(
            [kernel.reshape(task.width, task.width) for kernel in (q_kernel, k_kernel, v_kernel)], axis=1
        )
        qkv_bias = np.concatenate([bias.ravel() for bias in (q_bias, k_bias, v_bias)])
        output_matrix = output_kernel.reshape(task.width, task.width)
        packed += [qkv_kernel.T, qkv_bias, output_matrix.T, output_bias, wide.T, wide_bias, narrow.T, narrow_bias]
        packed += [scale1, shift1, scale2, shift2]
    return [*packed, last_scale, last_shift, head_kernel.T, head_bias]


def unpack(parameters: Any, task: Task) -> Any:
    """Return the parameters in the order of the task's weights: the inverse of `pack`."""
    position_embedding, token_embedding, *block_parameters, last_scale, last_shift, head_kernel, head_bias = parameters
    head_shape = task.heads, task.head_width
    unpacked = [token_embedding, position_embedding]
    for offset in range(0, len(block_parameters), PACKED_BLOCK):
        qkv_kernel, qkv_bias, output_kernel, output_bias, wide, wide_bias, narrow, narrow_bias, *norms = (
            block_parameters[offset : offset + PACKED_BLOCK]
        )
        scale1, shift1, scale2, shift2 = norms
        kernels = [kernel.reshape(task.width, *head_shape) for kernel in np.split(qkv_kernel.T, 3, axis=1)]
        biases = [bias.reshape(head_shape) for bias in np.split(qkv_bias, 3)]
        kernels_and_biases = [array for pair in zip(kernels, biases, strict=True) for array in pair]
        unpacked += [scale1, shift1, *kernels_and_biases]
        unpacked += [output_kernel.T.reshape(*head_shape, task.width), output_bias]
        unpacked += [scale2, shift2, wide.T, wide_bias, narrow.T, narrow_bias]
    return [*unpacked, last_scale, last_shift, head_kernel.T, head_bias]
