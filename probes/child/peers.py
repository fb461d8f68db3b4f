"""The gate of a probe without a NumPy reference: every candidate must compute what the first one of the session computed.

The first one leaves what it computed in a folder of the session; the others are held against it. It may be the first
that is wrong: a mismatch names both.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import fields, replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from probes import gate
from probes.job import Job
from probes.optimiser_settings import Optimiser

BOTH = 2.0  # a reference in float64 has no error to speak of, a peer in float32 has as much as the candidate


def check_against_peers(
    job: Job, curve: Sequence[float], task: Any, file: Path, candidate: str, whole_gate: bool, definition: str = ""
) -> dict[str, Any]:
    """Compare a job with the first of its peers, or record it as the first; it has the initial weights afterwards.

    Args:
        curve: the losses of its first steps.
        task: `weights`, and `tolerances` where they shall not follow from the weights' shapes.
        file: the file of this probe in the session's folder.
        candidate: its id.
        whole_gate: also compare the forward output and the first gradient.
        definition: whose optimisers it uses (`Framework.optimisers`): how far the weights moved is compared with the first peer
            of the same definition.

    Returns:
        The measures of the gate.

    Raises:
        gate.Mismatch: the job computes something else than its peer.
    """
    gate.require_same_shapes(job.weights(), task.weights)
    moves = gate.moves_of(job, task.weights)
    if not file.exists() and job.steps_per_call > 1:  # its losses are means: nobody else could be held against them
        return {"gate": "absent"}
    if not file.exists():
        write_peer(file, expected_from(job, curve, task.weights), candidate)
        _write_moves(file, definition, moves)
        return {"gate": "first of its peers"}
    expected, peer = read_peer(file)
    expected = replace(expected, moves=_read_moves(file, definition))
    try:
        errors = gate.check_job(
            job, expected, curve, task.weights, allowed_errors(task, expected), whole_gate, getattr(task, "names", ())
        )
    except gate.Mismatch as error:
        raise gate.Mismatch(f"{error} (what {peer} computed)") from None
    if not expected.moves:
        _write_moves(file, definition, moves)
    return {"gate": "passed" if whole_gate else "loss curve passed", **errors}


def check_loss_curve(curve: Sequence[float], task: Any, file: Path, candidate: str) -> dict[str, Any]:
    """Compare the losses of the first steps with those of the first of its peers, or record them as the first.

    For a task in other sizes, whose code passes the whole gate in its own: gradients of a large model are too many to keep.

    Args:
        curve: the losses.
        task: with `tolerances`.
        file: the file of this probe in the session's folder.
        candidate: its id.

    Returns:
        The measures of the gate.

    Raises:
        gate.Mismatch: the losses differ by more than float32 explains.
    """
    if not file.exists():
        temporary = file.with_suffix(f".{os.getpid()}")
        temporary.write_text(json.dumps({"who": candidate, "curve": list(curve)}))
        temporary.replace(file)
        return {"gate": "first of its peers"}
    kept = json.loads(file.read_text())
    expected, losses = np.asarray(kept["curve"]), np.asarray(curve)
    error = float(np.max(np.abs(losses - expected)) / np.max(np.abs(expected)))
    allowed = BOTH * float(task.tolerances.loss)
    if not error <= allowed:  # also where it is no number
        raise gate.Mismatch(
            f"the losses of the first {len(curve)} steps differ by {error:.1e}, {allowed:.1e} allowed (what {kept['who']} computed)"
        )
    return {"gate": "loss curve passed", "gate_loss_error": error}


def expected_from(job: Job, curve: Sequence[float], weights: Sequence[Any]) -> gate.Expected:
    """Return what a job computes, given the losses `curve` of its first steps."""
    state = job.state()
    job.load(weights)
    output, gradient = job.forward(), job.gradient()
    job.load(weights)
    return gate.Expected(job.parameters, output, gradient, list(curve), state, optimisers=tuple(job.optimisers))


def allowed_errors(task: Any, expected: gate.Expected) -> gate.Tolerances:
    """Return the task's own tolerances, or those that follow from its shapes, for two jobs in float32."""
    tolerances = getattr(task, "tolerances", None) or tolerances_of(task, expected)
    return gate.Tolerances(*(BOTH * getattr(tolerances, field.name) for field in fields(tolerances)))


def tolerances_of(task: Any, expected: gate.Expected) -> gate.Tolerances:
    """Return the tolerances that follow from the shapes of a task's weights, for a job in float32.

    Each kernel is taken for one layer of a chain: its sums are as long as its inputs forward, its outputs backward.
    """
    kernel_shapes = [np.shape(weight) for weight in task.weights if np.ndim(weight) > 1]
    batch_size = len(np.atleast_1d(expected.output))
    return gate.tolerances(
        forward=[prod(shape[:-1]) for shape in kernel_shapes],
        backward=[*(shape[-1] for shape in kernel_shapes), batch_size],
    )


def write_peer(file: Path, expected: gate.Expected, candidate: str) -> None:
    """Write what a job computed, whole or not at all."""
    optimisers = json.dumps([[optimiser.name, dict(optimiser.settings)] for optimiser in expected.optimisers])
    content = {"parameters": expected.parameters, "output": expected.output, "curve": expected.curve, "who": candidate}
    content |= {"optimisers": optimisers}
    for name, listed in (("gradient", expected.gradient), ("state", expected.state)):
        content |= {f"{name}s": len(listed)} | {f"{name}_{number}": array for number, array in enumerate(listed)}
    temporary = file.with_suffix(f".{os.getpid()}.npz")
    np.savez(temporary, **{name: np.asarray(value) for name, value in content.items()})  # type: ignore[arg-type]
    temporary.replace(file)


def read_peer(file: Path) -> tuple[gate.Expected, str]:
    """Return what the first peer computed, and which candidate it was."""
    with np.load(file, allow_pickle=False) as kept:
        listed = {
            name: [kept[f"{name}_{number}"] for number in range(int(kept[f"{name}s"]))]
            for name in ("gradient", "state")
        }
        curve = [float(loss) for loss in kept["curve"]]
        optimisers = tuple(Optimiser(name, settings) for name, settings in json.loads(str(kept["optimisers"])))
        expected = gate.Expected(
            int(kept["parameters"]), kept["output"], listed["gradient"], curve, listed["state"], optimisers=optimisers
        )
        return expected, str(kept["who"])


def _moves_file(file: Path, definition: str) -> Path:
    """Return the file that holds how far the weights moved by a definition of optimisers."""
    return file.with_suffix(f".{definition}.npz")


def _write_moves(file: Path, definition: str, moves: Sequence[Any]) -> None:
    """Write how far the weights moved, whole or not at all; nothing where it is not known by whose definition."""
    if definition:
        temporary = file.with_suffix(f".{os.getpid()}.npz")
        np.savez(temporary, *moves)
        temporary.replace(_moves_file(file, definition))


def _read_moves(file: Path, definition: str) -> list[Any]:
    """Return how far the weights of the first peer of a definition moved; nothing where there was none yet."""
    if not definition or not _moves_file(file, definition).exists():
        return []
    with np.load(_moves_file(file, definition), allow_pickle=False) as kept:
        return [kept[f"arr_{number}"] for number in range(len(kept.files))]
