"""One measurement from its registration to the last second try: what is started when, and what becomes of it."""

from __future__ import annotations

import contextlib
import secrets
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from probes.candidates import Candidate
from probes.catalogue import BUILT_IN, Probe
from probes.fingerprint import fingerprint
from probes.frameworks import roots
from probes.machine import system
from probes.machine.accelerator import CPU, CUDA, choose
from probes.parent import calibration, noise
from probes.parent.budget import Budget
from probes.parent.plan import Decided, Plan, Progress
from probes.parent.preflight import missing_modules
from probes.parent.process import Ending, Order, supervise
from probes.parent.results import RETRIED, USEFUL, device_of, disturbed, missing_words, runs_of, same_again, spent
from probes.parent.roster import Roster
from probes.parent.tasks import Cost, Task, block_tasks, exact_tasks, pilot_tasks
from probes.parent.variables import variables
from probes.registration import Registration
from probes.run import Outcome, Run

TOGETHER = 2  # exact children at a time: nothing is timed in them
EXACT_SHARE = 0.5  # of the budget, for all exact probes where there are timed ones too
MEMORY_SHARE = 0.6
Event = Run | Progress


@dataclass(frozen=True)
class Started:
    """A task whose child has been started, and the state of the machine just before."""

    task: Task
    at: str
    machine: noise.Moment


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
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    def __post_init__(self) -> None:
        self.machine = system.facts(self.python)
        self.cpus = system.worker_cpus()
        self.limit = self.memory_limit or int(MEMORY_SHARE * system.memory_limit())
        self.calibration: dict[str, Any] = {}
        self.device, self.because, self.peers = CPU, "", ""
        self.failed: list[Task] = []
        self.counted: list[Run] = []
        self.roster = Roster()

    def registration(self) -> Registration:
        """What this session sets out to do."""
        return Registration(
            session=self.name,
            candidates=tuple(candidate.id for candidate in self.candidates),
            probes=tuple(probe.name for probe in self.probes),
            depth=self.plan.depth,
            looks=self.plan.looks,
            budget=self.budget.seconds,
            seed=self.plan.seed,
            started=_now(),
            code={probe.name: fingerprint(probe, *self.candidates) for probe in self.probes},
            own=tuple(probe.name for probe in self.probes if probe.folder.parent != BUILT_IN),
        )

    def work(self) -> Iterator[Event]:
        """Everything in order: counted, missing, exact, timed, once more."""
        for probe in [probe for probe in self.probes if probe.static]:
            yield from self.count(probe)
        rest = [probe for probe in self.probes if not probe.static]
        if not rest:
            return
        present = []
        for candidate, missing in missing_modules(self.candidates, self.python):
            if missing:
                yield from self.absent(candidate, rest, missing)
            else:
                present.append(candidate)
        timed = [probe for probe in rest if probe.timed]
        yield from self.exact(present, [probe for probe in rest if not probe.timed], bool(timed))
        with self.meeting_place(timed):
            if present and timed:
                yield from self.choose_device(present)
                if self.plan.depth == "full":
                    yield from self.pilot(present, timed)
                yield from self.blocks(present, timed)
            yield from self.retry()

    @contextlib.contextmanager
    def meeting_place(self, timed: list[Probe]) -> Iterator[None]:
        """A folder where the candidates of probes without a reference are compared, while it is needed."""
        if all((probe.folder / "on_numpy.py").is_file() for probe in timed):
            yield
            return
        with tempfile.TemporaryDirectory(prefix="probe-") as self.peers:
            yield

    def refuse(self) -> Iterator[Run]:
        """Where children cannot be kept in hand, nothing is started."""
        why = f"measuring needs a POSIX system, this is {sys.platform}: use WSL2"
        for candidate in self.candidates:
            for probe in self.probes:
                yield self.run(candidate, probe, outcome=Outcome.UNSUPPORTED, why=why)

    def count(self, probe: Probe) -> Iterator[Run]:
        """A probe that reads source code: no child, no framework."""
        from probes.dev_effort.count import NotWritten, effort

        for candidate in self.candidates:
            try:
                yield self.run(
                    candidate, probe, outcome=Outcome.OK, measures=effort(candidate.file, roots(), probe.uses)
                )
            except NotWritten as error:
                yield self.run(candidate, probe, outcome=Outcome.NOT_WRITTEN, why=str(error))

    def absent(self, candidate: Candidate, probes: list[Probe], missing: list[str]) -> Iterator[Run]:
        """One run per probe of a candidate whose modules are not there."""
        why = missing_words(" and ".join(missing), candidate)
        for probe in probes:
            yield self.run(candidate, probe, outcome=Outcome.NOT_INSTALLED, why=why)

    def exact(self, candidates: list[Candidate], probes: list[Probe], timed: bool) -> Iterator[Event]:
        """Exact probes, two processes at a time, then those that need a quiet machine, one process at a time."""
        reserved = (1 - EXACT_SHARE) * self.budget.seconds if timed else 0.0
        for at_most, quiet in ((TOGETHER, False), (1, True)):
            tasks = exact_tasks(candidates, [probe for probe in probes if probe.quiet is quiet])
            if tasks:
                yield self.progress("exact", tasks[0])
            skipped: list[Task] = []
            for task, runs in self.carry_out(self._fitting(tasks, reserved, skipped), at_most):
                yield from runs
                yield self.progress("exact", task)
            for task in skipped:
                yield from self.unreached(task, f"the time budget of {self.budget.seconds:g} s left no room for it")

    def _fitting(self, tasks: list[Task], reserved: float, skipped: list[Task]) -> Iterator[Task]:
        for task in tasks:
            if self.fits([task], reserved):
                yield task
            else:
                skipped.append(task)

    def unreached(self, task: Task, why: str) -> Iterator[Run]:
        """The runs of a child there was no time for."""
        for probe, mode in task.parts:
            yield self.run(task.candidate, probe, mode=mode, outcome=Outcome.CANCELLED, why=why)

    def choose_device(self, candidates: list[Candidate]) -> Iterator[Event]:
        """Where there is a GPU, ask each candidate's build whether it sees it: all are timed on the same device."""
        if not self.machine["gpus"]:
            return
        seen = {}
        yield self.progress("device", None)
        for order, ending in supervise(self.order(Task(candidate, ()), CUDA) for candidate in candidates):
            seen[order.key.task.candidate.id] = device_of(ending)
        self.device, self.because = choose(seen)
        if self.because:
            yield self.progress("device", None, note=self.because)

    def pilot(self, candidates: list[Candidate], probes: list[Probe]) -> Iterator[Event]:
        """A block that does not count: it shows who passes the gate and what a block costs."""
        tasks = pilot_tasks(candidates, probes, self.plan.depth, self.plan.seed)
        for task in tasks:
            if self.fits([task]):
                yield self.progress("pilot", task)
                yield from self.run_alone(task)
        yield from self.trim(tasks, blocks=self.plan.looks[0])

    def blocks(self, candidates: list[Candidate], probes: list[Probe]) -> Iterator[Event]:
        """Timed probes: blocks of one process per candidate in random order, each after a calibration."""
        total = self.plan.looks[-1]
        for block in range(1, total + 1):
            tasks = block_tasks(candidates, probes, self.plan.depth, self.plan.seed, block, self.roster.keeps)
            if not any(probe.timed and mode != "reference" for task in tasks for probe, mode in task.parts):
                yield self.progress("block", None, block, "no candidate left")
                return
            if block > 1 and not self.fits(tasks, reserved=calibration.SECONDS):
                yield self.progress("block", None, block, f"no time for block {block} of {total}")
                return
            self.calibration = calibration.calibrate(len(self.cpus))
            for task in tasks:
                if not self.fits([task]):
                    yield self.progress("block", task, block, f"no time to finish block {block} of {total}")
                    return
                yield self.progress("block", task, block)
                yield from self.run_alone(task)
            if block == 1:
                yield from self.trim(tasks, self.plan.looks[0] - 1)
            if block in self.plan.looks[:-1] and self.decided(self.counted):
                yield self.progress("block", None, block, f"every comparison is decided after block {block}")
                return

    def trim(self, tasks: list[Task], blocks: int) -> Iterator[Event]:
        """Leave out what the budget cannot hold so many blocks of, and say so."""
        room = self.budget.left / blocks if blocks else float("inf")
        why = f"the time budget of {self.budget.seconds:g} s has no room for {self.plan.looks[0]} blocks of it"
        for task in self.roster.trim(tasks, self.budget.expected, room):
            yield from self.unreached(task, why)

    def retry(self) -> Iterator[Event]:
        """What failed once is tried once more, each part in a process of its own."""
        tasks, self.failed = self.failed, []
        for task in tasks:
            if self.fits([task]):
                yield self.progress("retry", task, task.block or 0)
                yield from self.run_alone(task)

    def fits(self, tasks: Iterable[Task], reserved: float = 0.0) -> bool:
        """Whether children still end within the budget, less what is reserved for others."""
        return sum(self.budget.expected(cost) for task in tasks for cost in task.costs) <= self.budget.left - reserved

    def run_alone(self, task: Task) -> Iterator[Run]:
        """Carry out one task while no other child runs."""
        for _, runs in self.carry_out(iter([task]), 1):
            self.roster.note(runs)
            self.counted += [run for run in runs if not task.pilot]
            yield from runs

    def carry_out(self, tasks: Iterator[Task], at_most: int) -> Iterator[tuple[Task, list[Run]]]:
        """Run children and turn each into its runs."""
        for order, ending in supervise((self.order(task) for task in tasks), at_most):
            started: Started = order.key
            for (probe, mode), seconds in spent(ending, started.task.parts).items():
                self.budget.note(Cost(started.task.candidate.id, probe, mode), seconds)
            yield started.task, self.runs(started, ending, at_most == 1)

    def order(self, task: Task, device: str = "") -> Order:
        """The order for the child of a task; only what is timed runs on the device of the session."""
        device = device or (self.device if task.timed else CPU)
        until = time.monotonic() + self.budget.last_call
        env = variables(task.candidate, device, len(self.cpus))
        key, spec = Started(task, _now(), noise.now()), task.spec(self.cpus, device, self.peers)
        return Order(key, spec, env, self.python, self.deadlines, self.limit, until, task.candidate.folders)

    def runs(self, started: Started, ending: Ending, alone: bool) -> list[Run]:
        """The runs of one finished child; its failures are noted for a second try."""
        task = started.task
        seen = self.calibration | noise.during(started.machine, ending, alone)
        seen |= {"pilot": True} if task.pilot else {}
        seen |= {"cpu_because": self.because} if self.because and task.timed else {}

        def make(probe: Probe, mode: str, **fields: Any) -> Run:
            if fields["outcome"] is Outcome.NOT_INSTALLED:
                fields["why"] = missing_words(fields["why"], task.candidate)
            if task.again:
                fields["measures"] = fields.get("measures", {}) | {"retried": True}
            if probe.timed and fields["outcome"] in USEFUL:
                fields |= disturbed(seen["foreign_cpu"])
            place = {"mode": mode, "block": task.block, "order": task.order, "noise": seen}
            return self.run(task.candidate, probe, started=started.at, seconds=ending.seconds, **place, **fields)

        runs = runs_of(ending, task.parts, make)
        for run, part in zip(runs, task.parts, strict=True):
            if run.outcome in RETRIED and not task.again and not task.pilot:
                self.failed.append(replace(task, parts=(part,), whole_gate=True, again=True))
        return [*runs, *same_again(runs, task.candidate, task.parts)]

    def run(self, candidate: Candidate, probe: Probe, **fields: Any) -> Run:
        """A run with what all runs of this session share."""
        shared = {"started": _now(), "machine": self.machine, "code": fingerprint(probe, candidate)}
        return Run(session=self.name, probe=probe.name, candidate=candidate.id, **(shared | fields))

    def progress(self, phase: str, task: Task | None, block: int = 0, note: str = "") -> Progress:
        """Where the session stands."""
        candidate = task.candidate.id if task else ""
        names = ", ".join(dict.fromkeys(probe.name for probe, _ in task.parts)) if task else ""
        times = round(self.budget.used, 1), round(self.budget.left, 1)
        return Progress(phase, block, self.plan.looks[-1] if block else 0, candidate, names, *times, note)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
