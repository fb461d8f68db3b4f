"""Which ways of a candidate the pilot drops: those that another way of the same candidate clearly beats."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterator, Sequence

from probes.candidates import Candidate
from probes.catalogue import Probe
from probes.frameworks import DEFAULT
from probes.parent.tasks import Cost, Task
from probes.run import Outcome, Run

TELLING = (Outcome.OK, Outcome.NO_STEADY_STATE)
"""Outcomes of a first look that may drop a way: while others disturb, nothing is dropped."""
BEATEN = 1.3
"""A way that takes so many times the step of another one in the pilot is not measured further."""


def beaten_parts(runs: Sequence[Run], tasks: Sequence[Task]) -> Iterator[tuple[Candidate, Probe, str, str]]:
    """Yield candidate, probe and mode of the beaten ways among the parts of some tasks, each with the reason; see `beaten_ways`."""
    in_user_sizes = {probe.name for task in tasks for probe, _ in task.parts if probe.sizes}
    reason_by_part = dict(beaten_ways(runs, [task.candidate for task in tasks], in_user_sizes))
    for task in tasks:
        for probe, mode in task.parts:
            if why := reason_by_part.get(Cost(task.candidate.id, probe.name, mode)):
                yield task.candidate, probe, mode, why


def beaten_ways(
    runs: Sequence[Run], candidates: Sequence[Candidate], in_user_sizes: Collection[str] = ()
) -> Iterator[tuple[Cost, str]]:
    """Yield the ways that are not worth more blocks, each with the reason in words.

    A way's step is taken from its fastest windows, which other programs disturb least. The default mode stays, for it is what a
    user gets without asking; but not in a user's sizes, where the best ways are compared.

    Args:
        runs: of the pilot, or of the first block where there was none.
        candidates: those measured, for the names of their ways.
        in_user_sizes: the probes that have a user's sizes.
    """
    step_by_part = {
        Cost(run.candidate, run.probe, run.mode): fast_step_seconds(run)
        for run in runs
        if run.outcome in TELLING and run.samples.get("step_seconds") and "same_as" not in run.measures
    }
    way_by_part = {Cost(who.id, "", way.id): way.name for who in candidates for way in who.ways}
    for part, seconds in step_by_part.items():
        others = {other: step for other, step in step_by_part.items() if other[:2] == part[:2]}
        best = min(others, key=others.__getitem__)
        if (part.mode != DEFAULT or part.probe in in_user_sizes) and seconds > BEATEN * others[best]:
            name = way_by_part.get(Cost(part.candidate, "", best.mode), "what one gets without asking")
            yield part, f"left out after a first look: {seconds / others[best]:.1f} times the step of {name}"


def fast_step_seconds(run: Run) -> float:
    """Return the median of the fastest quarter of a run's windows, in seconds per step."""
    windows = sorted(run.samples["step_seconds"])
    return statistics.median(windows[: max(1, len(windows) // 4)])
