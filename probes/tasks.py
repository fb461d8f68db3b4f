"""Which child does what: exact probes together, timed probes in randomised blocks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from probes.candidates import REFERENCE, Candidate
from probes.catalogue import Probe

STEADY_SECONDS = {"quick": 0.35, "full": 3.0}
REFERENCE_SECONDS = 0.3


@dataclass(frozen=True)
class Task:
    """One child to come: a candidate and the (probe, mode) parts it does, in block `block` at position `order`."""

    candidate: Candidate
    parts: tuple[tuple[Probe, str], ...]
    block: int | None = None
    order: int = 0
    seconds: float = 0.0
    again: bool = False

    @property
    def kind(self) -> tuple[object, ...]:
        """Children of the same kind take about as long."""
        return self.candidate.id, tuple((probe.name, mode) for probe, mode in self.parts)

    def spec(self, cpus: list[int]) -> dict[str, Any]:
        """What child.py reads."""
        one = self.candidate
        parts = [
            {
                "key": f"{probe.name}:{mode}",
                "probe": probe.name,
                "mode": mode,
                "timed": probe.timed,
                "package": probe.package,
                "folder": str(probe.folder),
                "seconds": self.seconds,
                "gate": self.block in (None, 1) or self.again,
            }
            for probe, mode in self.parts
        ]
        stack = {"file": one.file, "imports": one.imports, "blocks": one.blocks}
        return {"parts": parts, "threads": len(cpus), "cpus": cpus, **stack}


def exact_tasks(candidates: Sequence[Candidate], probes: Sequence[Probe]) -> list[Task]:
    """All exact probes of a candidate in one process, those that want to be alone in one each."""
    groups = [[probe for probe in probes if not probe.alone], *([probe] for probe in probes if probe.alone)]
    candidates = sorted(
        candidates, key=lambda one: one.backend != "tensorflow"
    )  # the slowest first, to fill both places
    return [
        Task(candidate, tuple((probe, "") for probe in group)) for group in groups if group for candidate in candidates
    ]


def block_tasks(
    candidates: Sequence[Candidate], probes: Sequence[Probe], depth: str, seed: int, block: int
) -> list[Task]:
    """The children of one block: the NumPy reference first, then one process per candidate in a random order.

    The order depends on nothing but seed, block and candidates. Only in depth "full" there is one more process for a
    production mode that compiles for long.
    """
    seconds = STEADY_SECONDS[depth]
    tasks = []
    for candidate in candidates:
        ways = [(probe, probe.production.get(candidate.id, "")) for probe in probes]
        parts = [(probe, "default") for probe in probes]
        usual = ("together",) if depth == "quick" else ("together", "in full")
        parts += [(probe, "production") for probe, way in ways if way in usual]
        tasks.append(Task(candidate, tuple(parts), block, seconds=seconds))
        apart = [probe for probe, way in ways if way == "apart" and depth == "full"]
        tasks += [Task(candidate, ((probe, "production"),), block, seconds=seconds) for probe in apart]
    random.Random(f"{seed}:{block}").shuffle(tasks)
    tasks = [replace(task, order=position) for position, task in enumerate(tasks, 1)]
    known = tuple((probe, "reference") for probe in probes if (probe.folder / "on_numpy.py").is_file())
    return [Task(REFERENCE, known, block, seconds=REFERENCE_SECONDS), *tasks] if known else tasks
