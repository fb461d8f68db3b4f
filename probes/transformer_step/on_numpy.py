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
    network = partial(apply_model, norm_epsilon=task.norm_epsilon)

    def output(weights: Any, text: Any) -> Any:
        return network([Tensor(weight) for weight in weights], text).value

    return reference.job(task, mode, reference.with_gradient(network, cross_entropy), output)


def apply_model(weights: Any, text: Any, norm_epsilon: Any) -> Any:
    """Return the logits for a batch of texts."""
    token_embedding, position_embedding, *block_weights, last_scale, last_shift, head_kernel, head_bias = weights
    x = take_rows(token_embedding, text) + position_embedding
    for offset in range(0, len(block_weights), len(BLOCK)):
        weights_of_block = block_weights[offset : offset + len(BLOCK)]
        attention_weights, net_weights = weights_of_block[:10], weights_of_block[10:]
        attention_scale, attention_shift, *projections = attention_weights
        x = x + attend(normalise_layer(x, attention_scale, attention_shift, norm_epsilon), *projections)
        net_scale, net_shift, wide_kernel, wide_bias, narrow_kernel, narrow_bias = net_weights
        net_input = normalise_layer(x, net_scale, net_shift, norm_epsilon)
        x = x + relu(net_input @ wide_kernel + wide_bias) @ narrow_kernel + narrow_bias
    return normalise_layer(x, last_scale, last_shift, norm_epsilon) @ head_kernel + head_bias


def normalise_layer(x: Any, scale: Any, shift: Any, norm_epsilon: Any) -> Any:
    """Return `x` with layer normalisation over the last axis."""
    centred = x - x.mean(-1)
    return centred * ((centred * centred).mean(-1) + norm_epsilon) ** -0.5 * scale + shift


def attend(
    x: Any,
    query_kernel: Any,
    query_bias: Any,
    key_kernel: Any,
    key_bias: Any,
    value_kernel: Any,
    value_bias: Any,
    output_kernel: Any,
    output_bias: Any,
) -> Any:
    """Return attention of every position to itself and those before it; x is (batch, length, width)."""
    batch, length, width = x.value.shape
    heads, head_width = query_bias.value.shape

    def project(kernel: Any, bias: Any) -> Any:
        """Return a projection of x for each head, (batch, heads, length, head_width)."""
        projection = x @ kernel.reshape(width, width) + bias.reshape(width)
        return projection.reshape(batch, length, heads, head_width).transpose(0, 2, 1, 3)

    mask = np.triu(np.full((length, length), -1e9, x.value.dtype), 1)
    scores = project(query_kernel, query_bias) @ project(key_kernel, key_bias).transpose(0, 1, 3, 2) * head_width**-0.5
    mixed = softmax(scores + mask) @ project(value_kernel, value_bias)
    return mixed.transpose(0, 2, 1, 3).reshape(batch, length, width) @ output_kernel.reshape(width, width) + output_bias
