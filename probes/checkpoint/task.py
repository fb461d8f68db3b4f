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
BEFORE, AFTER = 5, 3
CLOSE_WITHIN = 1e-5
DEADLINE = 25.0
SEED = 20261123


@dataclass(frozen=True)
class Task:
    """Features (32, 8) and targets (32, 1) float32 for a network 8 → 16 → 1."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]

    def judge(self, module: str) -> dict[str, Any]:
        """Call `save(place)`, `load(place)` and, where the format can hold code, `load_foreign_code(place)` of a module.

        Raises:
            RuntimeError: the checkpoint could not be written.
        """
        place = Path.cwd() / "checkpoint"
        place.mkdir()
        saved, loaded = (_call_with_place(f"{module}:{name}", place) for name in ("save", "load"))
        if saved.error:
            raise RuntimeError(f"{saved.error}: {saved.why}")
        size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
        return (
            {"checkpoint_kb": round(size / 1000, 1)}
            | judge_round_trip(saved, loaded)
            | judge_opening(_call_with_place(f"{module}:load_foreign_code", place))
        )


def _call_with_place(function: str, place: Path) -> Answer:
    """Call a function with the place of the checkpoint in a process of its own."""
    return call_in_process(function, {"place": str(place)}, DEADLINE, blocked_modules())


def judge_round_trip(saved: Answer, loaded: Answer) -> dict[str, Any]:
    """Return how far the continuation after a restart is from the one without."""
    if loaded.error:
        return {"round_trip": "fails", "round_trip_error": f"{loaded.error}: {loaded.why}"[:200]}
    difference = relative_error(np.array(loaded.value), np.array(saved.value))
    outcome = "exact" if loaded.value == saved.value else "close" if difference <= CLOSE_WITHIN else "differs"
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
    losses = [float(step()) for _ in range(AFTER)]
    return losses + [float(value) for part in weights() for value in np.ravel(part)]


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    return Task(*(random.standard_normal((ROWS, columns)).astype(np.float32) for columns in (INPUTS, 1)))
