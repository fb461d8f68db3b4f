"""One timed probe in one mode inside the child: build, first step, gate, further measures, steady steps."""

from __future__ import annotations

import importlib
import importlib.util
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from probes import gate
from probes.child import compiler, matmul, peers, timing
from probes.frameworks import Framework
from probes.job import Job, nothing

Enter = Callable[[str], None]
WORDS = {True: "too_noisy", False: "no_steady_state"}


def measure(
    package: str, module: ModuleType, part: dict[str, Any], engine: Framework, common: dict[str, Any], enter: Enter
) -> dict[str, Any]:
    """Time one job; returns outcome, why, measures and samples of the run.

    Args:
        package: the probe's.
        module: its file for this candidate.
        part: what the parent wants of it.
        engine: the framework that computes.
        common: the measures all parts of this process share.
        enter: told each phase as it begins.

    Raises:
        gate.Mismatch: before any steady step is timed.
    """
    engine.full_float32()
    task, graphs = task_of(package), engine.graphs()
    enter("build")
    begin = time.perf_counter()
    job = synchronised(module.build(task, part["mode"]), engine)
    built = time.perf_counter()
    enter("first_step")
    loss = job.step()
    job.sync()
    first = time.perf_counter()
    if part["mode"] == "production":
        compiler.require_effect(engine, graphs)
    enter("gate")
    losses = [job.loss_value(loss), *gate.loss_curve(job, gate.CURVE_STEPS - 1)]
    measures = common | {"device": engine.device(), "build_s": built - begin, "first_step_s": first - built}
    measures |= {"parameters": job.parameters, **_gate(package, job, losses, part), **job.judge(job)}
    enter("steps")
    timed = timing.time_steps(job, part["seconds"])
    measures |= {**timed.measures(), **speed(task, timed.settled.median, part["mode"])}
    measures |= memory(engine) if part["memory"] else {}
    return {"measures": measures, "samples": {"step_seconds": timed.windows}} | _unsteady(timed)


@cache
def task_of(package: str) -> Any:
    """The task of a probe, made once per process: every mode gets the same."""
    return importlib.import_module(f"{package}.task").make()


def synchronised(job: Job, engine: Framework) -> Job:
    """The job, waiting for the framework's device where it does not say itself how to wait."""
    return replace(job, sync=engine.synchronise() or nothing) if job.sync is nothing else job


def _gate(package: str, job: Job, losses: list[float], part: dict[str, Any]) -> dict[str, Any]:
    """The errors against the probe's NumPy reference; without one, against the first candidate of the session."""
    expected, task, whole = _expected(package), task_of(package), part["gate"]
    if expected is None and hasattr(task, "weights") and part["peers"]:
        return peers.check(job, losses, task, Path(part["peers"]) / f"{part['probe']}.npz", part["who"], whole)
    if expected is None:
        return {"gate": "absent"}
    names = getattr(task, "names", ())
    errors = gate.check(job, expected, losses, task.weights, task.tolerances, whole, names)
    return {"gate": "passed" if whole else "loss curve passed", **errors}


@cache
def _expected(package: str) -> gate.Expected | None:
    """What the probe's NumPy reference computes; None without one."""
    if importlib.util.find_spec(f"{package}.on_numpy") is None:
        return None
    task = task_of(package)
    return gate.expected_of(importlib.import_module(f"{package}.on_numpy").build(task, "exact"), task.weights)


def speed(task: Any, step_seconds: float, mode: str) -> dict[str, float]:
    """The rate of a step's matrix products in GFLOP/s, where the task counts them; beside NumPy, the machine's own."""
    own = {"gflops": task.flops / step_seconds / 1e9} if hasattr(task, "flops") else {}
    return own | ({"machine_gflops": matmul.gflops()} if mode == "reference" else {})


def memory(engine: Framework) -> dict[str, float]:
    """The largest memory so far: of the process, and of its device if that is not the CPU."""
    on_device = engine.peak_mb()
    return {"peak_mb": peak_mb()} | ({} if on_device is None else {"device_peak_mb": on_device})


def peak_mb() -> float:
    """The largest resident memory of this process so far, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _unsteady(timed: timing.Timing) -> dict[str, str]:
    """Outcome and reason where the steps did not settle; else nothing."""
    settled = timed.settled
    if settled.steady:
        return {}
    spread, allowed = min(settled.spread, 99), settled.allowed
    why = f"the medians of the thirds differ by {100 * spread:.1f} %, {100 * allowed:.1f} % allowed"
    return {"outcome": WORDS[settled.noisy], "why": why}
