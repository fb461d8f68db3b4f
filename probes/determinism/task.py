"""One batch of images, and the comparison of runs that should be equal."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.child.subcall import Answer, blocked_modules, call_in_process
from probes.machine.contention import Contention

ROWS, SIDE, CHANNELS, CLASSES, STEPS = 64, 12, 8, 10, 30
DEADLINE_SECONDS = 20.0
SEED = 20261123


@dataclass(frozen=True)
class Task:
    """Images (64, 12, 12, 1) float32, labels (64,) int64; a convolution, dropout and a dense layer are trained."""

    x: NDArray[np.float32]
    y: NDArray[np.int64]

    def measure(self, module: str, switch: str) -> dict[str, Any]:
        """Run `train(strict)` of a module in fresh processes; `switch` is what the framework calls it, or empty.

        Raises:
            TooNoisy: the seed alone did not train, on a busy machine.
            RuntimeError: training with the seed alone failed, on a quiet machine.
        """
        with Contention() as contention:
            plain_answers = [_train_in_process(module, False) for _ in range(2)]
            strict_answers = [_train_in_process(module, True) for _ in range(2)] if switch else []
        if any(answer.error for answer in plain_answers):
            contention.require_quiet()
            first, second = plain_answers
            raise RuntimeError(f"{first.error or second.error}: {first.why or second.why}")
        measures: dict[str, Any] = {"seed_alone": compare_bits(plain_answers), "switch": switch or "absent"}
        if any(answer.error for answer in strict_answers):
            failed = next(answer for answer in strict_answers if answer.error)
            measures |= {"with_switch": "fails", "switch_error": f"{failed.error}: {failed.why}"[:200]}
        elif strict_answers:
            measures |= {"with_switch": compare_bits(strict_answers)}
            cost = _median_step_seconds(strict_answers) / _median_step_seconds(plain_answers)
            measures |= {"cost": round(cost, 3)} if contention.is_quiet else {}
        return measures | {"reproducible": "equal" in (measures["seed_alone"], measures.get("with_switch"))}


def compare_bits(answers: Iterable[Answer]) -> str:
    """Return "equal" if all runs ended with the same bits, else "differs"."""
    return "equal" if len({answer.value["bits"] for answer in answers}) == 1 else "differs"


def _train_in_process(module: str, strict: bool) -> Answer:
    """Train once in a process of its own."""
    return call_in_process(f"{module}:train", {"strict": strict}, DEADLINE_SECONDS, blocked_modules())


def _median_step_seconds(answers: Iterable[Answer]) -> float:
    """Return the median seconds of a step over some runs."""
    return float(median(answer.value["step_seconds"] for answer in answers))


def run_steps(step: Callable[[], float], weights: Callable[[], Iterable[Any]]) -> dict[str, Any]:
    """Do the steps; return the median seconds of one, and a hash of all losses and the last weights."""
    losses, step_seconds = [], []
    for _ in range(STEPS):
        begin = time.perf_counter()
        losses.append(step())
        step_seconds.append(time.perf_counter() - begin)
    digest = hashlib.sha256(np.array(losses, np.float64).tobytes())
    for weight in weights():
        digest.update(np.ascontiguousarray(weight).tobytes())
    return {"bits": digest.hexdigest(), "step_seconds": median(step_seconds)}


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    x = random.standard_normal((ROWS, SIDE, SIDE, 1)).astype(np.float32)
    return Task(x, random.integers(0, CLASSES, ROWS))
