"""What the probes show of themselves: their question, what they measure, and the four steps of their code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from probes.candidates import CANDIDATES
from probes.catalogue import PROBES, Measure
from probes.steps import are_written, steps_of


@dataclass(frozen=True)
class Exhibit:
    """A probe as a reader meets it.

    Attributes:
        question: what it asks this machine.
        timed: whether it measures times, in blocks; otherwise its values are exact.
        static: whether it reads source code and starts nothing.
        in_full: whether it takes long, and so is measured only where it is asked for.
        measures: by name, with unit and which end is better.
    """

    name: str
    question: str
    timed: bool
    static: bool
    in_full: bool
    measures: Mapping[str, Measure]


def exhibits() -> dict[str, Exhibit]:
    """Return every probe."""
    return {
        name: Exhibit(name, one.question, one.timed, one.static, one.depth == "full", one.measures)
        for name, one in PROBES.items()
    }


def four_steps() -> dict[str, Mapping[str, str]]:
    """Return by framework the lines of each step (see `probes.steps`), where they are written."""
    files = dict.fromkeys(one.file for one in CANDIDATES.values())
    return {file: steps_of(file) for file in files if are_written(file)}
