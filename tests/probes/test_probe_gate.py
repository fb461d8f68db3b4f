"""The gate lets the same work pass and stops every mutant of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle

import numpy as np
import pytest

from probes import gate
from probes.job import Job
from probes.training_step import on_numpy, task


def job(**changes: object) -> Job:
    """A training job in float32, with one thing changed."""
    return Mutant(**changes).job  # type: ignore[arg-type]


class Mutant:
    """The reference again, written so that single mistakes can be put in."""

    def __init__(
        self,
        bias: bool = True,
        reduction: Callable[..., np.ndarray] = np.mean,
        epsilon: float = 1e-7,
        after: bool = False,
        rate: float = 1e-3,
        dropout: float = 0.0,
        shift: float = 0.0,
        precision: type = np.float32,
    ) -> None:
        self.task = task.make()
        self.bias, self.sums, self.after = bias, reduction is np.sum, after
        self.epsilon, self.rate, self.dropout = epsilon, rate, dropout
        self.precision = precision
        self.weights = [(weight + shift).astype(precision) for weight in self.task.weights]
        self.first = [np.zeros_like(weight) for weight in self.weights]
        self.second = [np.zeros_like(weight) for weight in self.weights]
        self.random = np.random.default_rng(0)
        self.steps, self.stream = 0, self.batches()
        reference = on_numpy.build(self.task, "reference")
        self.job = replace(
            reference,
            step=self.step,
            load=self.load,
            forward=lambda: self.forward()[-1],
            gradient=lambda: self.gradient()[1],
        )

    def batches(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        return cycle(self.task.batches)

    def load(self, values: list[np.ndarray]) -> None:
        self.weights = [value.astype(self.precision) for value in values]

    def used(self) -> list[np.ndarray]:
        return [weight if self.bias or weight.ndim == 2 else 0 * weight for weight in self.weights]

    def forward(self) -> list[np.ndarray]:
        return on_numpy.forward(self.used(), self.task.batches[0][0])

    def gradient(self, batch: tuple[np.ndarray, np.ndarray] | None = None) -> tuple[float, list[np.ndarray]]:
        features, labels = batch or self.task.batches[0]
        if self.dropout:
            features = features * (self.random.random(features.shape) >= self.dropout) / (1 - self.dropout)
        loss, gradients = on_numpy.gradient_of(self.used(), features.astype(self.precision), labels)
        factor = len(labels) if self.sums else 1
        return loss * factor, [gradient * factor for gradient in gradients]

    def step(self) -> float:
        self.steps += 1
        loss, gradients = self.gradient(next(self.stream))
        bias1, bias2 = 1 - 0.9**self.steps, 1 - 0.999**self.steps
        for number, gradient in enumerate(gradients):
            self.first[number] = 0.9 * self.first[number] + 0.1 * gradient
            self.second[number] = 0.999 * self.second[number] + 0.001 * gradient**2
            epsilon = self.epsilon * (np.sqrt(bias2) if self.after else 1)
            change = np.sqrt(bias2) / bias1 * self.first[number] / (np.sqrt(self.second[number]) + epsilon)
            self.weights[number] = (self.weights[number] - self.rate * change).astype(self.precision)
        return float(loss)


def check(found: Job, whole: bool = True) -> dict[str, float]:
    made = task.make()
    curve = gate.loss_curve(found, gate.CURVE_STEPS)
    return gate.check(found, on_numpy.build(made, "exact"), curve, made.weights, made.tolerances, whole)


@pytest.mark.parametrize("changes", [{}, {"after": True}, {"precision": np.float64}])
def test_the_same_work_passes(changes: dict[str, object]) -> None:
    errors = check(job(**changes))
    assert max(errors.values()) < 1e-3


def test_the_float32_reference_passes_with_room_to_spare() -> None:
    allowed = task.make().tolerances
    errors = check(on_numpy.build(task.make(), "reference"))
    assert errors["gate_forward_error"] < allowed.forward / 10
    assert errors["gate_gradient_error"] < allowed.gradient / 10
    assert errors["gate_loss_error"] < allowed.loss / 10


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"bias": False}, "forward output"),
        ({"reduction": np.sum}, "first gradient"),
        ({"epsilon": 1e-3}, "loss curve"),
        ({"epsilon": 1e-5}, "loss curve"),
        ({"rate": 1.02e-3}, "loss curve"),
        ({"shift": 1e-2}, "loss curve"),
        ({"dropout": 0.1}, "first gradient"),
    ],
)
def test_a_mutant_is_stopped(changes: dict[str, object], named: str) -> None:
    with pytest.raises(gate.Mismatch, match=rf"{named}: tensor \d differs by .* float32 explains"):
        check(job(**changes))


@pytest.mark.parametrize("changes", [{"bias": False}, {"reduction": np.sum}, {"epsilon": 1e-3}, {"dropout": 0.1}])
def test_the_loss_curve_alone_stops_it_too(changes: dict[str, object]) -> None:
    with pytest.raises(gate.Mismatch, match="loss curve"):
        check(job(**changes), whole=False)


def test_another_size_is_named() -> None:
    with pytest.raises(gate.Mismatch, match="parameters: 7 instead of 101386"):
        check(replace(job(), parameters=7))


def test_nan_is_a_mismatch() -> None:
    with pytest.raises(gate.Mismatch, match="forward output"):
        check(replace(job(), forward=lambda: np.full((128, 10), np.nan)))


def test_job_holds_the_initial_weights_afterwards() -> None:
    one = Mutant()
    check(one.job)
    assert all(np.array_equal(held, first) for held, first in zip(one.weights, task.make().weights, strict=True))
