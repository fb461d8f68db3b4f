"""How far does a probe predict a longer job of another shape? The one check the probes have not seen.

    python tests/benchmarks/held_out.py [--families mlp cnn recurrent transformer] [--blocks 5] [--seconds 10]

For each family the candidates' steps are taken twice: by the probe as it stands, in some processes of a third of a second,
and in one process of some seconds by a job of the same kind in another shape (`JOBS`), whose NumPy reference its gate passes
too. Ways to train are a candidate in its default mode, and TensorFlow also with tf.function. Printed are all ways in the
job's order with both ratios to the job's fastest; then, over the families, how many pairs that are at least 1.25 apart in
the job the probe put in the same order, and the median and largest factor by which its ratio of two ways is off.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import children

from probes.candidates import CANDIDATES
from probes.catalogue import Probe
from probes.machine.lock import machine_lock

sys.path.append(str(Path(__file__).parents[1] / "probes"))
import resized

APART = 1.25
JOBS: dict[str, tuple[str, dict[str, Any]]] = {
    "mlp": ("training_step", {"inputs": 512, "hidden": 512, "classes": 100, "batch": 256}),
    "cnn": ("cnn_step", {"side": 48, "channels": (3, 32, 64), "classes": 20, "batch": 32}),
    "recurrent": ("recurrent_step", {"vocabulary_size": 4000, "width": 64, "units": 128, "length": 60, "batch": 64}),
    "transformer": ("transformer_step", {"vocabulary_size": 2048, "width": 128, "heads": 8, "blocks": 4, "length": 64, "batch": 32}),
}  # fmt: skip
WAYS = tuple((name, "default") for name in CANDIDATES), (("tensorflow", "production"),)
Way = tuple[str, str]


@dataclass(frozen=True)
class Predicted:
    """A pair of ways: by what factor the second is slower in the job, and in the probe."""

    job: float
    probe: float

    @property
    def keeps_order(self) -> bool:
        """Whether the probe has the same order."""
        return math.log(self.job) * math.log(self.probe) > 0

    @property
    def error_factor(self) -> float:
        """The factor between both ratios, at least 1."""
        return math.exp(abs(math.log(self.job / self.probe)))


def time_step(mode_of: Way, probe: Probe, seconds: float, processes: int) -> float | None:
    """Return the median step in milliseconds over some processes; None where one failed."""
    cpus = sorted(os.sched_getaffinity(0))
    runs = (children.run_child(CANDIDATES[mode_of[0]], cpus, probe, mode_of[1], seconds) for _ in range(processes))
    steps = [run.measures.get("step_ms") for run in runs]
    return None if None in steps else statistics.median(steps)


def time_job_and_probe(
    name: str, jobs: Mapping[str, Probe], seconds: float, blocks: int
) -> dict[Way, tuple[float, float]]:
    """Return by way the steps of the job and of the probe, in milliseconds."""
    times = {}
    for candidate_mode in (*WAYS[0], *WAYS[1]):
        job, probe = (
            time_step(candidate_mode, jobs[name], seconds, 1),
            time_step(candidate_mode, children.probes_by_folder()[name], 0.35, blocks),
        )
        if job is not None and probe is not None:
            times[candidate_mode] = job, probe
    return times


def pair_ways(times: Mapping[Way, tuple[float, float]]) -> list[Predicted]:
    """Return every pair of ways, the one that is slower in the job second."""
    pairs = combinations(sorted(times.values()), 2)
    return [Predicted(slow[0] / fast[0], slow[1] / fast[1]) for fast, slow in pairs]


def print_family(family: str, times: Mapping[Way, tuple[float, float]]) -> None:
    print(f"\n{family}: {JOBS[family][1]}")
    print(f"  {'':32}{'job ms':>10}{'ratio':>8}{'probe ms':>10}{'ratio':>8}")
    first = min(times.values())
    for (name, mode), (job, probe) in sorted(times.items(), key=lambda item: item[1]):
        label = name if mode == "default" else f"{name}, {mode}"
        print(f"  {label:32}{job:10.3f}{job / first[0]:8.2f}{probe:10.3f}{probe / first[1]:8.2f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description="The ranking of a probe against that of a longer job of another shape."
    )
    parser.add_argument("--families", nargs="+", default=list(JOBS), choices=list(JOBS))
    parser.add_argument("--blocks", type=int, default=5, help="processes of the probe for each way (default 5)")
    parser.add_argument("--seconds", type=float, default=10.0, help="of steady steps of the job (default 10)")
    parser.add_argument("--threads", type=int, help="and processors (default: those of a measurement)")
    options = parser.parse_args()
    os.sched_setaffinity(0, children.cpus_for(options.threads))
    every: list[Predicted] = []
    with machine_lock(), tempfile.TemporaryDirectory() as place:
        sizes = dict(JOBS[family] for family in options.families)
        jobs = children.probes_by_folder(resized.write_resized(Path(place, "jobs"), sizes))
        for family in options.families:
            times = time_job_and_probe(JOBS[family][0], jobs, options.seconds, options.blocks)
            if times:
                print_family(family, times)
                every += pair_ways(times)
    apart = [pair for pair in every if pair.job >= APART]
    print(
        f"\npairs at least {APART} apart in the job: {sum(pair.keeps_order for pair in apart)} of {len(apart)} in the same order"
    )
    if every:
        off = [pair.error_factor for pair in every]
        print(f"ratio of two ways off by a factor of {statistics.median(off):.2f} (median), {max(off):.2f} (largest)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
