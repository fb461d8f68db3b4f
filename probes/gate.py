"""The equivalence gate: a candidate is timed only while it computes what the NumPy reference computes.

Tolerances. With unit roundoff u = 2^-24, a float32 dot product of length n is off by at most n·u relative to
the sum of absolute products (Higham 2002, "Accuracy and Stability of Numerical Algorithms", §3.1); in practice the
error grows like sqrt(n)·u, and cancellation in the sum costs about another sqrt(n), so n·u is what may honestly be
seen. Errors of the layers of a chain add up. So, with "length" the sum of the lengths of the dot products in a row:

- forward: the lengths of the layers' inputs;
- gradient: forward, then the lengths of the layers' outputs, then the batch;
- loss curve: the gradient's length once per step, since each update inherits the errors of those before it.

Errors are taken relative to the largest entry of the reference tensor: small entries of a tensor are sums of
large ones and carry their errors. Every tolerance has a factor 2 for order of summation and fused operations.

One real difference lies inside the last tolerance: PyTorch adds Adam's epsilon after the bias correction, TensorFlow
and Keras (and the reference) before it. At epsilon 1e-7 that moves the loss curve by 1.5e-4, a tenth of what is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from probes.job import Job

UNIT_ROUNDOFF = 2.0**-24
MARGIN = 2.0
CURVE_STEPS = 10


class Mismatch(Exception):
    """A candidate does other work than the reference; the message names what, where and by how much."""


@dataclass(frozen=True)
class Tolerances:
    """The largest relative errors that float32 explains."""

    forward: float
    gradient: float
    loss: float


def tolerances(inputs: Sequence[int], outputs: Sequence[int], batch: int) -> Tolerances:
    """Tolerances for a chain of dense layers, given each layer's input and output width and the batch size."""
    forward = sum(inputs)
    gradient = forward + sum(outputs) + batch
    return Tolerances(*(MARGIN * UNIT_ROUNDOFF * n for n in (forward, gradient, gradient * CURVE_STEPS)))


def loss_curve(job: Job, steps: int) -> list[float]:
    """The losses of the next `steps` training steps."""
    return [job.loss_value(job.step()) for _ in range(steps)]


def check(
    job: Job,
    reference: Job,
    curve: Sequence[float],
    weights: Sequence[Any],
    allowed: Tolerances,
    whole: bool = True,
) -> dict[str, float]:
    """Compare `job`, whose first steps had the losses `curve`, with a fresh `reference`.

    Args:
        weights: the initial weights; `job` holds them again afterwards.
        whole: also compare the forward output and the first gradient. The loss curve alone is enough to see that a
            later process does the same work again; the rest costs a compilation on some backends.

    Returns:
        The relative errors, as measures of a run.

    Raises:
        Mismatch: parameter count, shapes, or an error above what is allowed.
    """
    _same_shapes(job, reference)
    expected = np.array(loss_curve(reference, len(curve)))
    job.load(weights)
    reference.load(weights)
    errors = {}
    if whole:
        output = _compare("forward output", [job.forward()], [reference.forward()], allowed.forward)
        gradient = _compare("first gradient", job.gradient(), reference.gradient(), allowed.gradient)
        errors = {"gate_forward_error": output, "gate_gradient_error": gradient}
        job.load(weights)
    return errors | {"gate_loss_error": _compare("loss curve", [np.array(curve)], [expected], allowed.loss)}


def relative_error(found: Any, expected: Any) -> float:
    """The largest absolute difference over the largest absolute expected value; infinite where not finite."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    if found.shape != expected.shape or not np.all(np.isfinite(found)):
        return float("inf")
    scale = float(np.max(np.abs(expected), initial=0.0))
    difference = float(np.max(np.abs(found - expected), initial=0.0))
    return difference / scale if scale > 0 else difference


def _same_shapes(job: Job, reference: Job) -> None:
    if job.parameters != reference.parameters:
        raise Mismatch(f"parameters: {job.parameters} instead of {reference.parameters}")
    shapes = [np.shape(weight) for weight in job.weights()]
    expected = [np.shape(weight) for weight in reference.weights()]
    if shapes != expected:
        raise Mismatch(f"weights: shapes {shapes} instead of {expected}")


def _compare(quantity: str, found: Sequence[Any], expected: Sequence[Any], allowed: float) -> float:
    if len(found) != len(expected):
        raise Mismatch(f"{quantity}: {len(found)} tensors instead of {len(expected)}")
    errors = [relative_error(one, other) for one, other in zip(found, expected, strict=True)]
    worst = max(range(len(errors)), key=errors.__getitem__)
    if errors[worst] > allowed:
        raise Mismatch(
            f"{quantity}: tensor {worst} differs by {errors[worst]:.2g} relative, float32 explains {allowed:.2g}"
        )
    return errors[worst]
