"""Records how the step times of all ways to train move with the size of the job: what the belief about distance is fitted on.

    python tests/benchmarks/size_grid.py --parts grid [--blocks 3] [--minutes 30] [--out FILE]

Each job of `JOBS` is measured at several sizes of its path (`advisor.evidence.ladder.path_of`), the largest within `MOST_WORK`, by
the protocol of every measurement: fresh processes in random order, in blocks. `grid` is what the belief is fitted on, `held-out` are
jobs of other shapes in the same families, which only judge it, `one-thread` is part of the grid on one core. What is kept of each way
in each block is a line of JSON: family, sizes, work, candidate, mode, block, seconds; machine and versions stand in the first line of
each part. Runs that others on the machine disturbed are kept and say so; `undisturbed_ms` is the time that a tenth of their windows stayed
below, which others move less. The fit is `held_out.py`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from advisor.evidence.ladder import APART, Rung, path_of, work_of
from advisor.knowledge.loading import load_pack
from advisor.knowledge.workload import Convolutional, Dense, Family, Recurrent, Transformer
from probes.machine import system
from probes.run import Run
from probes.suite import Plan, Progress, measure

RECORD = Path(__file__).parent / "size_grid.jsonl.gz"
MOST_WORK = {"grid": 8e9, "held-out": 8e9, "one-thread": 2e9}
"""Operations of a step, by part."""
SIZES = {"grid": 5, "held-out": 3, "one-thread": 3}
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
    "one-thread": (
        Transformer(width=512, blocks=8, heads=8, length=128, batch=4, vocabulary=8192),
        Dense(inputs=2048, hidden=2048, batch=512, classes=100),
    ),
}


def sizes_of(job: Family, part: str) -> list[Rung]:
    """Return the sizes at which a job is measured, the smallest first: each with at most a quarter of the work of the next."""
    rungs: list[Rung] = []
    for sizes in path_of(job):
        work = work_of(sizes)
        if work <= (rungs[-1].work / APART if rungs else MOST_WORK[part]) and len(rungs) < SIZES[part]:
            rungs.append(Rung(sizes, work))
    return rungs[::-1]


def line_of(run: Run, rung: Rung, part: str) -> dict[str, Any]:
    """Return what is kept of a run."""
    windows = sorted(run.samples.get("step_seconds", ()))
    times = {"undisturbed_ms": 1e3 * windows[len(windows) // 10] if windows else None}
    times |= {name: run.measures.get(name) for name in ("step_ms", "first_step_s", "build_s", "import_s", "steps")}
    return {
        "part": part, "family": rung.sizes.name, "sizes": rung.sizes.sizes, "work": rung.work, "candidate": run.candidate, "mode": run.mode,
        "block": run.block, "outcome": str(run.outcome), "threads": run.threads, **times,
    }  # fmt: skip


def record_job(job: Family, part: str, blocks: int, minutes: float) -> Iterator[dict[str, Any]]:
    """Measure a job at its sizes; yield a line on the machine, and one for each run of the blocks."""
    rungs = {rung.probe.name: rung for rung in sizes_of(job, part)}
    plan = Plan(
        load_pack().in_scope,
        tuple(rung.probe for rung in rungs.values()),
        blocks=blocks,
        budget_seconds=60 * minutes,
        seed=len(job.name),
    )
    told = False
    for event in measure(plan, wait_seconds=600):
        if isinstance(event, Progress):
            print(
                f"{event.used_seconds:6.0f} s  {event.phase} {event.block} {event.candidate} {event.note}", flush=True
            )
        elif isinstance(event, Run) and event.block is not None and not event.noise.get("pilot"):
            if not told:
                facts = ("cpu", "usable_cores", "physical_cores", "memory_mb", "os", "python")
                yield {
                    "part": part,
                    "job": str(job),
                    "started": event.started,
                    "machine": {name: event.machine.get(name) for name in facts},
                }
                told = True
            yield line_of(event, rungs[event.probe], part) | {"versions": event.versions}


def main() -> int:
    parser = argparse.ArgumentParser(description="Step times of all ways to train over the size of the job.")
    parser.add_argument("--parts", nargs="+", default=list(JOBS), choices=list(JOBS))
    parser.add_argument("--families", nargs="+", help="only these")
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=10.0, help="at most, for each job (default 10)")
    parser.add_argument("--out", type=Path, default=RECORD)
    options = parser.parse_args()
    begin = time.monotonic()
    for part in options.parts:
        if part == "one-thread":
            os.sched_setaffinity(0, system.worker_cpus()[:1])
        for job in JOBS[part]:
            if options.families and job.name not in options.families:
                continue
            print(
                f"{part}: {job}",
                *(f"  {rung.words} ({rung.work / 1e9:.3g} GFLOP)" for rung in sizes_of(job, part)),
                sep="\n",
                flush=True,
            )
            versions: dict[str, str] = {}
            with gzip.open(options.out, "at") as file:
                for line in record_job(job, part, options.blocks, options.minutes):
                    versions |= line.pop("versions", {})
                    file.write(json.dumps(line) + "\n")
                    file.flush()
                file.write(json.dumps({"part": part, "job": str(job), "versions": versions}) + "\n")
            print(f"{time.monotonic() - begin:.0f} s in all", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
