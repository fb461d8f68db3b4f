"""The reference: the same training step, its gradient written out by hand."""

from typing import Any

import numpy as np

from probes.job import Job
from probes.jobs import reference
from probes.training_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in NumPy."""
    return reference.job(task, mode, loss_and_gradient, lambda weights, features: apply_layers(weights, features)[-1])


def apply_layers(weights: Any, features: Any) -> Any:
    """Return the features and the output of every layer; all but the last after ReLU."""
    outputs = [features]
    for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
        outputs.append(np.maximum(outputs[-1] @ kernel + bias, 0))
    outputs[-1] = outputs[-2] @ weights[-2] + weights[-1]
    return outputs


def loss_and_gradient(weights: Any, features: Any, labels: Any) -> Any:
    """Return the mean softmax cross-entropy and its gradient, ordered like the weights."""
    outputs = apply_layers(weights, features)
    rows = np.arange(len(labels))
    shifted = outputs[-1] - outputs[-1].max(axis=1, keepdims=True)
    log_share = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    error = np.exp(log_share)
    error[rows, labels] -= 1
    error /= len(labels)
    gradients = []
    for layer in range(len(weights) // 2 - 1, -1, -1):
        gradients += [error.sum(axis=0), outputs[layer].T @ error]
        error = (error @ weights[2 * layer].T) * (outputs[layer] > 0)
    return -log_share[rows, labels].mean(), gradients[::-1]
