"""One batch, a model whose width is changed, and the time from the change to the first step."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.child.subcall import Answer, blocked_modules, call_in_process
from probes.machine.contention import Contention

INPUTS, CLASSES, ROWS = 64, 10, 128
FIRST_WIDTH, EDITS = 200, 3
DEADLINE_SECONDS, COMPILE_DEADLINE_SECONDS = 15.0, 40.0
SEED = 20261123


@dataclass(frozen=True)
class Task:
    """Features (128, 64) float32 and labels (128,) int64 of 10 classes."""

    x: NDArray[np.float32]
    y: NDArray[np.int64]

    def measure(self, module: str, compiles: bool) -> dict[str, Any]:
        """Run `first_step(width, compiled)` of a module in fresh processes, each time with another width.

        Raises:
            TooNoisy: other processes were busy meanwhile.
            RuntimeError: a process failed.
        """
        with Contention() as contention:
            edit_seconds = [_seconds_of(_run_edit(module, edit, False)) for edit in range(EDITS)]
            compiled_answer = _run_edit(module, EDITS, True) if compiles else None
        contention.require_quiet()
        measures: dict[str, Any] = {
            "edit_s": median(edit_seconds),
            "edit_lowest_s": min(edit_seconds),
            "edit_highest_s": max(edit_seconds),
        }
        if compiled_answer and compiled_answer.error:
            measures["edit_compiled_error"] = f"{compiled_answer.error}: {compiled_answer.why}"[:200]
        elif compiled_answer:
            measures["edit_compiled_s"] = round(compiled_answer.seconds, 2)
        return measures


def _run_edit(module: str, edit: int, compiled: bool) -> Answer:
    """Run the first step with one width in a process of its own."""
    arguments = {"width": FIRST_WIDTH + edit, "compiled": compiled}
    return call_in_process(
        f"{module}:first_step", arguments, COMPILE_DEADLINE_SECONDS if compiled else DEADLINE_SECONDS, blocked_modules()
    )


def _seconds_of(answer: Answer) -> float:
    """Return the seconds of a run; raise where it failed."""
    if answer.error:
        raise RuntimeError(f"{answer.error}: {answer.why}")
    return round(answer.seconds, 2)


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    x = random.standard_normal((ROWS, INPUTS)).astype(np.float32)
    return Task(x, random.integers(0, CLASSES, ROWS))
