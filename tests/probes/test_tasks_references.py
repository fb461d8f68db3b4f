"""The NumPy references: their gradients are the slopes of their losses, and correct work passes whatever the seed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from resized import SMALL

from probes import gate
from probes.jobs.autodiff import Tensor, cross_entropy, gradients, relu
from probes.training_step import on_numpy as written_out
from probes.training_step import task as dense_task

ENTRIES = 3
STEP = 1e-5


def small(name: str, **changes: Any) -> tuple[ModuleType, Any]:
    """The reference of a probe and its task, in a size that takes a millisecond."""
    if name == "tabular_step":
        pytest.importorskip("sklearn", reason="the table is in its files")
    on_numpy = importlib.import_module(f"probes.{name}.on_numpy")
    return on_numpy, importlib.import_module(f"probes.{name}.task").make(**SMALL[name] | changes)


def losses(name: str, on_numpy: ModuleType, task: Any) -> list[tuple[range, Callable[[list[np.ndarray]], float]]]:
    """For weights by number the loss whose gradient they get: one loss, but for the two of the adversaries."""

    def at(weights: list[np.ndarray]) -> float:
        job = on_numpy.build(task, "exact")
        job.load(weights)
        return job.loss_value(job.step())

    if name != "gan_step":
        return [(range(len(task.weights)), at)]

    def parts(weights: list[np.ndarray]) -> tuple[float, float]:
        """The losses of generator and discriminator, without an update in between."""
        tensors = [Tensor(weight) for weight in weights]
        real, noise = (part.astype(np.float64) for part in task.batches[0])
        fake = on_numpy.apply_two_layers(tensors[:4], noise).value
        logits = [on_numpy.apply_two_layers(tensors[4:], rows, task.slope).value for rows in (real, fake)]
        size = [
            np.logaddexp(0, -logits[0]).mean(),
            np.logaddexp(0, logits[1]).mean(),
            np.logaddexp(0, -logits[1]).mean(),
        ]
        return float(size[2]), float(size[0] + size[1]) / 2

    return [(range(4), lambda weights: parts(weights)[0]), (range(4, 8), lambda weights: parts(weights)[1])]


@pytest.mark.parametrize("name", SMALL)
def test_the_gradient_is_the_slope_of_the_loss(name: str) -> None:
    """Central differences in float64, for some entries of every weight."""
    on_numpy, task = small(name)
    weights = [weight.astype(np.float64) for weight in task.weights]
    gradient = on_numpy.build(task, "exact").gradient()
    largest = max(float(np.abs(part).max()) for part in gradient)
    random = np.random.default_rng(0)
    for numbers, loss in losses(name, on_numpy, task):
        for number in numbers:
            for entry in random.choice(weights[number].size, size=min(ENTRIES, weights[number].size), replace=False):
                place = np.unravel_index(entry, weights[number].shape)
                start = weights[number][place]
                around = []
                for sign in (1, -1):
                    weights[number][place] = start + sign * STEP
                    around.append(loss(weights))
                weights[number][place] = start
                slope = (around[0] - around[1]) / (2 * STEP)
                assert gradient[number][place] == pytest.approx(slope, rel=1e-5, abs=1e-7 * largest), task.names[number]


def test_the_differentiated_net_agrees_with_the_one_written_out_by_hand() -> None:
    task = dense_task.make(**SMALL["training_step"])
    weights = [weight.astype(np.float64) for weight in task.weights]
    features, labels = task.batches[0]
    loss, expected = written_out.loss_and_gradient(weights, features.astype(np.float64), labels)
    tensors = [Tensor(weight) for weight in weights]
    x = Tensor(features.astype(np.float64))
    for layer in (0, 2):
        x = relu(x @ tensors[layer] + tensors[layer + 1])
    value = cross_entropy(x @ tensors[4] + tensors[5], labels)
    assert value.value.item() == pytest.approx(loss, rel=1e-12)
    for actual, other in zip(gradients(value, tensors), expected, strict=True):
        np.testing.assert_allclose(actual, other, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("name", SMALL)
def test_no_correct_pair_is_refused_in_fifty(name: str) -> None:
    """float32 against float64, fifty seeds; the largest error stays well below what is allowed."""
    closest = 0.0
    for seed in range(50):
        on_numpy, task = small(name, seed=seed)
        job = on_numpy.build(task, "reference")
        expected = gate.expected_of(on_numpy.build(task, "exact"), task.weights)
        curve = gate.loss_curve(job, gate.CURVE_STEPS)
        errors = gate.check_job(job, expected, curve, task.weights, task.tolerances, True, task.names)
        allowed = task.tolerances
        closest = max(
            closest,
            errors["gate_forward_error"] / allowed.forward,
            errors["gate_gradient_error"] / allowed.gradient,
            errors["gate_loss_error"] / allowed.loss,
        )
    assert closest < 0.5


@pytest.mark.parametrize("name", SMALL)
def test_a_task_is_the_same_in_every_process(name: str) -> None:
    _, first = small(name)
    _, other = small(name)
    _, third = small(name, seed=1)
    assert all(np.array_equal(a, b) for a, b in zip(first.weights, other.weights, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first.weights, third.weights, strict=True))
    assert len(first.names) == len(first.weights)
    assert {weight.dtype for weight in first.weights} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", SMALL)
def test_training_lowers_the_loss_and_leaves_the_task_alone(name: str) -> None:
    on_numpy, task = small(name)
    before = [weight.copy() for weight in task.weights]
    job = on_numpy.build(task, "exact")
    curve = gate.loss_curve(job, 200)
    assert all(np.array_equal(a, b) for a, b in zip(task.weights, before, strict=True))
    assert np.isfinite(curve).all()
    if name != "gan_step":  # two that play against each other need not
        assert np.mean(curve[-10:]) < np.mean(curve[:10])
