"""Records how the step times of all ways to train move with the size of the job: what the belief about distance is fitted on.

    python tests/benchmarks/size_grid.py [--parts grid] [--blocks 3] [--threads 1] [--out FILE]

Each job of `JOBS` is measured at several sizes of its path (`advisor.evidence.ladder.path_of`), the largest within `MOST_WORK`, in
fresh processes in random order, in blocks. `grid` is what the belief is fitted on, `held-out` are jobs of other shapes in the same
families, which only judge it; `long` are the same jobs at their largest size alone, `LONG_SECONDS` of training for each way, which is
what a short measurement has to predict. What is kept of each way in each block is a line of JSON: family, sizes, work, candidate, mode,
block, seconds; machine and versions stand in the first and last line of each job. Runs that others on the machine disturbed are kept and
say so; `undisturbed_ms` is the time that a tenth of their windows stayed below, which others move less. Each process takes the machine's lock, as a
measurement does. The fit is `held_out.py`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from advisor.evidence.ladder import APART, Rung, path_of, work_of
from advisor.knowledge.workload import Convolutional, Dense, Family, Recurrent, Transformer
from probes.candidates import CANDIDATES
from probes.machine import accelerator, system
from probes.machine.lock import machine_lock
from probes.parent.children import run_children
from probes.parent.process import Order
from probes.parent.tasks import Task
from probes.parent.variables import process_variables

RECORD = Path(__file__).parent / "size_grid.jsonl.gz"
WAYS = (
    ("pytorch", "default"),
    ("tensorflow", "production"),
    ("keras[tensorflow]", "default"),
    ("keras[torch]", "default"),
    ("keras[jax]", "default"),
    ("jax", "default"),
)
"""The ways that people train in: eager TensorFlow, up to twenty times as slow, is left out."""
SECONDS, LONG_SECONDS = 0.35, 30.0
DEADLINES = {
    "start": 120.0,
    "import": 240.0,
    "build": 240.0,
    "first_step": 400.0,
    "gate": 240.0,
    "steps": 240.0,
    "total": 1200.0,
}
"""On a machine that others use as well everything takes longer."""
MOST_WORK = 1e10
"""Operations of the largest step that is measured."""
SIZES = {"grid": 6, "held-out": 6, "long": 1}
CLOSE = 1.7
"""By how much the work of two sizes of a job that only judges differs at least: also the near ones are to be predicted."""
JOBS: dict[str, tuple[Family, ...]] = {
    "grid": (
        Transformer(width=512, blocks=8, heads=8, length=128, batch=4, vocabulary=8192),
        Convolutional(image=64, width=64, depth=4, batch=64, classes=100),
        Dense(inputs=2048, hidden=2048, batch=512, classes=100),
        Recurrent(width=128, units=256, length=96, batch=128, vocabulary=8192, classes=8),
    ),
    "held-out": (
        Transformer(width=384, blocks=4, heads=6, length=256, batch=2, vocabulary=16384),
        Convolutional(image=96, width=32, depth=3, batch=32, classes=10),
        Dense(inputs=512, hidden=4096, batch=256, classes=10),
        Recurrent(width=64, units=512, length=48, batch=64, vocabulary=4096, classes=4),
    ),
}
JOBS["long"] = JOBS["held-out"]


def sizes_of(job: Family, part: str) -> list[Rung]:
    """Return the sizes at which a job is measured, the smallest first, as far apart as those of a ladder or, to judge, closer.

    The largest is a job in its own right: the others lie on the path that begins at it, as a ladder's would.
    """
    rungs: list[Rung] = []
    apart = APART if part == "grid" else CLOSE
    largest = next(sizes for sizes in path_of(job) if work_of(sizes) <= MOST_WORK)
    for sizes in path_of(largest):
        work = work_of(sizes)
        if work <= (rungs[-1].work / apart if rungs else MOST_WORK) and len(rungs) < SIZES[part]:
            rungs.append(Rung(sizes, work))
    return rungs[::-1]


def run_way(
    way: tuple[str, str], rungs: Sequence[Rung], peers_folder: str, cpus: list[int], seconds: float
) -> list[dict[str, Any]]:
    """Time a way at every size in one process, as a session would; return the messages of the process."""
    candidate, mode = CANDIDATES[way[0]], way[1]
    task = Task(candidate, tuple((rung.probe, mode) for rung in rungs), block=2, seconds=seconds, whole_gate=False)
    order = Order(
        lambda: None,
        task.child_spec(cpus, accelerator.CPU, peers_folder),
        process_variables(candidate, accelerator.CPU, len(cpus)),
        deadlines=DEADLINES,
        memory_bytes=system.most_memory_of_a_child(),
        until=time.monotonic() + DEADLINES["total"],
        folders=candidate.folders,
    )
    (ending,) = run_children(iter([order]))
    return ending.messages


def record_job(job: Family, part: str, blocks: int) -> Iterator[dict[str, Any]]:
    """Measure a job at its sizes; yield a line on the machine, one for each way in each block, and one on the versions."""
    rungs, cpus, versions = sizes_of(job, part), system.worker_cpus(), dict[str, str]()
    facts = system.machine_facts(sys.executable)
    kept = ("cpu", "usable_cores", "physical_cores", "memory_mb", "os", "python")
    yield {"part": part, "job": str(job), "started": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()), "machine": {name: facts.get(name) for name in kept}}  # fmt: skip
    with tempfile.TemporaryDirectory() as peers_folder:
        for block in range(1, blocks + 1):
            for way in random.Random(f"{job} {block}").sample(WAYS, len(WAYS)):
                begin = time.monotonic()
                with machine_lock(wait_seconds=math.inf):
                    messages = run_way(way, rungs, peers_folder, cpus, LONG_SECONDS if part == "long" else SECONDS)
                results = {message["part"]: message for message in messages if message["event"] == "result"}
                versions |= next(
                    (message["versions"] for message in reversed(messages) if message["event"] == "versions"), {}
                )
                print(f"block {block} {way[0]} {way[1]}: {time.monotonic() - begin:.0f} s", flush=True)
                for rung in rungs:
                    result = results.get(f"{rung.probe.name}:{way[1]}", {"outcome": "timeout"})
                    yield line_of(result, rung, part, way, block, len(cpus))
    yield {"part": part, "job": str(job), "versions": versions}


def line_of(
    result: Mapping[str, Any], rung: Rung, part: str, way: tuple[str, str], block: int, threads: int
) -> dict[str, Any]:
    """Return what is kept of a way at a size in a block."""
    measures, windows = result.get("measures", {}), sorted(result.get("samples", {}).get("step_seconds", ()))
    times = {"undisturbed_ms": 1e3 * windows[len(windows) // 10] if windows else None}
    times |= {name: measures.get(name) for name in ("step_ms", "first_step_s", "build_s", "import_s", "steps")}
    return {
        "part": part, "family": rung.sizes.name, "sizes": rung.sizes.sizes, "work": rung.work, "candidate": way[0], "mode": way[1],
        "block": block, "outcome": result["outcome"], "threads": threads,
        **{name: float(f"{value:.6g}") if isinstance(value, float) else value for name, value in times.items()},
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description="Step times of all ways to train over the size of the job.")
    parser.add_argument("--parts", nargs="+", default=list(JOBS), choices=list(JOBS))
    parser.add_argument("--families", nargs="+", help="only these")
    parser.add_argument("--blocks", type=int, default=3, help="of the part long: one")
    parser.add_argument("--out", type=Path, default=RECORD)
    parser.add_argument("--threads", type=int, help="and processors (default: those of a measurement)")
    options = parser.parse_args()
    os.sched_setaffinity(0, system.worker_cpus()[: options.threads])
    begin = time.monotonic()
    for part in options.parts:
        for job in JOBS[part]:
            if options.families and job.name not in options.families:
                continue
            print(
                f"{part}: {job}",
                *(f"  {rung.sizes} ({rung.work / 1e9:.3g} GFLOP)" for rung in sizes_of(job, part)),
                sep="\n",
                flush=True,
            )
            with gzip.open(options.out, "at") as file:
                for line in record_job(job, part, 1 if part == "long" else options.blocks):
                    file.write(json.dumps(line) + "\n")
                    file.flush()
            print(f"{time.monotonic() - begin:.0f} s in all", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
