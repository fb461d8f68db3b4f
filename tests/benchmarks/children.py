"""One part of a probe in one child process, as a session would run it, for scripts that compare such processes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from probes.candidates import Candidate
from probes.catalogue import PROBES, Probe, load_probes
from probes.machine import accelerator, system
from probes.parent.children import run_children
from probes.parent.process import Order
from probes.parent.tasks import Task
from probes.parent.variables import process_variables

LONGEST = 600.0


@dataclass(frozen=True)
class Child:
    """What one process did: wall seconds from start to end, and the measures of its part; empty where it failed."""

    seconds: float
    measures: dict[str, Any] = field(default_factory=dict)
    why: str = ""


def run_child(
    candidate: Candidate,
    cpus: list[int],
    probe: Probe | None = None,
    mode: str = "default",
    seconds: float = 0.35,
) -> Child:
    """Run one part of a probe; without a probe, only what every process does."""
    parts = ((probe, mode),) if probe else ()
    task = Task(candidate, parts, block=2, seconds=seconds, whole_gate=False)
    until = time.monotonic() + LONGEST
    spec = task.child_spec(cpus, accelerator.CPU)
    order = Order(
        lambda: None,
        spec,
        process_variables(candidate, accelerator.CPU, len(cpus)),
        memory_bytes=system.most_memory_of_a_child(),
        until=until,
        folders=candidate.folders,
    )
    (ending,) = run_children(iter([order]))
    results = [message for message in ending.messages if message.get("event") == "result"]
    if probe and not (results and results[0].get("measures")):
        return Child(ending.seconds, why=str(results[0]["why"]) if results else ending.why)
    return Child(ending.seconds, results[0]["measures"] if results else {})


def cpus_for(threads: int | None) -> list[int]:
    """Return the processors to measure on: all that a session would use, or the first `threads` of them."""
    return system.worker_cpus()[:threads]


def probes_by_folder(folder: Path | None = None) -> dict[str, Probe]:
    """Return the probes of a folder by the name of their folder, by default the built-in ones."""
    return {probe.folder.name: probe for probe in (load_probes(folder) if folder else PROBES).values()}
