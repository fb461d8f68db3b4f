"""Is a probe's step the step of hand-written code, and what does the harness add to a process?

    python tests/benchmarks/fairness.py [--tasks mlp cnn recurrent transformer] [--candidates …] [--times 5] [--threads 1]
    python tests/benchmarks/fairness.py --best [--no-harness]     # the best way of the probe against the best script

For each task and candidate a child of the harness and a script of `bare/`, which computes the same without it, take turns in
fresh processes with the same threads and processors; printed are both median steps and the mean ratio of the pairs with its
90 % interval (wanted: within 5 %). Then, in turns as well, a child that is given nothing to do and a process that imports the
same modules: what the harness adds to every process (wanted: at most 1 s). A busy machine widens the intervals; nothing here
is a test.

With `--best` each way of the probe and each option of the scripts of `best_practice/` is run once, and the fastest of both then take turns
(wanted: at most 1.05). Those scripts were written by somebody who knew the four models and their optimiser, and had not seen the probes; their
options stand in their docstrings, each with its page of a performance guide.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import children

from advisor.evidence.intervals import interval_of
from probes.candidates import CANDIDATES, Candidate
from probes.catalogue import PROBES
from probes.machine.accelerator import CPU
from probes.machine.lock import machine_lock
from probes.parent.process import HEAP
from probes.parent.tasks import modes_measured
from probes.parent.variables import process_variables as child_variables

BARE = Path(__file__).with_name("bare")
BEST_PRACTICE = Path(__file__).with_name("best_practice")
TASKS = {"mlp": "training-step", "cnn": "cnn-step", "recurrent": "recurrent-step", "transformer": "transformer-step"}


def bare_variables(candidate: Candidate) -> dict[str, str]:
    """Return the environment of a bare process: the threads and settings a child of the harness gets, and its heap."""
    return os.environ | HEAP | child_variables(candidate, CPU, len(own_cpus()))


def own_cpus() -> list[int]:
    """Return the processors of this process and all it starts."""
    return sorted(os.sched_getaffinity(0))


def run_script(candidate: Candidate, *arguments: str, folder: Path = BARE) -> str | None:
    """Return what a hand-written script for a candidate prints; None where it failed, or an option is not for this task."""
    done = subprocess.run(
        [sys.executable, str(folder / f"on_{candidate.file}.py"), *arguments],
        env=bare_variables(candidate), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout if done.returncode == 0 else None


def time_bare_step(candidate: Candidate, task: str, mode: str, seconds: float, folder: Path = BARE) -> float | None:
    """Return the seconds of a step in hand-written code; None where it failed."""
    printed = run_script(candidate, task, mode, str(seconds), str(len(own_cpus())), folder=folder)
    return float(json.loads(printed.splitlines()[-1])["step_s"]) if printed else None


def time_probe_step(candidate: Candidate, task: str, mode: str, seconds: float) -> float | None:
    """Return the seconds of a step in a child of the harness; None where it failed."""
    run = children.run_child(candidate, own_cpus(), PROBES[TASKS[task]], mode, seconds)
    return run.measures["step_ms"] / 1e3 if run.measures else None


def time_pairs(
    candidate: Candidate, task: str, mode: str, seconds: float, times: int, option: str = "", folder: Path = BARE
) -> Iterator[tuple[float, float]]:
    """Yield the step times of probe and script, which take turns in going first; its option is by default the probe's mode."""
    for turn in range(times):
        if turn % 2:
            bare = time_bare_step(candidate, task, option or mode, seconds, folder)
            probe = time_probe_step(candidate, task, mode, seconds)
        else:
            probe = time_probe_step(candidate, task, mode, seconds)
            bare = time_bare_step(candidate, task, option or mode, seconds, folder)
        if probe is not None and bare is not None:
            yield probe, bare


def find_best(time_step: Callable[[str], float | None], names: Sequence[str]) -> str:
    """Return the name with the shortest step, each tried once; those that fail are left out."""
    seconds_by_name = {name: seconds for name in names if (seconds := time_step(name)) is not None}
    print("   ", ", ".join(f"{name} {1e3 * seconds:.3f} ms" for name, seconds in seconds_by_name.items()), flush=True)
    return min(seconds_by_name, key=seconds_by_name.__getitem__)


def print_best(names: Sequence[str], tasks: Sequence[str], seconds: float, times: int) -> None:
    """Print the step times of the best way of each probe and of the best script, and their ratio."""
    for task in tasks:
        probe = PROBES[TASKS[task]]
        for name in names:
            candidate = CANDIDATES[name]
            print(f"{task}, {name}: ways of the probe, then options of the script", flush=True)
            modes = [
                "default",
                *(mode for mode in modes_measured(candidate, probe) if mode not in same_modes(candidate)),
            ]
            way = find_best(lambda mode: time_probe_step(candidate, task, mode, seconds), modes)  # noqa: B023
            options = (run_script(candidate, "--list", folder=BEST_PRACTICE) or "").split()
            option = find_best(lambda mode: time_bare_step(candidate, task, mode, seconds, BEST_PRACTICE), options)  # noqa: B023
            pairs = list(time_pairs(candidate, task, way, seconds, times, option, BEST_PRACTICE))
            estimate = interval_of([math.log(probe / bare) for probe, bare in pairs])
            probe_ms, bare_ms = (1e3 * statistics.median(column) for column in zip(*pairs, strict=True))
            print(
                f"    {way} {probe_ms:.3f} ms over {option} {bare_ms:.3f} ms: "
                f"{estimate.ratio:.3f}  {estimate.low:.3f} to {estimate.high:.3f}",
                flush=True,
            )


def same_modes(candidate: Candidate) -> list[str]:
    """Return the ways that are the default already."""
    return [way.id for way in candidate.ways if way.when == "same"]


def time_imports(candidate: Candidate) -> float:
    """Return the wall time of a process that imports what the candidate needs, with the same modules blocked."""
    script = "import sys\nfor name in sys.argv[1].split(): sys.modules[name] = None\n"
    script += "\n".join(f"import {name}" for name in ("numpy", *candidate.imports)) + "\nimport os\nos._exit(0)"
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-P", "-c", script, " ".join(candidate.blocks)],
        env=bare_variables(candidate), capture_output=True, check=True,
    )  # fmt: skip
    return time.perf_counter() - begin


def time_overhead(candidate: Candidate, times: int) -> list[float]:
    """Return how many seconds longer than such a process a child without work takes."""
    return [children.run_child(candidate, own_cpus()).seconds - time_imports(candidate) for _ in range(times)]


def print_steps(names: Sequence[str], tasks: Sequence[str], mode: str, seconds: float, times: int) -> None:
    """Print the step times of both, and their ratio."""
    print(f"steps, {mode} mode, {times} pairs of processes, {seconds:g} s each\n")
    print(f"{'task':12}{'candidate':20}{'probe ms':>10}{'bare ms':>10}{'ratio':>8}  90 % interval")
    for task in tasks:
        for name in names:
            step_times = list(time_pairs(CANDIDATES[name], task, mode, seconds, times))
            if len(step_times) < 2:
                print(f"{task:12}{name:20}  fewer than two pairs: failed, or --times 1")
                continue
            estimate = interval_of([math.log(probe / bare) for probe, bare in step_times])
            probe, bare = (1e3 * statistics.median(column) for column in zip(*step_times, strict=True))
            print(
                f"{task:12}{name:20}{probe:10.3f}{bare:10.3f}{estimate.ratio:8.3f}  {estimate.low:.3f} to {estimate.high:.3f}",
                flush=True,
            )


def main() -> int:
    parser = argparse.ArgumentParser(description="A probe's step over that of hand-written code.")
    parser.add_argument("--tasks", nargs="*", default=list(TASKS), choices=list(TASKS))
    parser.add_argument("--candidates", nargs="+", default=list(CANDIDATES), choices=list(CANDIDATES))
    parser.add_argument("--mode", default="default", choices=("default", "production"))
    parser.add_argument("--times", type=int, default=5, help="pairs of processes (default 5)")
    parser.add_argument("--seconds", type=float, default=1.0, help="of steady steps in each process (default 1)")
    parser.add_argument("--threads", type=int, help="and processors (default: those of a measurement)")
    parser.add_argument("--best", action="store_true", help="the best way against the best script")
    parser.add_argument("--no-harness", action="store_true", help="leave out what the harness adds")
    options = parser.parse_args()
    os.sched_setaffinity(0, children.cpus_for(options.threads))
    with machine_lock():
        if options.best:
            print_best(options.candidates, options.tasks, options.seconds, options.times)
        else:
            print_steps(options.candidates, options.tasks, options.mode, options.seconds, options.times)
        if options.no_harness:
            return 0
        print(
            f"\nharness, {options.times} pairs of processes\n\n{'candidate':20}{'added s':>10}  (smallest to largest)"
        )
        for name in options.candidates:
            factors = sorted(time_overhead(CANDIDATES[name], options.times))
            print(f"{name:20}{statistics.median(factors):10.3f}  ({factors[0]:.3f} to {factors[-1]:.3f})", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
