"""A machine of known truth on a clock of its own: says what child processes would have said, in no time."""

from __future__ import annotations

import contextlib
import math
import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from probes.candidates import Candidate
from probes.child.stack import bare_framework
from probes.machine.system import machine_facts
from probes.parent.noise import Moment
from probes.parent.process import Ending, Order
from probes.parent.tasks import StartedTask
from probes.run import Outcome
from probes.suite import Plan, Progress, Registration, measure

INIT = 'QUESTION = "How long does a simulated step take?"\nTIMED = True\n'
PROCESSORS = os.cpu_count() or 1
Record = Registration | object


def no_foreign_load(_at: float) -> float:
    """Return the load of others on a quiet machine: 0."""
    return 0.0


@dataclass
class SimulatedMachine:
    """Children as they would be on a machine where each candidate has a true step time.

    Attributes:
        steps: candidate → true milliseconds per step.
        noise: standard deviation of the log time between processes.
        foreign: share of the machine others use at a time in seconds; it slows a candidate by as much.
        visible: whether the system shows what others use.
        fails: (candidate, block) pairs whose process crashes.
        gpus: the machine's.
        device: candidate → the device its build sees, if it is shown one.
        seconds: how long each process takes.
    """

    steps: Mapping[str, float]
    noise: float = 0.02
    foreign: Callable[[float], float] = no_foreign_load
    visible: bool = True
    fails: frozenset[tuple[str, int]] = frozenset()
    gpus: tuple[str, ...] = ()
    device: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 4.0
    part_seconds: float = 0.5
    seed: int = 1
    now: float = 0.0
    started: list[StartedTask] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def clock(self) -> float:
        """Return the seconds since the machine was switched on."""
        return self.now

    def measure(self, folder: Path, probes: tuple[str, ...] = ("simulated",), **options: object) -> list[Record]:
        """Carry out a plan over simulated probes; return its registration, runs and progress."""
        for name in probes:
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name / "__init__.py").write_text(INIT)
        candidates = tuple(Candidate(name, (bare_framework(name),)) for name in self.steps)
        decided = options.pop("decided", lambda runs: False)
        named = tuple(name.replace("_", "-") for name in probes)
        plan = Plan(candidates, named, **({"budget_seconds": 1e6} | options))  # type: ignore[arg-type]
        with self.replacing_the_real_one():
            return list(measure(plan, folder=folder, lock_folder=folder, clock=self.clock, decided=decided))  # type: ignore[arg-type]

    @contextlib.contextmanager
    def replacing_the_real_one(self) -> Iterator[None]:
        """Use this machine instead of the real one while the block runs."""
        schedule = "probes.parent.schedule"
        with (
            patch(f"{schedule}.run_children", self.run_children),
            patch(f"{schedule}.run_children_in_turn", self.run_children),
            patch(
                f"{schedule}.missing_modules", lambda candidates, python: [(candidate, []) for candidate in candidates]
            ),
            patch(f"{schedule}.calibration.calibrate", self.calibrate),
            patch(f"{schedule}.system.machine_facts", lambda python: machine_facts(python) | {"gpus": list(self.gpus)}),
            patch("probes.parent.noise.read_moment", self.read_moment),
        ):
            yield

    def run_children(self, orders: Iterable[Order], _at_most: int = 1) -> Iterator[Ending]:
        """Run the orders one after another."""
        for order in orders:
            yield self.end_child(order)

    def end_child(self, order: Order) -> Ending:
        """Return what a process would have reported."""
        started: StartedTask = order.on_begin()
        self.started.append(started)
        self.orders.append(order)
        shown = order.environment.get("CUDA_VISIBLE_DEVICES") != "-1"
        device = self.device.get(started.task.candidate.id, "cpu") if shown else "cpu"
        task = started.task
        begin, shares = self.now, len(task.parts)
        seconds = self.seconds + self.part_seconds * shares * self.dice.uniform(0.9, 1.1)
        share = self.foreign(begin + seconds / 2)
        self.now += seconds
        busy = seconds * (1 - share) * PROCESSORS
        if (task.candidate.id, task.block or 0) in self.fails and not task.retried:
            return Ending(started, [], "steps", Outcome.KILLED, "SIGSEGV in phase steps", seconds, busy)
        messages: list[dict[str, object]] = [
            {"event": "versions", "versions": {"python": "3.11.7"}, "threads": 2, "device": device, "at": 1.0}
        ]
        process = math.exp(self.dice.gauss(0, self.noise)) / max(0.05, 1 - share)
        for number, (probe, mode) in enumerate(task.parts):
            key, at = f"{probe.name}:{mode}", self.seconds + number * self.part_seconds
            step = self.steps[task.candidate.id] * process
            measures = {
                "step_ms": step,
                "first_step_s": 0.1,
                "peak_mb": 300.0,
                "device": device,
            }
            messages.append({"event": "part", "part": key, "at": at})
            result = {"outcome": "ok", "measures": measures, "samples": {"step_seconds": [step / 1e3] * 9}}
            messages.append({"event": "result", "part": key, "at": at + self.part_seconds, **result})
        return Ending(started, messages, "steps", Outcome.BAD_OUTPUT, "", seconds, busy)

    def calibrate(self, _threads: int) -> dict[str, object]:
        """Return a calibration that takes a third of a second."""
        self.now += 0.3
        return {"calibration_ms": 0.1, "calibration_spread": 0.01}

    def read_moment(self) -> Moment:
        """Return the state of the machine now: its processors are busy all the time, with the children or others."""
        return Moment(0.0, "unknown", self.now * PROCESSORS if self.visible else None, None, None)


def runs_in(events: list[Record], *, counted: bool = True) -> list[object]:
    """Return the runs among events, with `counted` without the pilot."""
    runs = [event for event in events if not isinstance(event, Progress | Registration)]
    return [run for run in runs if not (counted and run.noise.get("pilot"))]  # type: ignore[attr-defined]
