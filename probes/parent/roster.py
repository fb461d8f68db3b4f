"""Which parts are still measured: not those that failed twice, nor those the budget cannot hold for enough blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from probes.candidates import Candidate
from probes.catalogue import Probe
from probes.parent.results import RETRIED, USEFUL
from probes.parent.tasks import Cost, Task, has_own_process
from probes.run import Outcome, Run

TWICE = 2


@dataclass
class Roster:
    """The parts of a session that go on, each named by candidate, probe and mode."""

    failures: dict[Cost, int] = field(default_factory=dict)
    dropped: set[Cost] = field(default_factory=set)

    def keeps(self, candidate: Candidate, probe: Probe, mode: str) -> bool:
        """Return whether this part is to be measured once more."""
        part = Cost(candidate.id, probe.name, mode)
        return part not in self.dropped and self.failures.get(part, 0) < TWICE

    def drop(self, part: Cost) -> bool:
        """Drop a part, and return whether it was measured until now."""
        is_new = part not in self.dropped
        self.dropped.add(part)
        return is_new

    def count_failures(self, runs: Sequence[Run]) -> None:
        """Count failures; a failure that another try would only repeat (a mismatch, a file not written) counts twice."""
        for run in runs:
            if run.outcome not in USEFUL and run.outcome is not Outcome.CANCELLED:
                part = Cost(run.candidate, run.probe, run.mode)
                self.failures[part] = self.failures.get(part, 0) + (1 if run.outcome in RETRIED else TWICE)

    def drop_excess(
        self, tasks: Sequence[Task], seconds_of: Callable[[Cost], float], seconds_per_block: float
    ) -> list[Task]:
        """Drop what does not fit: first modes in processes of their own, then probes, the last ones first.

        Args:
            tasks: the children of a block.
            seconds_of: what a part costs.
            seconds_per_block: what a block may cost.

        Returns:
            The children with the dropped parts alone. The first probe is never dropped.
        """
        seconds_left = seconds_per_block
        seconds_left -= sum(seconds_of(task.process_cost) for task in tasks if not _is_separate(task))
        dropped = set[Cost]()
        for number, costs in enumerate(_order_by_importance(tasks)):
            part_seconds = sum(map(seconds_of, costs))
            if part_seconds <= seconds_left or number == 0:
                seconds_left -= part_seconds
            else:
                dropped |= {cost for cost in costs if cost.probe}
        self.dropped |= dropped
        tasks_of_dropped = [
            replace(task, parts=tuple(part for part in task.parts if _cost_of(task, part) in dropped)) for task in tasks
        ]
        return [task for task in tasks_of_dropped if task.parts]


def _order_by_importance(tasks: Sequence[Task]) -> list[list[Cost]]:
    """Return the costs of a block grouped by what is dropped together: each probe, then each probe's separate modes."""
    groups: dict[tuple[bool, str], list[Cost]] = {}
    for task in tasks:
        is_separate = _is_separate(task)
        for part in task.parts:
            import_cost = [Cost(task.candidate.id)] if is_separate else []
            groups.setdefault((is_separate, part[0].name), []).extend([*import_cost, _cost_of(task, part)])
    names = list(dict.fromkeys(probe.name for task in tasks for probe, _ in task.parts))
    return [groups[key] for key in sorted(groups, key=lambda key: (key[0], names.index(key[1])))]


def _is_separate(task: Task) -> bool:
    """Return whether all parts of a task are modes with a process of their own."""
    return bool(task.parts) and all(has_own_process(task.candidate, probe, mode) for probe, mode in task.parts)


def _cost_of(task: Task, part: tuple[Probe, str]) -> Cost:
    """Return the key under which the time of a part is recorded."""
    return Cost(task.candidate.id, part[0].name, part[1])
