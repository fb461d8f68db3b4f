"""NumPy, the reference: every candidate is held against it, and each time is also given as a multiple of its time."""
# mypy: allow-untyped-defs, allow-untyped-calls

import numpy as np

from probes.jobs.autodiff import Tensor, tanh
from probes.jobs.reference import job, with_gradient


def build(task, mode):
    """Return the job of the task."""
    return job(task, mode, with_gradient(model, mean_squared_error), output)


def model(weights, features):
    """Return the output of the net; its gradient comes from the expression."""
    first, first_bias, second, second_bias = weights
    return tanh(Tensor(features.astype(first.value.dtype)) @ first + first_bias) @ second + second_bias


def output(weights, features):
    """Return the same output as an array."""
    return model([Tensor(weight) for weight in weights], features).value


def mean_squared_error(predicted, targets):
    """Return the loss."""
    return ((predicted - targets.astype(predicted.value.dtype)) ** np.float32(2)).mean()
