"""The files for JAX: what is timed, and that a change which a good programmer makes unawares is stopped.

That they do the reference's work as they are is seen with the other frameworks (test_tasks_frameworks).
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from resized import SMALL

from probes import gate
from probes.candidates import FRAMEWORKS
from probes.child import timed
from probes.job import Job

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("jax", "flax", "optax")),
        reason="needs JAX, Flax and Optax",
    ),
]
Change = Callable[[pytest.MonkeyPatch], None]


def built(name: str, mode: str = "default") -> tuple[Any, Job]:
    """A task in its small size, and the job of JAX."""
    task = importlib.import_module(f"probes.{name}.task").make(seed=3, **SMALL[name])
    return task, importlib.import_module(f"probes.{name}.on_jax").build(task, mode)


def check(name: str) -> dict[str, float]:
    """The gate between a probe's file for JAX and its reference."""
    task, job = built(name)
    curve = gate.loss_curve(job, gate.CURVE_STEPS)
    reference = importlib.import_module(f"probes.{name}.on_numpy").build(task, "exact")
    return gate.check_job(
        job, gate.expected_of(reference, task.weights), curve, task.weights, task.tolerances, True, task.names
    )


@pytest.mark.parametrize("mode", ["default", "production"])
def test_a_step_returns_an_array_and_the_wait_is_for_all_that_it_changes(mode: str) -> None:
    import jax

    _, job = built("training_step", mode)
    loss = job.step()
    assert isinstance(loss, jax.Array)  # a number would have been waited for
    timed.wait_for_device(job, FRAMEWORKS["jax"]).sync()
    assert all(array.is_ready() for array in jax.live_arrays())


@pytest.mark.parametrize("mode", ["default", "production"])
def test_the_harness_sees_the_weights_that_the_steps_have_made(mode: str) -> None:
    task, job = built("training_step", mode)
    job.step()
    moved = [np.abs(now - start).max() for now, start in zip(job.weights(), task.weights, strict=True)]
    assert all(0 < distance < 2 * task.rate for distance in moved)
    job.load(task.weights)
    assert all(np.array_equal(now, start) for now, start in zip(job.weights(), task.weights, strict=True))


def with_setting(library: str, name: str, **settings: Any) -> Change:
    """A layer, loss or optimiser with a setting over what the file says."""

    def change(patch: pytest.MonkeyPatch) -> None:
        place = importlib.import_module(library)
        original = getattr(place, name)
        patch.setattr(place, name, lambda *arguments, **named: original(*arguments, **(named | settings)))

    return change


def sum_of_rows(patch: pytest.MonkeyPatch) -> None:
    import optax

    original = optax.softmax_cross_entropy_with_integer_labels
    rows = 2.0
    patch.setattr(optax, original.__name__, lambda logits, labels: rows * original(logits, labels))


def gates_in_keras_order(patch: pytest.MonkeyPatch) -> None:
    from probes.recurrent_step import on_jax

    patch.setattr(on_jax, "swap_gates", lambda array: array)


def seeing_ahead(patch: pytest.MonkeyPatch) -> None:
    from flax import nnx

    patch.setattr(nnx, "make_causal_mask", lambda text: None)


def own_initialiser(patch: pytest.MonkeyPatch) -> None:
    """The weights are put in only for the gate; training has begun from Flax's own."""
    from probes.jobs import jax

    original = jax.Weights.load
    loads = iter([lambda self, weights: None])
    patch.setattr(jax.Weights, "load", lambda self, weights: next(loads, original)(self, weights))


@pytest.mark.parametrize(
    ("name", "change", "named"),
    [
        ("training_step", with_setting("flax.nnx", "Linear", use_bias=False), "weights: 3 tensors instead of 6"),
        pytest.param(
            "cnn_step",
            with_setting("flax.nnx", "BatchNorm", momentum=0.1),
            "running statistics",
            marks=pytest.mark.long,
        ),
        ("cnn_step", with_setting("flax.nnx", "Conv", padding="VALID"), "forward output"),
        ("training_step", with_setting("optax", "adam", eps=1e-3), "loss curve"),
        ("training_step", sum_of_rows, "first gradient"),
        ("training_step", own_initialiser, "loss curve"),
        pytest.param("recurrent_step", gates_in_keras_order, "forward output", marks=pytest.mark.long),
        pytest.param(
            "transformer_step",
            with_setting("flax.nnx", "LayerNorm", epsilon=1e-3),
            "forward output",
            marks=pytest.mark.long,
        ),
        ("transformer_step", seeing_ahead, "forward output"),
        ("gan_step", with_setting("flax.nnx", "leaky_relu", negative_slope=0.01), "forward output"),
    ],
)
def test_a_mutant_is_stopped(monkeypatch: pytest.MonkeyPatch, name: str, change: Change, named: str) -> None:
    importlib.import_module(f"probes.{name}.on_jax")
    change(monkeypatch)
    with pytest.raises(gate.Mismatch, match=named):
        check(name)
