"""Plans the children of one measurement, runs them within a budget and yields their runs as they finish."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from probes import machine
from probes.budget import Budget
from probes.candidates import REFERENCE, Candidate, find
from probes.catalogue import BUILT_IN, Probe, load
from probes.fingerprint import fingerprint
from probes.lock import Busy, machine_lock
from probes.preflight import missing_modules
from probes.process import Ending, Order, supervise
from probes.processes import adopt_orphans
from probes.results import USEFUL, calibration, disturbed, missing_words, runs_of, same_again
from probes.run import Outcome, Run
from probes.tasks import Task, block_tasks, exact_tasks
from probes.threads import environment

__all__ = ["Busy", "Plan", "Progress", "measure"]

BLOCKS = {"quick": 5, "full": 15}
TOGETHER = 2  # exact children at a time: nothing is timed in them
MEMORY_SHARE = 0.6
RETRIED = {Outcome.IMPORT_CRASH, Outcome.KILLED, Outcome.TIMEOUT, Outcome.OOM, Outcome.BAD_OUTPUT}


@dataclass(frozen=True)
class Plan:
    """What to measure: ids of candidates (or candidates) and of probes, how thoroughly, and for how long.

    `depth` is "quick" (5 blocks, half a second per task) or "full" (15 blocks, three seconds, torch.compile);
    `blocks` overrides the number of blocks; `seed` gives the order inside the blocks.
    """

    candidates: tuple[str | Candidate, ...]
    probes: tuple[str, ...]
    depth: str = "quick"
    budget_seconds: float = 120.0
    seed: int = 1
    blocks: int | None = None


@dataclass(frozen=True)
class Progress:
    """What is going on: phase "exact", "block" or "retry", where in it, and the time used and left in seconds."""

    phase: str
    block: int
    blocks: int
    candidate: str
    probe: str
    used_seconds: float
    left_seconds: float
    note: str = ""


@dataclass(frozen=True)
class Started:
    """A task whose child has been started, and the state of the machine just before."""

    task: Task
    at: str
    load: float | str
    busy: float | None


def measure(
    plan: Plan,
    *,
    folder: Path | None = None,
    on_python: str = sys.executable,
    deadlines: dict[str, float] | None = None,
    memory_limit: int | None = None,
    lock_folder: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Run | Progress]:
    """Carry out a plan; yields every run as soon as it is finished, and progress in between.

    Closing the iterator, or an interrupt while it works, ends all children at once.

    Args:
        folder: a folder of probes used instead of the built-in ones.
        on_python: the interpreter whose frameworks are measured.
        deadlines: seconds per phase, over the defaults of `probes.process.DEADLINES`.
        memory_limit: bytes a child and its descendants may hold; by default 60 % of the memory.
        lock_folder: where the machine-wide lock lies; by default the system's temporary folder.

    Raises:
        Busy: another measurement holds this machine.
        KeyError: an unknown candidate, probe or depth.
    """
    if plan.depth not in BLOCKS:
        raise KeyError(f"no depth {plan.depth!r}; known: {', '.join(BLOCKS)}")
    catalogue = load(folder or BUILT_IN)
    unknown = sorted(set(plan.probes) - set(catalogue))
    if unknown:
        raise KeyError(f"no probe {unknown[0]!r}; known: {', '.join(catalogue)}")
    probes = [catalogue[name] for name in plan.probes]
    candidates = [find(wanted) for wanted in plan.candidates]
    session = Session(plan, Budget(plan.budget_seconds, clock), on_python, deadlines or {}, memory_limit)
    if sys.platform == "win32":
        yield from session.refuse(candidates, probes)
        return
    with machine_lock(lock_folder), _adopting():
        yield from session.work(candidates, probes)


@contextlib.contextmanager
def _adopting() -> Iterator[None]:
    adopt_orphans(True)
    try:
        yield
    finally:
        adopt_orphans(False)


@dataclass
class Session:
    """One invocation of `measure`: what all its children share."""

    plan: Plan
    budget: Budget
    python: str
    deadlines: dict[str, float]
    memory_limit: int | None
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    def __post_init__(self) -> None:
        self.machine = machine.facts(self.python)
        self.cpus = machine.worker_cpus()
        self.limit = self.memory_limit or int(MEMORY_SHARE * machine.memory_limit())
        self.noise: dict[str, Any] = {}
        self.failed: list[Task] = []

    def work(self, candidates: list[Candidate], probes: list[Probe]) -> Iterator[Run | Progress]:
        """Everything in order: counted, missing, exact, timed, once more."""
        for probe in [probe for probe in probes if probe.static]:
            yield from self.count(candidates, probe)
        rest = [probe for probe in probes if not probe.static]
        if not rest:
            return
        present = []
        for candidate, missing in missing_modules(candidates, self.python):
            if missing:
                yield from self.absent(candidate, rest, missing)
            else:
                present.append(candidate)
        yield from self.exact(present, [probe for probe in rest if not probe.timed])
        yield from self.blocks(present, [probe for probe in rest if probe.timed])
        yield from self.retry()

    def refuse(self, candidates: list[Candidate], probes: list[Probe]) -> Iterator[Run]:
        """Where children cannot be kept in hand, nothing is started."""
        why = f"measuring needs a POSIX system, this is {sys.platform}: use WSL2"
        for candidate in candidates:
            for probe in probes:
                yield self.run(candidate, probe, outcome=Outcome.UNSUPPORTED, why=why)

    def count(self, candidates: list[Candidate], probe: Probe) -> Iterator[Run]:
        """A probe that reads source code: no child, no framework."""
        from probes.dev_effort.count import effort

        for candidate in candidates:
            yield self.run(candidate, probe, outcome=Outcome.OK, measures=effort(candidate.file))

    def absent(self, candidate: Candidate, probes: list[Probe], missing: list[str]) -> Iterator[Run]:
        """One run per probe of a candidate whose modules are not there."""
        why = missing_words(" and ".join(missing), candidate)
        for probe in probes:
            yield self.run(candidate, probe, outcome=Outcome.NOT_INSTALLED, why=why)

    def exact(self, candidates: list[Candidate], probes: list[Probe]) -> Iterator[Run | Progress]:
        """Exact probes: all of a candidate in one process, those that want to be alone apart; two at a time."""
        tasks = exact_tasks(candidates, probes)
        if tasks:
            yield self.progress("exact", tasks[0])
        skipped: list[Task] = []
        for task, runs in self.carry_out(self._fitting(tasks, skipped), TOGETHER):
            yield from runs
            yield self.progress("exact", task)
        for task in skipped:
            yield from self.unreached(task)

    def _fitting(self, tasks: list[Task], skipped: list[Task]) -> Iterator[Task]:
        for task in tasks:
            if self.budget.fits([task.kind]):
                yield task
            else:
                skipped.append(task)

    def unreached(self, task: Task) -> Iterator[Run]:
        """The runs of a child there was no time for."""
        why = f"the time budget of {self.budget.seconds:g} s left no room for it"
        for probe, mode in task.parts:
            yield self.run(task.candidate, probe, mode=mode, outcome=Outcome.CANCELLED, why=why)

    def blocks(self, candidates: list[Candidate], probes: list[Probe]) -> Iterator[Run | Progress]:
        """Timed probes: blocks of one process per candidate in random order, each after a NumPy calibration."""
        total = self.plan.blocks or BLOCKS[self.plan.depth]
        failures: dict[str, int] = {}
        for block in range(1, total + 1 if probes and candidates else 1):
            usable = [one for one in candidates if failures.get(one.id, 0) < 2]
            tasks = block_tasks(usable, probes, self.plan.depth, self.plan.seed, block)
            if not usable or (block > 1 and not self.budget.fits(task.kind for task in tasks)):
                note = "no candidate left" if not usable else f"no time for block {block} of {total}"
                yield self.progress("block", None, block, note)
                return
            self.noise = {}
            for task in tasks:
                if not self.budget.fits([task.kind]):
                    yield self.progress("block", task, block, f"no time to finish block {block} of {total}")
                    return
                yield self.progress("block", task, block)
                for _, runs in self.carry_out(iter([task]), 1):
                    _tally(failures, task, runs)
                    yield from runs

    def retry(self) -> Iterator[Run | Progress]:
        """What failed once is tried once more, each part in a process of its own."""
        tasks, self.failed = self.failed, []
        for task in tasks:
            if self.budget.fits([task.kind]):
                yield self.progress("retry", task, task.block or 0)
                for _, runs in self.carry_out(iter([task]), 1):
                    yield from runs

    def carry_out(self, tasks: Iterator[Task], at_most: int) -> Iterator[tuple[Task, list[Run]]]:
        """Run children and turn each into its runs."""
        for order, ending in supervise((self.order(task) for task in tasks), at_most):
            started: Started = order.key
            self.budget.note(started.task.kind, ending.seconds)
            yield started.task, self.runs(started, ending, at_most == 1)

    def order(self, task: Task) -> Order:
        """What the child of a task is told."""
        key = Started(task, _now(), machine.load1(), machine.busy_seconds())
        until = time.monotonic() + self.budget.last_call
        variables = environment(len(self.cpus)) | task.candidate.env
        return Order(key, task.spec(self.cpus), variables, self.python, self.deadlines, self.limit, until)

    def runs(self, started: Started, ending: Ending, alone: bool) -> list[Run]:
        """The runs of one finished child; its failures are noted for a second try."""
        task = started.task
        foreign = _foreign_share(started.busy, ending) if alone else "unknown"
        noise = self.noise | {"load1": started.load, "foreign_cpu": foreign}

        def make(probe: Probe, mode: str, **fields: Any) -> Run:
            if fields["outcome"] is Outcome.NOT_INSTALLED:
                fields["why"] = missing_words(fields["why"], task.candidate)
            if task.again:
                fields["measures"] = fields.get("measures", {}) | {"retried": True}
            if probe.timed and fields["outcome"] in USEFUL:
                fields |= disturbed(foreign)
            place = {"mode": mode, "block": task.block, "order": task.order, "noise": noise}
            return self.run(task.candidate, probe, started=started.at, seconds=ending.seconds, **place, **fields)

        found = runs_of(ending, task.parts, make)
        if task.candidate is REFERENCE:
            self.noise = calibration(found)
        for run, part in zip(found, task.parts, strict=True):
            if run.outcome in RETRIED and not task.again:
                self.failed.append(replace(task, parts=(part,), again=True))
        return [*found, *same_again(found, task.parts)]

    def run(self, candidate: Candidate, probe: Probe, **fields: Any) -> Run:
        """A run with what all runs of this session share."""
        shared = {"started": _now(), "machine": self.machine, "code": fingerprint(probe.folder)}
        return Run(session=self.name, probe=probe.name, candidate=candidate.id, **(shared | fields))

    def progress(self, phase: str, task: Task | None, block: int = 0, note: str = "") -> Progress:
        """Where the session stands."""
        total = self.plan.blocks or BLOCKS[self.plan.depth]
        candidate = task.candidate.id if task else ""
        names = ", ".join(dict.fromkeys(probe.name for probe, _ in task.parts)) if task else ""
        times = round(self.budget.used, 1), round(self.budget.left, 1)
        return Progress(phase, block, total if block else 0, candidate, names, *times, note)


def _tally(failures: dict[str, int], task: Task, runs: list[Run]) -> None:
    """Count failed blocks; what cannot change (a mismatch, a file not written) counts as many."""
    for run in runs:
        if run.outcome not in USEFUL and run.outcome is not Outcome.CANCELLED:
            failures[task.candidate.id] = failures.get(task.candidate.id, 0) + (1 if run.outcome in RETRIED else 2)


def _foreign_share(busy_before: float | None, ending: Ending) -> float | str:
    """The share of the whole machine that other processes used while the child lived, 0 to 1."""
    busy = machine.busy_seconds()
    if busy is None or busy_before is None or ending.seconds <= 0:
        return "unknown"
    foreign = (busy - busy_before - ending.cpu_seconds) / (ending.seconds * (os.cpu_count() or 1))
    return round(min(1.0, max(0.0, foreign)), 4)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
