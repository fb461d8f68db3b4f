"""The data and the start of one script, and the comparison of what it gave on each backend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.child.subcall import Answer, Patience, call_in_process
from probes.gate import relative_error

BACKENDS = ("tensorflow", "torch", "jax")
ROWS, WIDTHS, STEPS = 64, (8, 16, 3), 20
SAME_WITHIN = 1e-4
DEADLINE_SECONDS, ALL_TOGETHER_SECONDS = 40.0, 80.0
SEED = 20261123
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Task:
    """Features (64, 8), labels (64,) of 3 classes, kernel and bias of each of two layers."""

    x: Floats
    y: NDArray[np.int64]
    weights: list[Floats]

    def measure(self, module: str, own_backend: str) -> dict[str, Any]:
        """Run `train(folder)` of a module on each backend, and `load(folder)` on the others.

        Raises:
            RuntimeError: the script did not run on `own_backend`, that of the candidate.
        """
        patience = Patience(ALL_TOGETHER_SECONDS)
        folders = {backend: Path.cwd() / backend for backend in BACKENDS}
        answer_by_backend = {
            backend: call_on_backend(backend, f"{module}:train", folders[backend], patience) for backend in BACKENDS
        }
        if answer_by_backend[own_backend].error:
            raise RuntimeError(f"{answer_by_backend[own_backend].error}: {answer_by_backend[own_backend].why}")
        curves = [answer.value["losses"] for answer in answer_by_backend.values() if not answer.error]
        difference = max(relative_error(np.array(curve), np.array(curves[0])) for curve in curves)
        measures: dict[str, Any] = {"backends": len(curves), "loss_difference": difference}
        measures |= {"same_loss": difference <= SAME_WITHIN}
        for backend in BACKENDS:
            if backend != own_backend:
                measures |= judge_transfer(
                    backend,
                    call_on_backend(backend, f"{module}:load", folders[own_backend], patience),
                    answer_by_backend[own_backend].value["output"],
                )
        same_on_several = measures["same_loss"] and len(curves) > 1
        return {"switch": "works" if same_on_several else "fails" if len(curves) > 1 else "not-installed"} | measures


def call_on_backend(backend: str, function: str, folder: Path, patience: Patience) -> Answer:
    """Call a function in a process that uses a backend."""
    folder.mkdir(exist_ok=True)
    return call_in_process(
        function,
        {"folder": str(folder)},
        patience.at_most(DEADLINE_SECONDS),
        modules_to_block(backend),
        {"KERAS_BACKEND": backend},
    )


def modules_to_block(backend: str) -> list[str]:
    """Return the modules to block in a backend's process: those Keras would import without need."""
    return [other for other in BACKENDS if other != backend] + ["pandas", "sklearn"]


def judge_transfer(backend: str, answer: Answer, output: Sequence[Any]) -> dict[str, Any]:
    """Return whether another backend computed the same from the saved file."""
    if answer.error:
        outcome = "not-installed" if answer.error in ("ImportError", "ModuleNotFoundError") else "fails"
        return {f"to_{backend}": outcome, "to_error": f"{backend}: {answer.error}: {answer.why}"[:200]}
    if relative_error(np.array(answer.value["output"]), np.array(output)) > SAME_WITHIN:
        return {f"to_{backend}": "fails", "to_error": f"{backend}: wrong numbers"}
    resume_error = answer.value.get("resume_error", "")
    outcomes = {f"to_{backend}": "works", f"resume_on_{backend}": "fails" if resume_error else "works"}
    return outcomes | ({"to_error": f"{backend}: {resume_error}"[:200]} if resume_error else {})


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    x = random.standard_normal((ROWS, WIDTHS[0])).astype(np.float32)
    kernel_shapes = pairwise(WIDTHS)
    weights = [
        0.5 * random.standard_normal(shape).astype(np.float32)
        for kernel_shape in kernel_shapes
        for shape in (kernel_shape, kernel_shape[1:])
    ]
    return Task(x, random.integers(0, WIDTHS[-1], ROWS), weights)
