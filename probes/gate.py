"""The equivalence gate: a candidate is timed only while it computes what the NumPy reference computes.

Tolerances. With unit roundoff u = 2^-24 and rounding errors of independent sign, a float32 dot product of length n is
off by a small multiple of sqrt(n)·u of its own size, whatever the order of summation (Higham and Mary 2019, "A new
approach to probabilistic rounding error analysis", SIAM J. Sci. Comput. 41; the certain bound is n·u, Higham 2002,
§3.1). Errors of the sums that follow each other add up. So a task states the lengths of its sums in a row, and with
"length" the sum of their square roots:

- forward: those from the features to the output;
- gradient: forward, then those from the loss back to the first weights, then that over the batch;
- loss curve and state (running statistics): the gradient's length once per step, since each update inherits the errors
  of those before it.

The small multiple is 16: a factor 4 for fused and approximate operations (exp, tanh, division), a factor 4 for the
tail of the distribution over the entries of a tensor (the largest of a million normal draws is at five deviations).
Errors are taken relative to the largest entry of the reference tensor: small entries of a tensor are sums of large
ones and carry their errors. A tensor that is zero but for rounding (the gradient of an attention's key bias) is held
against a hundredth of the largest entry of all.

Optimisers. The settings of both sides are compared as far as they are known (`optimiser_settings`), and so is how far each tensor
of weights moved in the first steps. Adam divides a gradient by its own size, so that where it is small the place of epsilon shows:
PyTorch and Optax add it after the bias correction, TensorFlow and Keras before it. So a candidate is held against the reference by its
own documented definition, and against peers of the same definition only. Then the moves agree to 2e-5 in most tasks and 1.4e-3 in the
convolutions (relative to the tensor's move, largest over 5 tasks, measured 2026-11-30); by the other definition they differ by 6e-3 to
0.2. Allowed are 4e-3. A tensor whose gradient is below a hundredth of the largest is left out: Adam moves it by the signs of rounding errors.
So is an entry whose first gradient is smaller than the error that float32 explains in its tensor (seen with one of 16 shifts of the
convolutions, 4e-5 of the largest, where PyTorch sums images stored pixel by pixel).

One real difference is let through: PyTorch keeps the unbiased variance as running statistic, n/(n - 1) times the biased one of the
others: the state's tolerance has 1/(n - 1) on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from probes.job import Job
from probes.optimiser_settings import Optimiser, differences

OTHER_OPTIMISER = "the optimisers differ"
EXACT_AS = "exact as "
"""Beginning of the mode in which a reference judges: the definition of optimisers it follows is added."""
UNIT_ROUNDOFF = 2.0**-24
MULTIPLE = 16.0
FLOOR = 0.01
CURVE_STEPS = 10
MOVE = 4e-3


class Mismatch(Exception):
    """A candidate does other work than the reference; the message names what, where and by how much."""


@dataclass(frozen=True)
class Tolerances:
    """The largest relative errors that float32 explains; `move` is that of how far the weights moved."""

    forward: float
    gradient: float
    loss: float
    state: float
    move: float = MOVE


def tolerances(forward: Sequence[int], backward: Sequence[int], normalised: int = 0) -> Tolerances:
    """Return the tolerances of a task, from the lengths of its sums.

    Args:
        forward: the lengths of the sums in a row from the features to the output.
        backward: those from the loss back to the first weights, the one over the batch included.
        normalised: the fewest values that a running variance is taken over; 0 without any.
    """
    forward_error = MULTIPLE * UNIT_ROUNDOFF * float(np.sum(np.sqrt(forward)))
    gradient_error = forward_error + MULTIPLE * UNIT_ROUNDOFF * float(np.sum(np.sqrt(backward)))
    loss_error = gradient_error * CURVE_STEPS
    state_error = loss_error + (1 / (normalised - 1) if normalised else 0.0)
    return Tolerances(forward_error, gradient_error, loss_error, state_error)


@dataclass(frozen=True)
class Expected:
    """What a reference computed: the output and gradient of the initial weights, and what its first steps led to.

    `moves` says how far the steps moved each tensor of weights; empty where that is not to be compared.
    """

    parameters: int
    output: Any
    gradient: list[Any]
    curve: list[float]
    state: list[Any]
    moves: Sequence[Any] = ()
    optimisers: Sequence[Optimiser] = ()


def expected_of(reference: Job, weights: Sequence[Any], steps: int = CURVE_STEPS, *, moves: bool = False) -> Expected:
    """Return what a fresh reference computes from the initial weights; to be called once.

    Args:
        moves: whether its optimiser follows the definition of the candidate that is held against it.
    """
    reference.load(weights)
    output, gradient = reference.forward(), reference.gradient()
    reference.load(weights)
    curve = loss_curve(reference, steps)
    moved = moves_of(reference, weights) if moves else ()
    return Expected(
        reference.parameters, output, gradient, curve, reference.state(), moved, tuple(reference.optimisers)
    )


def moves_of(job: Job, weights: Sequence[Any]) -> list[Any]:
    """Return how far each tensor of a job is from its initial weights."""
    return [after.astype(np.float64) - before for after, before in zip(job.weights(), weights, strict=True)]


def loss_curve(job: Job, calls: int) -> list[float]:
    """Return the losses of the next calls of `job.step`: of one training step each, or the mean over several."""
    return [job.loss_value(job.step()) for _ in range(calls)]


def check_job(
    job: Job,
    expected: Expected,
    curve: Sequence[float],
    weights: Sequence[Any],
    allowed: Tolerances,
    whole_gate: bool = True,
    names: Sequence[str] = (),
) -> dict[str, float]:
    """Compare `job`, whose first steps had the losses `curve`, with what is expected.

    Args:
        weights: the initial weights; `job` holds them again afterwards.
        whole_gate: also compare the forward output and the first gradient. The loss curve alone is enough to see that a
            later process does the same work again; the rest costs a compilation on some backends.
        names: what the weights are called, for the message.

    Returns:
        The relative errors, as measures of a run.

    Raises:
        Mismatch: parameter count, shapes, precision, or an error above what is allowed. Where output and gradient agree and what
            the steps lead to does not, it says that the optimisers differ, and in what as far as that is known.
    """
    if job.parameters != expected.parameters:
        raise Mismatch(f"parameters: {job.parameters} instead of {expected.parameters}")
    require_same_shapes(job.weights(), weights)
    state, moves = job.state(), moves_of(job, weights) if expected.moves else []
    job.load(weights)
    errors = {}
    if whole_gate:
        forward_error = _check_tensors("forward output", [job.forward()], [expected.output], allowed.forward)
        gradient_error = _check_tensors("first gradient", job.gradient(), expected.gradient, allowed.gradient, names)
        errors = {"gate_forward_error": forward_error, "gate_gradient_error": gradient_error}
        job.load(weights)
    expected_curve = np.reshape(expected.curve, (-1, job.steps_per_call)).mean(axis=1)
    if difference := differences(job.optimisers, expected.optimisers):
        raise Mismatch(f"{OTHER_OPTIMISER}: {difference}")
    try:
        errors["gate_loss_error"] = _check_tensors("loss curve", [np.array(curve)], [expected_curve], allowed.loss)
        if expected.moves:
            coarser = replace(allowed, move=job.coarseness * allowed.move)
            errors["gate_move_error"] = _check_moves(moves, expected, coarser, names)
    except Mismatch as error:
        starts_alike = relative_error(curve[0], expected_curve[0]) <= allowed.loss
        raise Mismatch(f"{OTHER_OPTIMISER}: {error}" if whole_gate and starts_alike else str(error)) from None
    if state or expected.state:
        errors["gate_state_error"] = _check_tensors("running statistics", state, expected.state, allowed.state)
    return errors


def relative_error(actual: Any, expected: Any, least: float = 0.0) -> float:
    """Return the largest absolute difference divided by the largest expected value; infinite where not finite.

    Args:
        least: the difference is held against this value where the largest expected one is smaller.
    """
    actual, expected = np.asarray(actual, np.float64), np.asarray(expected, np.float64)
    if actual.shape != expected.shape or not np.all(np.isfinite(actual)):
        return float("inf")
    scale = max(least, float(np.max(np.abs(expected), initial=0.0)))
    difference = float(np.max(np.abs(actual - expected), initial=0.0))
    return difference / scale if scale > 0 else difference


def require_same_shapes(actual: Sequence[Any], expected: Sequence[Any]) -> None:
    """Check that weights have the number, shapes and types of the task's.

    Raises:
        Mismatch: one of the weights differs; the message names the first.
    """
    actual_kinds, expected_kinds = (
        [f"{array.dtype}{list(array.shape)}" for array in arrays] for arrays in (actual, expected)
    )
    if len(actual_kinds) != len(expected_kinds):
        raise Mismatch(
            f"weights: {len(actual_kinds)} tensors instead of {len(expected_kinds)}: {', '.join(actual_kinds)}"
        )
    for number, (actual_kind, expected_kind) in enumerate(zip(actual_kinds, expected_kinds, strict=True)):
        if actual_kind != expected_kind:
            raise Mismatch(f"weights: tensor {number} is {actual_kind} instead of {expected_kind}")


def _check_tensors(
    quantity: str, actual: Sequence[Any], expected: Sequence[Any], allowed: float, names: Sequence[str] = ()
) -> float:
    """Return the largest relative error over the tensors."""
    if len(actual) != len(expected):
        raise Mismatch(f"{quantity}: {len(actual)} tensors instead of {len(expected)}")
    least = FLOOR * max(float(np.max(np.abs(tensor), initial=0.0)) for tensor in expected)
    errors = [
        relative_error(tensor, expected_tensor, least) for tensor, expected_tensor in zip(actual, expected, strict=True)
    ]
    worst = max(range(len(errors)), key=errors.__getitem__)
    if errors[worst] > allowed:
        name = f" ({names[worst]})" if worst < len(names) else ""
        raise Mismatch(
            f"{quantity}: tensor {worst}{name} differs by {errors[worst]:.2g} relative, float32 explains {allowed:.2g}"
        )
    return errors[worst]


def _check_moves(moves: Sequence[Any], expected: Expected, allowed: Tolerances, names: Sequence[str]) -> float:
    """Return the largest error of how far a tensor moved, relative to the whole move of that tensor."""
    sizes = [float(np.max(np.abs(tensor), initial=0.0)) for tensor in expected.gradient]
    worst, worst_number = 0.0, 0
    for number, (move, expected_move) in enumerate(zip(moves, expected.moves, strict=True)):
        told = np.abs(expected.gradient[number]) > allowed.gradient * sizes[number]
        whole_move = float(np.linalg.norm(expected_move[told]))
        if sizes[number] < FLOOR * max(sizes) or whole_move == 0:
            continue
        difference = float(np.linalg.norm((move - expected_move)[told]))
        error = difference / whole_move if np.isfinite(difference) else float("inf")
        if error > worst:
            worst, worst_number = error, number
    if worst > allowed.move:
        name = f" ({names[worst_number]})" if worst_number < len(names) else ""
        raise Mismatch(
            f"weights after {CURVE_STEPS} steps: tensor {worst_number}{name} moved otherwise by {worst:.2g} of its move, "
            f"{allowed.move:.2g} allowed"
        )
    return worst
