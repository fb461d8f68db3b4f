"""One timed probe in one mode inside the child: build, first step, gate, steady steps."""

from __future__ import annotations

import importlib
import importlib.util
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from probes import gate, timing

Enter = Callable[[str], None]


def measure(
    package: str, module: ModuleType, part: dict[str, Any], common: dict[str, Any], enter: Enter
) -> dict[str, Any]:
    """Time one job; returns outcome, why, measures and samples of the run.

    Raises:
        gate.Mismatch: before any steady step is timed.
    """
    task = importlib.import_module(f"{package}.task").make()
    enter("build")
    begin = time.perf_counter()
    job = module.build(task, part["mode"])
    built = time.perf_counter()
    enter("first_step")
    loss = job.step()
    job.sync()
    first = time.perf_counter()
    enter("gate")
    losses = [job.loss_value(loss), *gate.loss_curve(job, gate.CURVE_STEPS - 1)]
    measures = dict(common) | {"build_s": built - begin, "first_step_s": first - built}
    measures |= {"parameters": job.parameters, **_gate(package, task, job, losses, part["gate"])}
    enter("steps")
    timed = timing.time_steps(job, part["seconds"])
    measures |= {**timed.measures(), "peak_mb": peak_mb()}
    result: dict[str, Any] = {"measures": measures, "samples": {"step_seconds": timed.windows}}
    if not timed.settled.steady:
        spread, allowed = min(timed.settled.spread, 99), timed.settled.allowed
        word = "too_noisy" if timed.settled.noisy else "no_steady_state"
        why = f"the medians of the thirds differ by {100 * spread:.1f} %, {100 * allowed:.1f} % allowed"
        result |= {"outcome": word, "why": why}
    return result


def _gate(package: str, task: Any, job: Any, losses: list[float], whole: bool) -> dict[str, Any]:
    """The errors against the probe's NumPy reference; without a reference there is nothing to compare."""
    if importlib.util.find_spec(f"{package}.on_numpy") is None:
        return {"gate": "absent"}
    reference = importlib.import_module(f"{package}.on_numpy").build(task, "exact")
    errors = gate.check(job, reference, losses, task.weights, task.tolerances, whole)
    return {"gate": "passed" if whole else "loss curve passed", **errors}


def peak_mb() -> float:
    """The largest resident memory of this process so far, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
