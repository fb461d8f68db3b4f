"""One batch, the steps before and after the restart, and the comparison of both continuations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.child.subcall import Answer, blocked_modules, call_in_process
from probes.gate import relative_error

ROWS, INPUTS, HIDDEN = 32, 8, 16
STEPS_BEFORE, STEPS_AFTER = 5, 3
CLOSE_WITHIN = 1e-5
DEADLINE_SECONDS = 25.0
SEED = 20261123


@dataclass(frozen=True)
class Task:
    """Features (32, 8) and targets (32, 1) float32 for a network 8 → 16 → 1."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]

    def measure(self, module: str) -> dict[str, Any]:
        """Call `save(folder)`, `load(folder)` and, where the format can hold code, `load_foreign_code(folder)` of a module.

        Raises:
            RuntimeError: the checkpoint could not be written.
        """
        folder = Path.cwd() / "checkpoint"
        folder.mkdir()
        save_answer, load_answer = (_call_with_folder(f"{module}:{name}", folder) for name in ("save", "load"))
        if save_answer.error:
            raise RuntimeError(f"{save_answer.error}: {save_answer.why}")
        checkpoint_bytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        return (
            {"checkpoint_kb": round(checkpoint_bytes / 1000, 1)}
            | judge_round_trip(save_answer, load_answer)
            | judge_opening(_call_with_folder(f"{module}:load_foreign_code", folder))
        )


def _call_with_folder(function: str, folder: Path) -> Answer:
    """Call a function with the checkpoint's folder in a process of its own."""
    return call_in_process(function, {"folder": str(folder)}, DEADLINE_SECONDS, blocked_modules())


def judge_round_trip(save_answer: Answer, load_answer: Answer) -> dict[str, Any]:
    """Return how far the continuation after a restart is from the one without."""
    if load_answer.error:
        return {"round_trip": "fails", "round_trip_error": f"{load_answer.error}: {load_answer.why}"[:200]}
    same_bits = load_answer.value == save_answer.value
    difference = relative_error(np.array(load_answer.value), np.array(save_answer.value))
    outcome = "exact" if same_bits else "close" if difference <= CLOSE_WITHIN else "differs"
    return {"round_trip": outcome, "difference": difference}


def judge_opening(answer: Answer) -> dict[str, Any]:
    """Return the measure of opening a file with code in it.

    Args:
        answer: of `load_foreign_code`, which returns whether the code ran; None where the format holds no code.
    """
    if answer.error:
        return {"foreign_code": "refused", "foreign_code_error": f"{answer.error}: {answer.why}"[:200]}
    return {"foreign_code": "carries-none" if answer.value is None else "run"}


def continue_training(step: Callable[[], Any], weights: Callable[[], list[Any]]) -> list[float]:
    """Return the losses of the steps after the checkpoint, followed by the weights, flat."""
    losses = [float(step()) for _ in range(STEPS_AFTER)]
    return losses + [float(value) for weight in weights() for value in np.ravel(weight)]


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    return Task(*(random.standard_normal((ROWS, columns)).astype(np.float32) for columns in (INPUTS, 1)))
