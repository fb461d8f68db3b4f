"""Which parts are still measured: not those that failed twice, nor those the budget cannot hold for enough blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from probes.candidates import Candidate
from probes.catalogue import Probe
from probes.parent.results import RETRIED, USEFUL
from probes.parent.tasks import Cost, Task, apart
from probes.run import Outcome, Run

TWICE = 2


@dataclass
class Roster:
    """The parts of a session that go on, each named by candidate, probe and mode."""

    failures: dict[Cost, int] = field(default_factory=dict)
    dropped: set[Cost] = field(default_factory=set)

    def keeps(self, candidate: Candidate, probe: Probe, mode: str) -> bool:
        """Whether this part is to be measured once more."""
        part = Cost(candidate.id, probe.name, mode)
        return part not in self.dropped and self.failures.get(part, 0) < TWICE

    def note(self, runs: Sequence[Run]) -> None:
        """Count failures; what another try would only repeat (a mismatch, a file not written) counts twice."""
        for run in runs:
            if run.outcome not in USEFUL and run.outcome is not Outcome.CANCELLED:
                part = Cost(run.candidate, run.probe, run.mode)
                self.failures[part] = self.failures.get(part, 0) + (1 if run.outcome in RETRIED else TWICE)

    def trim(self, tasks: Sequence[Task], seconds: Callable[[Cost], float], room: float) -> list[Task]:
        """Drop the probes, last ones first, and before them the modes with a process of their own, that do not fit.

        Args:
            tasks: the children of a block.
            seconds: what a part costs.
            room: seconds for one block.

        Returns:
            The children with the dropped parts alone. The first probe is never dropped.
        """
        room -= sum(seconds(Cost(task.candidate.id)) for task in tasks if not _apart(task))
        gone = set[Cost]()
        for number, costs in enumerate(_in_order_of_importance(tasks)):
            price = sum(map(seconds, costs))
            if price <= room or number == 0:
                room -= price
            else:
                gone |= {cost for cost in costs if cost.probe}
        self.dropped |= gone
        left = [replace(task, parts=tuple(p for p in task.parts if _cost(task, p) in gone)) for task in tasks]
        return [task for task in left if task.parts]


def _in_order_of_importance(tasks: Sequence[Task]) -> list[list[Cost]]:
    """The costs of a block grouped by what is dropped together: each probe, then each probe's modes apart."""
    groups: dict[tuple[bool, str], list[Cost]] = {}
    for task in tasks:
        alone = _apart(task)
        for part in task.parts:
            whole = [Cost(task.candidate.id)] if alone else []
            groups.setdefault((alone, part[0].name), []).extend([*whole, _cost(task, part)])
    names = list(dict.fromkeys(probe.name for task in tasks for probe, _ in task.parts))
    return [groups[key] for key in sorted(groups, key=lambda key: (key[0], names.index(key[1])))]


def _apart(task: Task) -> bool:
    return bool(task.parts) and all(apart(task.candidate, probe, mode) for probe, mode in task.parts)


def _cost(task: Task, part: tuple[Probe, str]) -> Cost:
    return Cost(task.candidate.id, part[0].name, part[1])
