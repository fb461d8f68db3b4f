"""One measurement from its registration to the last second try: what is started when, and what becomes of it."""

from __future__ import annotations

import contextlib
import secrets
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from probes.candidates import Candidate
from probes.catalogue import Probe
from probes.fingerprint import code_hash, folder_id, registered_code
from probes.machine import system
from probes.machine.accelerator import CPU, CUDA, choose_device
from probes.machine.scratch import ScratchFolder
from probes.parent import calibration, noise
from probes.parent.budget import Budget
from probes.parent.pilot import beaten_parts
from probes.parent.plan import Decided, Plan, Progress
from probes.parent.preflight import missing_modules
from probes.parent.process import Ending, Order, run_children
from probes.parent.results import (
    RETRIED,
    USEFUL,
    copy_same_modes,
    device_of,
    disturbed_outcome,
    make_runs,
    missing_reason,
    seconds_by_part,
)
from probes.parent.roster import Roster
from probes.parent.static import static_results
from probes.parent.tasks import Cost, StartedTask, Task, block_tasks, exact_tasks, pilot_tasks
from probes.parent.variables import process_variables
from probes.registration import Registration
from probes.run import Outcome, Run, current_time

EXACT_TOGETHER = 2  # exact children at a time: nothing is timed in them
EXACT_SHARE = 0.5  # of the budget, for all exact probes where there are timed ones too
Event = Run | Progress


@dataclass
class Session:
    """One invocation of `measure`: what all its children share."""

    plan: Plan
    candidates: Sequence[Candidate]
    probes: Sequence[Probe]
    budget: Budget
    python: str
    decided: Decided
    deadlines: dict[str, float]
    memory_limit: int | None
    placed: Mapping[str, Any] = field(default_factory=dict)
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    def __post_init__(self) -> None:
        self.machine = {**system.machine_facts(self.python), **self.placed}
        self.cpus = system.worker_cpus()
        self.memory_bytes = self.memory_limit or system.most_memory_of_a_child()
        self.calibration: dict[str, Any] = {}
        self.device, self.device_reason, self.peers_folder = CPU, "", ""
        self.tasks_to_retry: list[Task] = []
        self.counted_runs: list[Run] = []
        self.first_looks: list[Run] = []
        self.roster = Roster()

    def make_registration(self) -> Registration:
        """Return what this session is going to do."""
        folders = {probe.name: folder_id(probe.folder) for probe in self.probes if probe.is_own}
        return Registration(
            session=self.name,
            candidates=tuple(candidate.id for candidate in self.candidates),
            probes=tuple(probe.name for probe in self.probes),
            depth=self.plan.depth,
            looks=self.plan.looks,
            budget=self.budget.seconds,
            seed=self.plan.seed,
            started=current_time(),
            code={probe.name: registered_code(probe, *self.candidates) for probe in self.probes},
            own=tuple(folders),
            folders=folders,
            cluster={"engine": self.placed["engine"], "nodes": 1} if self.placed else {},
        )

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
        why = missing_reason(" and ".join(missing), candidate)
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
        for order, ending in run_children(self.make_order(Task(candidate, ()), CUDA) for candidate in candidates):
            device_by_candidate[order.key.task.candidate.id] = device_of(ending)
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
        """Run the blocks of timed probes: one process per candidate in random order, each after a calibration."""
        total = self.plan.looks[-1]
        for block in range(1, total + 1):
            tasks = block_tasks(candidates, probes, self.plan.depth, self.plan.seed, block, self.roster.keeps)
            if not any(probe.timed and mode != "reference" for task in tasks for probe, mode in task.parts):
                yield self.make_progress("block", None, block, "no candidate left")
                return
            if block > 1 and not self.fits(tasks, reserved=calibration.SECONDS):
                yield self.make_progress("block", None, block, f"no time for block {block} of {total}")
                return
            self.calibration = calibration.calibrate(len(self.cpus))
            for number, task in enumerate(tasks, 1):
                if not self.fits([task]):
                    yield self.make_progress("block", task, block, f"no time to finish block {block} of {total}")
                    return
                yield self.make_progress("block", task, block, number=number, count=len(tasks))
                yield from self.run_task(task)
            if block == 1:
                yield from self.drop_beaten(tasks)
                yield from self.drop_excess(tasks, self.plan.looks[0] - 1)
            if block in self.plan.looks[:-1] and self.decided(self.counted_runs):
                yield self.make_progress("block", None, block, f"every comparison is decided after block {block}")
                return

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
            self.roster.count_failures(runs)
            self.counted_runs += [run for run in runs if not task.pilot]
            self.first_looks += [run for run in runs if task.pilot or task.block == 1]
            yield from runs

    def run_tasks(self, tasks: Iterator[Task], at_most: int) -> Iterator[tuple[Task, list[Run]]]:
        """Run the children of tasks and yield each task with its runs."""
        for order, ending in run_children((self.make_order(task) for task in tasks), at_most):
            started_task: StartedTask = order.key
            for (probe, mode), seconds in seconds_by_part(ending, started_task.task.parts).items():
                self.budget.record_duration(Cost(started_task.task.candidate.id, probe, mode), seconds)
            yield started_task.task, self.runs_of_child(started_task, ending, at_most == 1)

    def make_order(self, task: Task, device: str = "") -> Order:
        """Return the order for the child of a task; only timed tasks run on the device of the session."""
        device = device or (self.device if task.timed else CPU)
        until = time.monotonic() + self.budget.seconds_to_deadline
        env = process_variables(task.candidate, device, len(self.cpus))
        key = StartedTask(task, current_time(), noise.read_moment())
        spec = task.child_spec(self.cpus, device, self.peers_folder)
        return Order(key, spec, env, self.python, self.deadlines, self.memory_bytes, until, task.candidate.folders)

    def runs_of_child(self, started_task: StartedTask, ending: Ending, alone: bool) -> list[Run]:
        """Return the runs of one finished child; its failures are noted for a second try."""
        task = started_task.task
        noise_fields = self.calibration | noise.noise_during(started_task.moment, ending, alone)
        noise_fields |= {"pilot": True} if task.pilot else {}
        noise_fields |= {"cpu_because": self.device_reason} if self.device_reason and task.timed else {}

        def make_run_of_part(probe: Probe, mode: str, **fields: Any) -> Run:
            """Return the run of one part."""
            if fields["outcome"] is Outcome.NOT_INSTALLED:
                fields["why"] = missing_reason(fields["why"], task.candidate)
            if task.retried:
                fields["measures"] = fields.get("measures", {}) | {"retried": True}
            if probe.timed and fields["outcome"] in USEFUL:
                fields |= disturbed_outcome(noise_fields["foreign_cpu"])
            part_fields = {"mode": mode, "block": task.block, "order": task.order, "noise": noise_fields}
            return self.make_run(
                task.candidate, probe, started=started_task.started, seconds=ending.seconds, **part_fields, **fields
            )

        runs = make_runs(ending, task.parts, make_run_of_part)
        for run, part in zip(runs, task.parts, strict=True):
            if run.outcome in RETRIED and not task.retried and not task.pilot:
                self.tasks_to_retry.append(replace(task, parts=(part,), whole_gate=True, retried=True))
        return [*runs, *copy_same_modes(runs, task.candidate, task.parts)]

    def make_run(self, candidate: Candidate, probe: Probe, **fields: Any) -> Run:
        """Return a run with what all runs of this session share."""
        fields = {"started": current_time(), "machine": self.machine, "code": code_hash(probe, candidate), **fields}
        return Run(session=self.name, probe=probe.name, candidate=candidate.id, **fields)

    def make_progress(
        self, phase: str, task: Task | None, block: int = 0, note: str = "", *, number: int = 0, count: int = 0
    ) -> Progress:
        """Return how far the session has come."""
        candidate = task.candidate.id if task else ""
        names = ", ".join(dict.fromkeys(probe.name for probe, _ in task.parts)) if task else ""
        used_seconds, left_seconds = round(self.budget.used_seconds, 1), round(self.budget.left_seconds, 1)
        blocks = self.plan.looks[-1] if block else 0
        return Progress(phase, block, blocks, candidate, names, used_seconds, left_seconds, note, number, count)
