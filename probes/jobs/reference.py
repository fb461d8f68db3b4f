"""A reference job in NumPy: float64 for the gate, float32 (mode "reference") as the yardstick of a block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import numpy as np

from probes.gate import EXACT_AS
from probes.job import Array, Job
from probes.jobs.autodiff import Tensor, gradients
from probes.optimiser_settings import Optimiser

Model = Callable[[list[Tensor], Array], Tensor]
LossAndGradient = Callable[[list[Array], Array, Array], tuple[float, list[Array]]]


def dtype_of_mode(mode: str) -> type[np.floating[Any]]:
    """Return single precision where the reference is timed, double where it judges."""
    return np.float32 if mode == "reference" else np.float64


class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1).

    Keras and TensorFlow add epsilon before the bias correction (the order of the end of its section 2), PyTorch and Optax after it
    (algorithm 1 as it stands; docs of `torch.optim.Adam` and `optax.adam`).

    Args:
        mode: that of the job; it ends with the definition that is followed.
    """

    def __init__(
        self, weights: Sequence[Array], rate: float, betas: tuple[float, float], epsilon: float, mode: str = ""
    ) -> None:
        self.weights, self.rate, self.betas, self.epsilon = weights, rate, betas, epsilon
        self.epsilon_last = mode.removeprefix(EXACT_AS) in ("pytorch", "optax")
        self.means = [np.zeros_like(weight) for weight in weights]
        self.squares = [np.zeros_like(weight) for weight in weights]
        self.steps = 0

    @property
    def settings(self) -> Optimiser:
        """What it is set to."""
        beta1, beta2 = self.betas
        settings = {"beta1": float(beta1), "beta2": float(beta2), "epsilon": float(self.epsilon)}
        return Optimiser("adam", {"rate": float(self.rate)} | settings)

    def step(self, gradient: Sequence[Array]) -> None:
        """Update the weights in place."""
        self.steps += 1
        beta1, beta2 = self.betas
        rate = self.rate * float(np.sqrt(1 - beta2**self.steps) / (1 - beta1**self.steps))
        epsilon = self.epsilon * (float(np.sqrt(1 - beta2**self.steps)) if self.epsilon_last else 1.0)
        for weight, mean, square, partial in zip(self.weights, self.means, self.squares, gradient, strict=True):
            mean += (1 - beta1) * (partial - mean)
            square += (1 - beta2) * (partial * partial - square)
            weight -= rate * mean / (np.sqrt(square) + epsilon)


def with_gradient(model: Model, loss_function: Callable[[Tensor, Array], Tensor]) -> LossAndGradient:
    """Return a function of the loss and its gradient, given the model's output and the loss of an output."""

    def loss_and_gradient(weights: list[Array], features: Array, labels: Array) -> tuple[float, list[Array]]:
        tensors = [Tensor(weight) for weight in weights]
        loss = loss_function(model(tensors, features), labels)
        return float(loss.value.item()), gradients(loss, tensors)

    return loss_and_gradient


def job(
    task: Any,
    mode: str,
    loss_and_gradient: LossAndGradient,
    output: Callable[[list[Array], Array], Array],
    state: Sequence[Array] = (),
    **more: Any,
) -> Job:
    """Return the job of a task with one loss, trained by Adam.

    Args:
        task: `weights`, `batches` of (features, labels), `rate`, `betas`, `epsilon`.
        mode: "reference" for float32.
        loss_and_gradient: called with weights and a batch; returns the loss and the gradient, as in training.
        output: called with weights and features; returns the output of the trained model.
        state: arrays that training changes besides the weights.
        more: further fields of the job.
    """
    weights = [weight.astype(dtype_of_mode(mode)) for weight in task.weights]
    batches = [(cast_features(features, mode), labels) for features, labels in task.batches]
    initial_state = [array.copy() for array in state]
    adam, stream = Adam(weights, task.rate, task.betas, task.epsilon, mode), cycle(batches)

    def step() -> float:
        loss, gradient = loss_and_gradient(weights, *next(stream))
        adam.step(gradient)
        return loss

    return Job(
        step=step,
        loss_value=float,
        load=lambda values: copy_into([*weights, *state], [*values, *initial_state]),
        weights=lambda: [weight.copy() for weight in weights],
        forward=lambda: output(weights, batches[0][0]),
        gradient=lambda: loss_and_gradient(weights, *batches[0])[1],
        state=lambda: [array.copy() for array in state],
        optimisers=(adam.settings,),
        parameters=sum(weight.size for weight in weights),
        **more,
    )


def cast_features(features: Array, mode: str) -> Array:
    """Return features in the precision of the mode; whole numbers stay."""
    return features.astype(dtype_of_mode(mode)) if features.dtype.kind == "f" else features


def copy_into(weights: Sequence[Array], values: Sequence[Array]) -> None:
    """Copy values into the weights, in place."""
    for weight, value in zip(weights, values, strict=True):
        weight[...] = value
