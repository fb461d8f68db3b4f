"""The reference: the same training step written out in NumPy, in float64 for the gate, in float32 as calibration."""
# mypy: ignore-errors

from itertools import cycle

import numpy as np

from probes.job import Job
from probes.training_step.task import Task


def build(task: Task, mode: str) -> Job:
    precision = np.float32 if mode == "reference" else np.float64
    weights = [weight.astype(precision) for weight in task.weights]
    first = [np.zeros_like(weight) for weight in weights]
    second = [np.zeros_like(weight) for weight in weights]
    batches = [(features.astype(precision), labels) for features, labels in task.batches]
    stream = cycle(batches)
    steps = 0

    def step():
        nonlocal steps
        steps += 1
        loss, gradients = gradient_of(weights, *next(stream))
        decay1, decay2 = task.decay
        rate = task.rate * np.sqrt(1 - decay2**steps) / (1 - decay1**steps)
        for weight, mean, square, gradient in zip(weights, first, second, gradients, strict=True):
            mean += (1 - decay1) * (gradient - mean)
            square += (1 - decay2) * (gradient * gradient - square)
            weight -= (rate * mean / (np.sqrt(square) + task.epsilon)).astype(precision)
        return loss

    def load(values):
        for weight, value in zip(weights, values, strict=True):
            weight[...] = value

    return Job(
        step=step,
        loss_value=float,
        load=load,
        weights=lambda: [weight.copy() for weight in weights],
        forward=lambda: forward(weights, batches[0][0])[-1],
        gradient=lambda: gradient_of(weights, *batches[0])[1],
        parameters=sum(weight.size for weight in weights),
    )


def forward(weights, features):
    """The features and the output of every layer; all but the last after ReLU."""
    outputs = [features]
    for kernel, bias in zip(weights[::2], weights[1::2], strict=True):
        outputs.append(np.maximum(outputs[-1] @ kernel + bias, 0))
    outputs[-1] = outputs[-2] @ weights[-2] + weights[-1]
    return outputs


def gradient_of(weights, features, labels):
    """Mean softmax cross-entropy and its gradient, ordered like the weights."""
    outputs = forward(weights, features)
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
