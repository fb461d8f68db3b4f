"""What all children of one measurement share: its registration, their orders, and the runs that become of them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from probes.candidates import Candidate
from probes.catalogue import Probe
from probes.fingerprint import code_hash, folder_id, registered_code
from probes.machine import system
from probes.machine.accelerator import CPU
from probes.parent import noise
from probes.parent.budget import Budget
from probes.parent.plan import Decided, Plan, Progress
from probes.parent.process import Ending, Order
from probes.parent.results import (
    RETRIED,
    USEFUL,
    copy_same_modes,
    disturbed_outcome,
    make_runs,
    missing_reason,
    seconds_by_part,
)
from probes.parent.roster import Roster
from probes.parent.tasks import IN_TURN_SHARE, Cost, StartedTask, Task
from probes.parent.variables import process_variables
from probes.registration import Registration
from probes.run import Outcome, Run, current_time


def _start_of(task: Task) -> StartedTask:
    """Return a task with the state of the machine now, as its time begins to count."""
    return StartedTask(task, current_time(), noise.read_moment())


@dataclass
class Session:
    """One invocation of `measure`: what its children share, and what is known of it so far."""

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

    def take_in(self, ending: Ending, alone: bool) -> list[Run]:
        """Record what the parts of a child took, and return its runs."""
        started_task: StartedTask = ending.begun
        task = started_task.task
        for (probe, mode), seconds in seconds_by_part(ending, task.parts).items():
            if probe:
                self.budget.record_duration(Cost(task.candidate.id, probe, mode), seconds)
            elif task.in_turn:
                self.budget.record_duration(task.process_cost, seconds + ending.import_seconds / len(self.cpus))
            else:
                self.budget.record_duration(task.process_cost, seconds)
                self.budget.record_duration(replace(task, in_turn=True).process_cost, IN_TURN_SHARE * seconds)
        return self.runs_of_child(started_task, ending, alone)

    def make_order(self, task: Task, device: str = "") -> Order:
        """Return the order for the child of a task; only timed tasks run on the device of the session."""
        device = device or (self.device if task.timed else CPU)
        until = time.monotonic() + self.budget.seconds_to_deadline
        env = process_variables(task.candidate, device, len(self.cpus))
        spec = task.child_spec(self.cpus, device, self.peers_folder)
        return Order(
            partial(_start_of, task),
            spec,
            env,
            self.python,
            self.deadlines,
            self.memory_bytes,
            until,
            task.candidate.folders,
        )

    def runs_of_child(self, started_task: StartedTask, ending: Ending, alone: bool) -> list[Run]:
        """Return the runs of one finished child; its failures are noted for a second try."""
        task = started_task.task
        noise_fields = self.calibration | noise.noise_during(started_task.moment, ending, alone)
        noise_fields |= {"pilot": True} if task.pilot else {}
        noise_fields |= {"cpu_because": self.device_reason} if self.device_reason and task.timed else {}

        def make_run_of_part(probe: Probe, mode: str, **fields: Any) -> Run:
            """Return the run of one part."""
            if fields["outcome"] is Outcome.NOT_INSTALLED:
                fields["why"] = missing_reason([fields["why"]], task.candidate)
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
