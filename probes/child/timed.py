"""One timed probe in one mode inside the child: build, first step, gate, further measures, steady steps."""

from __future__ import annotations

import importlib
import importlib.util
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from probes import gate
from probes.child import compiler, matmul, peers, timing
from probes.child.steady import FEWEST_WINDOWS
from probes.frameworks import Framework
from probes.job import Job, wait_for_nothing
from probes.optimiser_settings import describe_optimisers, recording

Enter = Callable[[str], None]
PRECISION = "float32"
"""That of every job: products of reduced precision are switched off (`Framework.full_float32`)."""
SHORT_CURVE = 4
"""Steps of the loss curve of a task in other sizes, whose step may take half a second."""
WORDS = {True: "too_noisy", False: "no_steady_state"}


def measure_job(
    package: str,
    module: ModuleType,
    part: dict[str, Any],
    frameworks: Sequence[Framework],
    common: dict[str, Any],
    enter: Enter,
) -> dict[str, Any]:
    """Time one job and return outcome, why, measures and samples of the run.

    Args:
        package: the probe's.
        module: its file for this candidate.
        part: what the parent wants of it.
        frameworks: that of its file, and at the end the one that computes.
        common: the measures all parts of this process share.
        enter: told each phase as it begins.

    Raises:
        gate.Mismatch: the job computes something else than the reference; raised before any step is timed.
    """
    engine = frameworks[-1]
    engine.full_float32()
    task, graphs = make_task(package, **part["sizes"]), engine.graphs()
    enter("build")
    begin = time.perf_counter()
    with recording() as made:
        job = wait_for_device(module.build(task, part["mode"]), engine)
    build_end = time.perf_counter()
    enter("first_step")
    loss = job.step()
    job.sync()
    first_step_end = time.perf_counter()
    if part["compiler"]:
        compiler.require_effect(engine, graphs, part["compiler"])
    enter("gate")
    curve_steps = SHORT_CURVE if part["sizes"] else gate.CURVE_STEPS
    losses = [job.loss_value(loss), *gate.loss_curve(job, curve_steps // job.steps_per_call - 1)]
    job.state()  # a training loop of the framework's own is ended by it, which may keep the optimiser's numbers to itself
    job = replace(job, optimisers=describe_optimisers(made)) if made else job
    measures = common | {
        "device": engine.device(),
        "precision": PRECISION,
        "feeding": job.feeding,
        **_batch_size(task),
        "build_s": build_end - begin,
        "first_step_s": first_step_end - build_end,
    }
    measures |= {
        "parameters": job.parameters,
        **_pass_gate(package, job, losses, part, frameworks[0].optimisers),
        **job.further_measures(job),
    }
    enter("steps")
    briefly = (part["seconds"], FEWEST_WINDOWS) if part["sizes"] else ()  # of a large model a step takes long
    timed = timing.time_steps(job, part["seconds"], *briefly)
    measures |= {**timed.measures(), **measure_speed(task, timed.settled.median, part["mode"])}
    measures |= peak_memory(engine) if part["memory"] else {}
    return {"measures": measures, "samples": {"step_seconds": timed.windows}} | _unsteady_outcome(timed)


def make_task(package: str, **sizes: Any) -> Any:
    """Return the task of a probe in some sizes, by default its own, made once per process: every mode gets the same."""
    return _make_task(package, tuple((name, _as_tuple(size)) for name, size in sizes.items()))


@cache
def _make_task(package: str, sizes: tuple[tuple[str, Any], ...]) -> Any:
    return importlib.import_module(f"{package}.task").make(**dict(sizes))


def _as_tuple(size: Any) -> Any:
    """Return a size as `make` takes it: several numbers came as a list."""
    return tuple(size) if isinstance(size, list) else size


def _batch_size(task: Any) -> dict[str, int]:
    """Return how many examples a batch of a task has, as a measure; nothing where its batches are not like those of the built-in ones."""
    try:
        return {"batch": len(task.batches[0][0])}
    except (AttributeError, IndexError, TypeError):
        return {}


def wait_for_device(job: Job, engine: Framework) -> Job:
    """Return the job, made to wait for the framework's device where it does not itself."""
    return replace(job, sync=engine.synchronise() or wait_for_nothing) if job.sync is wait_for_nothing else job


def _pass_gate(package: str, job: Job, losses: list[float], part: dict[str, Any], definition: str) -> dict[str, Any]:
    """Return the errors against the probe's NumPy reference, or without one against the session's first candidate."""
    task, whole = make_task(package, **part["sizes"]), part["gate"]
    if part["sizes"]:
        return peers.check_loss_curve(losses, task, Path(part["peers"]) / f"{part['probe']}.json", part["who"])
    expected = _expected_by_reference(package, definition)
    if expected is None and hasattr(task, "weights") and part["peers"]:
        file = Path(part["peers"]) / f"{part['probe']}.npz"
        return peers.check_against_peers(job, losses, task, file, part["who"], whole, definition)
    if expected is None:
        return {"gate": "absent"}
    names = getattr(task, "names", ())
    allowed = getattr(task, "tolerances", None) or peers.tolerances_of(task, expected)
    errors = gate.check_job(job, expected, losses, task.weights, allowed, whole, names)
    return {"gate": "passed" if whole else "loss curve passed", **errors}


@cache
def _expected_by_reference(package: str, definition: str) -> gate.Expected | None:
    """Return what the probe's NumPy reference computes by a definition of optimisers; None without one."""
    if importlib.util.find_spec(f"{package}.on_numpy") is None:
        return None
    task, mode = make_task(package), f"{gate.EXACT_AS}{definition}" if definition else "exact"
    reference = importlib.import_module(f"{package}.on_numpy").build(task, mode)
    return gate.expected_of(reference, task.weights, moves=bool(definition))


def measure_speed(task: Any, step_seconds: float, mode: str) -> dict[str, float]:
    """Return the rate of a step's matrix products in GFLOP/s, where the task counts them; for NumPy also the machine's."""
    speeds = {"gflops": task.flops / step_seconds / 1e9} if hasattr(task, "flops") else {}
    return speeds | ({"machine_gflops": matmul.measure_gflops()} if mode == "reference" else {})


def peak_memory(engine: Framework) -> dict[str, float]:
    """Return the peak memory so far: of the process, and of its device if that is not the CPU."""
    on_device = engine.peak_mb()
    return {"peak_mb": process_peak_mb()} | ({} if on_device is None else {"device_peak_mb": on_device})


def process_peak_mb() -> float:
    """Return the largest resident memory of this process so far, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _unsteady_outcome(timed: timing.Timing) -> dict[str, str]:
    """Return outcome and reason where the steps did not become steady; else nothing."""
    settled = timed.settled
    if settled.steady:
        return {}
    spread, allowed = min(settled.spread, 99), settled.allowed
    why = f"the medians of the thirds differ by {100 * spread:.1f} %, {100 * allowed:.1f} % allowed"
    return {"outcome": WORDS[settled.noisy], "why": why}
