"""What another way than the default costs in start-up, and under which conditions a step was timed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

from advisor.evidence.paired_comparison import measure_value
from advisor.evidence.runs import DEFAULT, REFERENCE, STEP, Evidence

if TYPE_CHECKING:
    from probes.run import Run

LEAST_BLOCKS = 2
"""A way that was dropped after a first look was measured in one."""
IN_MEMORY = "in memory"
"""How batches reach a step that gets them as they were made once (`probes.job.IN_MEMORY`)."""
CONDITIONS = ("precision", "batch", "feeding")


def fastest_modes(evidence: Evidence, probe: str) -> dict[str, str]:
    """Return for each candidate of a timed probe the mode with the shortest step, by the median over its blocks."""
    steps: dict[str, dict[str, float]] = {}
    for mode in evidence.modes(probe):
        for candidate, runs in evidence.blocks(probe, mode).items():
            times = [step for run in runs.values() if (step := measure_value(run, STEP))]
            if candidate != REFERENCE and len(times) >= LEAST_BLOCKS:
                steps.setdefault(candidate, {})[mode] = statistics.median(times)
    return {candidate: min(by_mode, key=by_mode.__getitem__) for candidate, by_mode in steps.items()}


def extra_start_seconds(evidence: Evidence, probe: str, candidate: str, mode: str) -> float | None:
    """Return how much longer a candidate's first step is waited for in a mode than by default.

    Args:
        evidence: the runs.
        probe: a timed one.
        candidate, mode: what is asked about.

    Returns:
        Seconds, the median over the blocks both were measured in; None without such blocks.
    """
    runs, default_runs = (evidence.blocks(probe, either).get(candidate, {}) for either in (mode, DEFAULT))
    blocks = sorted(set(runs) & set(default_runs))
    differences = [_start_difference(runs[block], default_runs[block]) for block in blocks]
    return statistics.median(differences) if differences else None


def _start_difference(run: Run, default_run: Run) -> float:
    """Return how much longer a run took to its first step than the default of its block, in seconds.

    Where both share a process, which their equal import time tells, builds are left out: the second one finds loaded what the first had
    to wait for.
    """
    one_process = run.measures.get("import_s") == default_run.measures.get("import_s")
    names = ("first_step_s",) if one_process else ("build_s", "first_step_s")
    return sum(measure_value(run, name) - measure_value(default_run, name) for name in names)


def conditions_of(runs: Sequence[Run]) -> dict[str, str | float]:
    """Return precision, batch and feeding as the last of some runs tells them; nothing where it was made before they were kept."""
    measures = runs[-1].measures if runs else {}
    return {name: measures[name] for name in CONDITIONS if name in measures}
