"""The gate lets the same work pass and stops every mutant of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle

import numpy as np
import pytest

from probes import gate
from probes.cnn_step import on_numpy as cnn
from probes.cnn_step import task as cnn_task
from probes.job import Job
from probes.jobs.autodiff import Tensor, cross_entropy
from probes.optimiser_settings import COUPLED, Optimiser
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
        smoothing: float = 0.0,
        shift: float = 0.0,
        precision: type = np.float32,
        beta1: float = 0.9,
        corrected: bool = True,
        late: int = 0,
        decay: float = 0.0,
        decoupled: float = 0.0,
        clip: float = float("inf"),
        training_task: task.Task | None = None,
    ) -> None:
        self.task = training_task or task.make()
        self.bias, self.sums, self.after = bias, reduction is np.sum, after
        self.epsilon, self.rate, self.dropout, self.smoothing = epsilon, rate, dropout, smoothing
        self.precision, self.beta1, self.corrected, self.late = precision, beta1, corrected, late
        self.decay, self.decoupled, self.clip = decay, decoupled, clip
        self.weights = [(weight + shift).astype(precision) for weight in self.task.weights]
        self.first = [np.zeros_like(weight) for weight in self.weights]
        self.second = [np.zeros_like(weight) for weight in self.weights]
        self.random = np.random.default_rng(0)
        self.steps, self.stream = 0, self.batches()
        reference_job = on_numpy.build(self.task, "reference")
        self.job = replace(
            reference_job,
            optimisers=(),
            weights=lambda: [weight.copy() for weight in self.weights],
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
        return on_numpy.apply_layers(self.used(), self.task.batches[0][0])

    def gradient(self, batch: tuple[np.ndarray, np.ndarray] | None = None) -> tuple[float, list[np.ndarray]]:
        features, labels = batch or self.task.batches[0]
        if self.dropout:
            features = features * (self.random.random(features.shape) >= self.dropout) / (1 - self.dropout)
        loss, gradients = on_numpy.loss_and_gradient(self.used(), features.astype(self.precision), labels)
        if self.smoothing:  # the loss against every class, in equal shares
            classes = range(self.task.classes)
            every = [
                on_numpy.loss_and_gradient(self.used(), features, np.full_like(labels, label)) for label in classes
            ]
            share = self.smoothing / len(classes)
            loss = (1 - self.smoothing) * loss + share * sum(value for value, _ in every)
            gradients = [
                (1 - self.smoothing) * gradient + share * sum(parts)
                for gradient, *parts in zip(gradients, *(single for _, single in every), strict=True)
            ]
        factor = len(labels) if self.sums else 1
        return loss * factor, [gradient * factor for gradient in gradients]

    def step(self) -> float:
        self.steps += 1
        loss, gradients = self.gradient(next(self.stream))
        count = self.steps + self.late
        bias1, bias2 = (1 - self.beta1**count, 1 - 0.999**count) if self.corrected else (1.0, 1.0)
        for number, gradient in enumerate(gradients):
            gradient = np.clip(gradient, -self.clip, self.clip) + self.decay * self.weights[number]
            self.first[number] = self.beta1 * self.first[number] + (1 - self.beta1) * gradient
            self.second[number] = 0.999 * self.second[number] + 0.001 * gradient**2
            epsilon = self.epsilon * (np.sqrt(bias2) if self.after else 1)
            change = np.sqrt(bias2) / bias1 * self.first[number] / (np.sqrt(self.second[number]) + epsilon)
            change = change + self.decoupled * self.weights[number]
            self.weights[number] = (self.weights[number] - self.rate * change).astype(self.precision)
        return float(loss)


def check(
    candidate_job: Job, whole: bool = True, training_task: task.Task | None = None, definition: str = ""
) -> dict[str, float]:
    training_task = training_task or task.make()
    curve = gate.loss_curve(candidate_job, gate.CURVE_STEPS)
    reference = on_numpy.build(training_task, f"exact as {definition}" if definition else "exact")
    expected = gate.expected_of(reference, training_task.weights, moves=bool(definition))
    return gate.check_job(
        candidate_job, expected, curve, training_task.weights, training_task.tolerances, whole, training_task.names
    )


@pytest.mark.parametrize("changes", [{}, {"after": True}])
def test_the_same_work_passes(changes: dict[str, object]) -> None:
    errors = check(job(**changes))
    assert max(errors.values()) < 1e-3


@pytest.mark.parametrize("seed", range(50))
def test_the_same_work_on_other_numbers_is_never_refused(seed: int) -> None:
    """Rows in another order: the same sums, rounded otherwise."""
    training_task = task.make(seed=seed, inputs=48, hidden=64, batch_size=32)
    order = np.random.default_rng(seed).permutation(32)
    other = replace(
        training_task, batches=[(features[order], labels[order]) for features, labels in training_task.batches]
    )
    mutant = Mutant(after=seed % 2 == 0, training_task=other).job
    mutant = replace(mutant, forward=lambda forward=mutant.forward: forward()[np.argsort(order)])
    check(mutant, training_task=training_task)


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
        ({"smoothing": 0.1}, "first gradient"),
    ],
)
def test_a_mutant_is_stopped(changes: dict[str, object], named: str) -> None:
    with pytest.raises(gate.Mismatch, match=rf"{named}: tensor \d.* differs by .* float32 explains"):
        check(job(**changes))


@pytest.mark.parametrize(
    ("changes", "definition"), [({}, "keras"), ({"after": True}, "pytorch"), ({"after": True}, "optax")]
)
def test_an_optimiser_moves_the_weights_as_its_own_definition_says(changes: dict[str, object], definition: str) -> None:
    assert check(job(**changes), definition=definition)["gate_move_error"] < gate.MOVE / 100


@pytest.mark.parametrize(
    ("changes", "definition"),
    [
        ({"after": True}, "keras"),
        ({}, "pytorch"),
        ({"epsilon": 2e-7}, "keras"),
        ({"beta1": 0.89}, "keras"),
        ({"corrected": False}, "keras"),
        ({"late": 1}, "keras"),
        ({"decay": 5e-4}, "keras"),
        ({"decoupled": 0.1}, "keras"),
        ({"clip": 1e-2}, "keras"),
        ({"rate": 1.005e-3}, "keras"),
    ],
)
def test_another_optimiser_is_stopped_and_named(changes: dict[str, object], definition: str) -> None:
    """Place and size of epsilon, momentum, bias correction and its step, decay in two ways, clipping, rate."""
    with pytest.raises(gate.Mismatch, match=r"the optimisers differ: (weights after 10 steps|loss curve): tensor \d"):
        check(job(**changes), definition=definition)


def test_a_job_that_starts_elsewhere_is_not_said_to_have_another_optimiser() -> None:
    with pytest.raises(gate.Mismatch, match=r"^loss curve: "):
        check(job(shift=1e-2), definition="keras")


def test_settings_that_differ_are_named_with_both_though_the_numbers_agree() -> None:
    adam = {"rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7}
    said = (
        r"the optimisers differ: decay 0.0005 instead of none, decay is added to the gradient instead of none \(adam\)"
    )
    decaying = Optimiser("adam", {**adam, "decay": 5e-4, "decay is": COUPLED})
    with pytest.raises(gate.Mismatch, match=said):
        check(replace(job(), optimisers=(decaying,)))
    check(replace(job(), optimisers=(Optimiser("adam", adam),)))


@pytest.mark.parametrize("changes", [{"bias": False}, {"reduction": np.sum}, {"epsilon": 1e-3}, {"dropout": 0.1}])
def test_the_loss_curve_alone_stops_it_too(changes: dict[str, object]) -> None:
    with pytest.raises(gate.Mismatch, match="loss curve"):
        check(job(**changes), whole=False)


def test_the_tensor_is_named() -> None:
    sound = job()
    spoilt = sound.gradient()
    spoilt[3] = spoilt[3] * 1.001
    with pytest.raises(gate.Mismatch, match=r"first gradient: tensor 3 \(dense 2 bias\) differs by 0\.001 relative"):
        check(replace(sound, gradient=lambda: spoilt))


def test_another_size_is_named() -> None:
    with pytest.raises(gate.Mismatch, match="parameters: 7 instead of 101386"):
        check(replace(job(), parameters=7))


def test_a_lost_tensor_is_named() -> None:
    with pytest.raises(gate.Mismatch, match="weights: 5 tensors instead of 6"):
        gate.require_same_shapes(task.make().weights[:5], task.make().weights)


def test_another_precision_is_named() -> None:
    halved = replace(job(), weights=lambda: [weight.astype(np.float16) for weight in task.make().weights])
    with pytest.raises(gate.Mismatch, match=r"tensor 0 is float16\[128, 256\] instead of float32\[128, 256\]"):
        check(halved)


def test_nan_is_a_mismatch() -> None:
    with pytest.raises(gate.Mismatch, match="forward output"):
        check(replace(job(), forward=lambda: np.full((128, 10), np.nan)))


def test_a_tensor_of_rounding_errors_is_held_against_the_others() -> None:
    """The key bias of an attention has no gradient but rounding: nobody is refused for it, unless it is large."""
    expected = [np.array([1.0]), np.array([1e-17])]
    assert gate._check_tensors("first gradient", [np.array([1.0]), np.array([1e-9])], expected, 1e-4) < 1e-6
    with pytest.raises(gate.Mismatch, match="tensor 1"):
        gate._check_tensors("first gradient", [np.array([1.0]), np.array([1e-4])], expected, 1e-4)


def test_job_holds_the_initial_weights_afterwards() -> None:
    mutant = Mutant()
    check(mutant.job)
    assert all(np.array_equal(held, first) for held, first in zip(mutant.weights, task.make().weights, strict=True))


# --- images: what can go wrong only there ---------------------------------------------------------------------------


def small(seed: int = 3) -> cnn_task.Task:
    return cnn_task.make(seed=seed, side=8, channels=(3, 4, 6), classes=4, batch_size=8)


def check_images(candidate_job: Job, training_task: cnn_task.Task | None = None) -> dict[str, float]:
    training_task = training_task or small()
    curve = gate.loss_curve(candidate_job, gate.CURVE_STEPS)
    expected = gate.expected_of(cnn.build(training_task, "exact"), training_task.weights)
    return gate.check_job(
        candidate_job, expected, curve, training_task.weights, training_task.tolerances, True, training_task.names
    )


def test_images_pass() -> None:
    errors = check_images(cnn.build(small(), "reference"))
    assert set(errors) == {f"gate_{part}_error" for part in ("forward", "gradient", "loss", "state")}


@pytest.mark.parametrize("momentum", [0.99, 0.1])
def test_another_momentum_of_the_running_statistics_is_stopped(momentum: float) -> None:
    """0.1 is what 0.9 becomes when it is copied from Keras to PyTorch as it stands."""
    with pytest.raises(gate.Mismatch, match="running statistics: tensor"):
        check_images(cnn.build(replace(small(), momentum=momentum), "reference"))


def test_running_statistics_that_nobody_keeps_are_missed() -> None:
    with pytest.raises(gate.Mismatch, match="running statistics: 0 tensors instead of 4"):
        check_images(replace(cnn.build(small(), "reference"), state=list))


def test_channels_in_another_order_are_stopped() -> None:
    """Images laid out (channels, side, side) and read as (side, side, channels)."""
    training_task = small()
    batches = [(x.transpose(0, 3, 1, 2).reshape(x.shape), y) for x, y in training_task.batches]
    with pytest.raises(gate.Mismatch, match="forward output"):
        check_images(cnn.build(replace(training_task, batches=batches), "reference"))


def test_colours_swapped_are_stopped() -> None:
    training_task = small()
    batches = [(np.ascontiguousarray(x[..., ::-1]), y) for x, y in training_task.batches]
    with pytest.raises(gate.Mismatch, match="forward output"):
        check_images(cnn.build(replace(training_task, batches=batches), "reference"))


def test_weights_of_another_initialiser_are_stopped() -> None:
    """Whoever draws the weights anew starts elsewhere; that the gate puts the right ones in does not help it."""
    other = small(seed=4).weights
    with pytest.raises(gate.Mismatch, match="loss curve"):
        check_images(cnn.build(replace(small(), weights=other), "reference"))


def test_smoothed_labels_are_stopped() -> None:
    def smoothed(logits: Tensor, labels: np.ndarray) -> Tensor:
        every = [cross_entropy(logits, np.full_like(labels, label)) for label in range(4)]
        return cross_entropy(logits, labels) * 0.9 + sum(every[1:], every[0]) * (0.1 / 4)

    training_task = small()
    smoothed_job = cnn.build(training_task, "reference", loss_function=smoothed)
    with pytest.raises(gate.Mismatch, match="first gradient"):
        check_images(smoothed_job)


@pytest.mark.parametrize("seed", range(50))
def test_images_of_other_seeds_are_never_refused(seed: int) -> None:
    training_task = small(seed)
    check_images(cnn.build(training_task, "reference"), training_task)
