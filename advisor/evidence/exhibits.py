"""The probes as a reader meets them: their question, what they measure, and the four steps of their code."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from probes.candidates import CANDIDATES
from probes.catalogue import PROBES, Measure
from probes.steps import has_steps, read_steps


class Exhibit(Struct, frozen=True):
    """A probe as a reader meets it.

    Attributes:
        question: what it finds out about this machine.
        timed: whether it measures times, in blocks; otherwise its values are exact.
        static: whether it only reads source code and starts no process.
        depth: "quick" runs by default, "full" where it is asked for, "cluster" on the nodes of one.
        measures: by name, with unit and direction.
    """

    name: str
    question: str
    timed: bool
    static: bool
    depth: str
    measures: Mapping[str, Measure]


def probe_exhibits() -> dict[str, Exhibit]:
    """Return what `advise explain` shows of each probe, by name."""
    return {
        name: Exhibit(name, probe.question, probe.timed, probe.static, probe.depth, probe.measures)
        for name, probe in PROBES.items()
    }


def step_lines() -> dict[str, Mapping[str, str]]:
    """Return the lines of each training step (see `probes.steps`) in each framework that has them written."""
    files = dict.fromkeys(candidate.file for candidate in CANDIDATES.values())
    return {file: read_steps(file) for file in files if has_steps(file)}
