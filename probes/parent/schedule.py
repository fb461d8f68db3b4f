"""Which children of a measurement run when: exact probes, pilot, blocks, second tries, within the budget."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace

from probes.candidates import Candidate
from probes.catalogue import Probe
from probes.machine import system
from probes.machine.accelerator import CPU, CUDA, choose_device
from probes.machine.scratch import ScratchFolder
from probes.parent import calibration
from probes.parent.children import run_children, run_children_in_turn
from probes.parent.pilot import beaten_parts
from probes.parent.plan import Progress
from probes.parent.preflight import missing_modules
from probes.parent.results import device_of, missing_reason
from probes.parent.session import Session
from probes.parent.static import static_results
from probes.parent.tasks import Cost, Task, block_tasks, exact_tasks, pilot_tasks
from probes.run import Outcome, Run

EXACT_TOGETHER = 2  # exact children at a time: nothing is timed in them
EXACT_SHARE = 0.5  # of the budget, for all exact probes where there are timed ones too
BYTES_TO_IMPORT = 1_500_000_000  # that a process holds once its framework is imported, with some to spare
Event = Run | Progress


class Schedule(Session):
    """A session that runs its children in order."""

    def run_all(self) -> Iterator[Event]:
        """Run everything in order: static probes, missing candidates, exact and timed probes, second tries."""
        for probe in [probe for probe in self.probes if probe.static]:
            yield from self.run_static(probe)
        probes_to_run = [probe for probe in self.probes if not probe.static]
        if not probes_to_run:
            return
        candidates_installed = []
        for candidate, missing in missing_modules(self.candidates, self.python):
            if missing:
                yield from self.report_missing(candidate, probes_to_run, missing)
            else:
                candidates_installed.append(candidate)
        timed = [probe for probe in probes_to_run if probe.timed]
        yield from self.run_exact(
            candidates_installed, [probe for probe in probes_to_run if not probe.timed], bool(timed)
        )
        with self.peer_folder(timed):
            if candidates_installed and timed:
                yield from self.choose_device(candidates_installed)
                if self.plan.depth == "full":
                    yield from self.run_pilot(candidates_installed, timed)
                yield from self.run_blocks(candidates_installed, timed)
            yield from self.retry_failed()

    @contextlib.contextmanager
    def peer_folder(self, timed: list[Probe]) -> Iterator[None]:
        """Provide a folder in which candidates of probes without a reference are compared."""
        if all(probe.has_reference for probe in timed):
            yield
            return
        with ScratchFolder() as self.peers_folder:
            yield

    def refuse_all(self) -> Iterator[Run]:
        """Yield a run without measurement for every part: this system cannot supervise children."""
        why = f"measuring needs a POSIX system, this is {sys.platform}: use WSL2"
        for candidate in self.candidates:
            for probe in self.probes:
                yield self.make_run(candidate, probe, outcome=Outcome.UNSUPPORTED, why=why)

    def run_static(self, probe: Probe) -> Iterator[Run]:
        """Run a probe that reads source code: no child, no framework."""
        for candidate, fields in static_results(probe, self.candidates):
            yield self.make_run(candidate, probe, **fields)

    def report_missing(self, candidate: Candidate, probes: list[Probe], missing: list[str]) -> Iterator[Run]:
        """Yield one run per probe of a candidate whose modules are not installed."""
        why = missing_reason(missing, candidate)
        for probe in probes:
            yield self.make_run(candidate, probe, outcome=Outcome.NOT_INSTALLED, why=why)

    def run_exact(self, candidates: list[Candidate], probes: list[Probe], timed: bool) -> Iterator[Event]:
        """Run exact probes, two processes at a time, then those that need a quiet machine, one at a time."""
        reserved = (1 - EXACT_SHARE) * self.budget.seconds if timed else 0.0
        tasks_by_quiet = {
            quiet: exact_tasks(candidates, [probe for probe in probes if probe.quiet is quiet])
            for quiet in (False, True)
        }
        count, number = sum(map(len, tasks_by_quiet.values())), 0
        for at_most, quiet in ((EXACT_TOGETHER, False), (1, True)):
            tasks = tasks_by_quiet[quiet]
            if tasks:
                yield self.make_progress("exact", tasks[0], number=number + 1, count=count)
            skipped: list[Task] = []
            for task, runs in self.run_tasks(self._fitting_tasks(tasks, reserved, skipped), at_most):
                yield from runs
                number += 1
                yield self.make_progress("exact", task, number=number, count=count)
            for task in skipped:
                yield from self.cancelled_runs(
                    task, f"the time budget of {self.budget.seconds:g} s left no room for it"
                )

    def _fitting_tasks(self, tasks: list[Task], reserved: float, skipped: list[Task]) -> Iterator[Task]:
        """Yield the tasks that still fit into the budget; the others are added to `skipped`."""
        for task in tasks:
            if self.fits([task], reserved):
                yield task
            else:
                skipped.append(task)

    def cancelled_runs(self, task: Task, why: str) -> Iterator[Run]:
        """Yield the runs of a task there was no time for."""
        for probe, mode in task.parts:
            yield self.make_run(task.candidate, probe, mode=mode, outcome=Outcome.CANCELLED, why=why)

    def choose_device(self, candidates: list[Candidate]) -> Iterator[Event]:
        """Ask each candidate's build whether it can use the GPU: all are timed on the same device."""
        if not self.machine["gpus"]:
            return
        device_by_candidate = {}
        yield self.make_progress("device", None)
        for ending in run_children(self.make_order(Task(candidate, ()), CUDA) for candidate in candidates):
            device_by_candidate[ending.begun.task.candidate.id] = device_of(ending)
        self.device, self.device_reason = choose_device(device_by_candidate)
        if self.device_reason:
            yield self.make_progress("device", None, note=self.device_reason)

    def run_pilot(self, candidates: list[Candidate], probes: list[Probe]) -> Iterator[Event]:
        """Run a block that does not count: it shows who passes the gate and what a block costs."""
        tasks = pilot_tasks(candidates, probes, self.plan.depth, self.plan.seed)
        for number, task in enumerate(tasks, 1):
            if self.fits([task]):
                yield self.make_progress("pilot", task, number=number, count=len(tasks))
                yield from self.run_task(task)
        yield from self.drop_beaten(tasks)
        yield from self.drop_excess(tasks, blocks=self.plan.looks[0])

    def run_blocks(self, candidates: list[Candidate], probes: list[Probe]) -> Iterator[Event]:
        """Run the blocks of timed probes: one process per candidate in random order, each block after a calibration."""
        total = self.plan.looks[-1]
        for block in range(1, total + 1):
            tasks = block_tasks(candidates, probes, self.plan.depth, self.plan.seed, block, self.roster.keeps)
            if block > 1:
                tasks = self.import_together(tasks)
            if not any(probe.timed and mode != "reference" for task in tasks for probe, mode in task.parts):
                yield self.make_progress("block", None, block, "no candidate left")
                return
            if block > 1 and not self.fits(tasks, reserved=calibration.SECONDS):
                yield self.make_progress("block", None, block, f"no time for block {block} of {total}")
                return
            self.calibration = calibration.calibrate(len(self.cpus))
            run_block = self.run_in_turn if all(task.in_turn for task in tasks) else self.run_one_by_one
            if not (yield from run_block(tasks, block)):
                return
            if block == 1:
                yield from self.drop_beaten(tasks)
                yield from self.drop_excess(self.import_together(tasks), self.plan.looks[0] - 1)
            if block in self.plan.looks[:-1] and self.decided(self.counted_runs):
                yield self.make_progress("block", None, block, f"every comparison is decided after block {block}")
                return

    def import_together(self, tasks: list[Task]) -> list[Task]:
        """Return the tasks of a block such that they import at the same time, where that saves time and changes nothing that is timed.

        It does not where a GPU's memory would be held by those that wait, where there is one processor or little memory, nor at full
        depth, where the import is measured in every block and a way that compiles for long has a process of its own.
        """
        together = len({task.candidate.id for task in tasks}) == len(tasks) > 1 and self.plan.depth == "quick"
        fits_memory = system.available_memory() > BYTES_TO_IMPORT * len(tasks)
        if not together or self.device != CPU or len(self.cpus) < 2 or not fits_memory:
            return tasks
        return [replace(task, in_turn=True) for task in tasks]

    def run_one_by_one(self, tasks: list[Task], block: int) -> Generator[Event, None, bool]:
        """Run the tasks of a block one after the other; return whether the budget held all of them."""
        for number, task in enumerate(tasks, 1):
            if not self.fits([task]):
                note = f"no time to finish block {block} of {self.plan.looks[-1]}"
                yield self.make_progress("block", task, block, note)
                return False
            yield self.make_progress("block", task, block, number=number, count=len(tasks))
            yield from self.run_task(task)
        return True

    def run_in_turn(self, tasks: list[Task], block: int) -> Generator[Event, None, bool]:
        """Run the tasks of a block, which import at the same time and are then timed one after the other; return True."""
        orders, count = [self.make_order(task) for task in tasks], len(tasks)
        yield self.make_progress("block", tasks[0], block, number=1, count=count)
        for number, ending in enumerate(run_children_in_turn(orders, len(self.cpus)), 2):
            yield from self.count_runs(ending.begun.task, self.take_in(ending, alone=True))
            if number <= count:
                yield self.make_progress("block", tasks[number - 1], block, number=number, count=count)
        return True

    def drop_beaten(self, tasks: list[Task]) -> Iterator[Event]:
        """Drop the ways of a candidate that another one of its ways clearly beat in these tasks, and yield their runs."""
        for candidate, probe, mode, why in beaten_parts(self.first_looks, tasks):
            if self.roster.drop(Cost(candidate.id, probe.name, mode)):
                yield self.make_run(candidate, probe, mode=mode, outcome=Outcome.CANCELLED, why=why)

    def drop_excess(self, tasks: list[Task], blocks: int) -> Iterator[Event]:
        """Drop what the budget cannot hold `blocks` blocks of, and yield its runs."""
        seconds_per_block = self.budget.left_seconds / blocks if blocks else float("inf")
        why = f"the time budget of {self.budget.seconds:g} s has no room for {self.plan.looks[0]} blocks of it"
        for task in self.roster.drop_excess(tasks, self.budget.expected_seconds, seconds_per_block):
            yield from self.cancelled_runs(task, why)

    def retry_failed(self) -> Iterator[Event]:
        """Run once more what failed once, each part in a process of its own."""
        tasks, self.tasks_to_retry = self.tasks_to_retry, []
        for number, task in enumerate(tasks, 1):
            if self.fits([task]):
                yield self.make_progress("retry", task, task.block or 0, number=number, count=len(tasks))
                yield from self.run_task(task)

    def fits(self, tasks: Iterable[Task], reserved: float = 0.0) -> bool:
        """Return whether children would end within the budget, less what is reserved for others."""
        needed = sum(self.budget.expected_seconds(cost) for task in tasks for cost in task.costs)
        return needed <= self.budget.left_seconds - reserved

    def run_task(self, task: Task) -> Iterator[Run]:
        """Run one task while no other child runs."""
        for _, runs in self.run_tasks(iter([task]), 1):
            yield from self.count_runs(task, runs)

    def run_tasks(self, tasks: Iterator[Task], at_most: int) -> Iterator[tuple[Task, list[Run]]]:
        """Run the children of tasks and yield each task with its runs."""
        for ending in run_children((self.make_order(task) for task in tasks), at_most):
            yield ending.begun.task, self.take_in(ending, at_most == 1)

    def count_runs(self, task: Task, runs: list[Run]) -> list[Run]:
        """Remember the runs of a timed task for what is decided later, and return them."""
        self.roster.count_failures(runs)
        self.counted_runs += [run for run in runs if not task.pilot]
        self.first_looks += [run for run in runs if task.pilot or task.block == 1]
        return runs
