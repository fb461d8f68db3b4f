"""The reference: the same step, its gradient by the formula: -2/N Σ (y - ŷ)·x and -2/N Σ (y - ŷ)."""

from typing import Any

from probes.job import Job
from probes.jobs import reference
from probes.linear_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in NumPy."""
    return reference.job(task, mode, loss_and_gradient, lambda weights, features: features @ weights[0] + weights[1])


def loss_and_gradient(weights: Any, features: Any, targets: Any) -> Any:
    """Return the mean squared error and its gradient, ordered like the weights."""
    kernel, bias = weights
    targets = targets.astype(kernel.dtype)
    residual = targets - (features @ kernel + bias)
    return (residual * residual).mean(), [
        features.T @ residual * (-2 / len(residual)),
        residual.sum(axis=0) * (-2 / len(residual)),
    ]
