"""Which child does what: exact probes together, timed probes in randomised blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from probes.candidates import REFERENCE, Candidate
from probes.catalogue import Probe
from probes.frameworks import DEFAULT, PRODUCTION
from probes.parent.noise import Moment
from probes.parent.order import shuffle_for_block

STEADY_SECONDS = {"quick": 0.35, "full": 1.0}
"""Per timed task and process: five processes of half a second tell more than one of ten seconds."""
PILOT_SECONDS = 0.1
REFERENCE_SECONDS = 0.3

IN_TURN = "in turn"
IN_TURN_SHARE = 0.6
"""Of what a process costs by itself, until one in turn was seen: of two processors, two imports at a time took 0.55 (five stacks)."""

Part = tuple[Probe, str]
Keeps = Callable[[Candidate, Probe, str], bool]


class Cost(NamedTuple):
    """What a part of a child's time is spent on: the process itself (no probe; `mode` IN_TURN if others import at the same time), or one
    probe in one mode."""

    candidate: str
    probe: str = ""
    mode: str = ""

    @property
    def guess_seconds(self) -> float:
        """The seconds expected before the first one was measured."""
        return 0.5 if self.probe else 4.0


@dataclass(frozen=True)
class Task:
    """One child to come: a candidate and the (probe, mode) parts it does, in block `block` at position `order`.

    `whole_gate` asks for forward output and first gradient beside the loss curve; `pilot` marks the block that is
    measured before those that count, `retried` a second try. `in_turn`: its framework is imported while others import, before any of
    them goes on.
    """

    candidate: Candidate
    parts: tuple[Part, ...]
    block: int | None = None
    order: int = 0
    seconds: float = 0.0
    whole_gate: bool = True
    pilot: bool = False
    retried: bool = False
    in_turn: bool = False

    @property
    def process_cost(self) -> Cost:
        """The key under which the time of its process is recorded: starting, importing, ending."""
        return Cost(self.candidate.id, mode=IN_TURN if self.in_turn else "")

    @property
    def costs(self) -> tuple[Cost, ...]:
        """The keys under which its time is recorded: its process, and each part."""
        return self.process_cost, *(Cost(self.candidate.id, probe.name, mode) for probe, mode in self.parts)

    @property
    def timed(self) -> bool:
        """Whether something in it is timed, on the device of the session."""
        return any(probe.timed for probe, _ in self.parts)

    def child_spec(self, cpus: list[int], device: str, peers_folder: str = "") -> dict[str, Any]:
        """Return what child/main.py reads; in `peers_folder`, candidates of a probe without a reference are compared."""
        candidate = self.candidate
        timed_indexes = [index for index, (probe, _) in enumerate(self.parts) if probe.timed]
        parts = [
            {
                "key": f"{probe.name}:{mode}",
                "probe": probe.name,
                "mode": mode,
                "compiler": compiler_of(candidate, mode),
                "timed": probe.timed,
                "package": probe.package,
                "folder": str(probe.folder),
                "seconds": self.seconds,
                "gate": self.whole_gate,
                "peers": peers_folder,
                "sizes": dict(probe.sizes),
                "who": candidate.id,
                "memory": [index] == timed_indexes[:1],  # later parts would tell the peak of the earlier ones
            }
            for index, (probe, mode) in enumerate(self.parts)
        ]
        framework_files = [(framework.id, str(framework.place or "")) for framework in candidate.frameworks]
        stack = {
            "file": candidate.file,
            "frameworks": framework_files,
            "imports": candidate.imports,
            "blocks": candidate.blocks,
        }
        return {"parts": parts, "threads": len(cpus), "cpus": cpus, "device": device, **stack}


@dataclass(frozen=True)
class StartedTask:
    """A task whose child has been started, and the time in UTC and the state of the machine just before."""

    task: Task
    started: str
    moment: Moment


def exact_tasks(candidates: Sequence[Candidate], probes: Sequence[Probe]) -> list[Task]:
    """Return tasks for the exact probes of each candidate: one for all of them, and one for each probe that declares `alone`."""
    groups = [[probe for probe in probes if not probe.alone], *([probe] for probe in probes if probe.alone)]
    # the slowest first, to fill both places
    candidates = sorted(candidates, key=lambda candidate: not candidate.engine.slow_start)
    return [
        Task(candidate, tuple((probe, "") for probe in group)) for group in groups if group for candidate in candidates
    ]


def pilot_tasks(candidates: Sequence[Candidate], probes: Sequence[Probe], depth: str, seed: int) -> list[Task]:
    """Return the tasks of the pilot, a block that does not count; running it also fills the disk's caches."""
    tasks = block_tasks(candidates, probes, depth, seed, 0)
    return [replace(task, block=None, seconds=PILOT_SECONDS, whole_gate=True, pilot=True) for task in tasks]


def block_tasks(
    candidates: Sequence[Candidate],
    probes: Sequence[Probe],
    depth: str,
    seed: int,
    block: int,
    keeps: Keeps = lambda candidate, probe, mode: True,
) -> list[Task]:
    """Return the tasks of one block: the NumPy reference first, then one process per candidate in a random order.

    The order depends on nothing but seed, block and candidates. Only in depth "full" there is one more process for a
    production mode that compiles for long. Without a pilot the first block does the whole gate. A part that `keeps`
    refuses is left out.
    """
    tasks = []
    for candidate in candidates:
        for parts in _group_into_processes(candidate, probes, depth):
            kept_parts = tuple((probe, mode) for probe, mode in parts if keeps(candidate, probe, mode))
            tasks.append(Task(candidate, kept_parts, block, 0, STEADY_SECONDS[depth], block == 1 and depth == "quick"))
    shuffled_tasks = (task for task in shuffle_for_block(tasks, seed, block) if task.parts)
    tasks = [replace(task, order=position) for position, task in enumerate(shuffled_tasks, 1)]
    probes_run = {probe.name for task in tasks for probe, _ in task.parts}
    reference_parts = tuple(
        (probe, "reference") for probe in probes if probe.name in probes_run and probe.has_reference
    )
    return (
        [Task(REFERENCE, reference_parts, block, 0, REFERENCE_SECONDS, block == 1), *tasks]
        if reference_parts
        else tasks
    )


def when_measured(candidate: Candidate, probe: Probe, mode: str) -> str:
    """Return when a probe measures a candidate in a mode other than the default (`probes.frameworks.When`); empty for never.

    A user's own files may know the default mode alone: then there is nothing else to measure.
    """
    if probe.is_own and not probe.uses_mode(candidate.file):
        return ""
    if mode == PRODUCTION and not isinstance(probe.production, bool):
        return probe.production.get(candidate.id, "")
    way = candidate.way_of(mode)
    known = probe.production if mode == PRODUCTION else mode in probe.ways
    return way.when if way and known and not (way.many_steps and probe.sizes) else ""


def modes_measured(candidate: Candidate, probe: Probe) -> list[str]:
    """Return the modes other than the default in which a probe measures a candidate, the usual compiled form first."""
    modes = dict.fromkeys([PRODUCTION, *(way.id for way in candidate.ways)])
    return [mode for mode in modes if when_measured(candidate, probe, mode)]


def compiler_of(candidate: Candidate, mode: str) -> str:
    """Return the name of the way whose compiler is to show an effect in a mode; empty where none is."""
    way = candidate.way_of(mode)
    return way.name if way and (mode == PRODUCTION or way.when == "apart") else ""


def has_own_process(candidate: Candidate, probe: Probe, mode: str) -> bool:
    """Return whether a mode has a process of its own."""
    return mode != DEFAULT and when_measured(candidate, probe, mode) == "apart"


def _is_eager_in_user_sizes(candidate: Candidate, probe: Probe) -> bool:
    """Return whether a probe has a user's sizes and the candidate's default mode is an eager form beside a compiled one."""
    compiled = candidate.way_of(PRODUCTION)
    together = bool(probe.sizes) and when_measured(candidate, probe, PRODUCTION) == "together"
    return together and compiled is not None and not compiled.beside


def _group_into_processes(candidate: Candidate, probes: Sequence[Probe], depth: str) -> list[list[Part]]:
    """Return the parts of each process of a candidate in a block; quick probes first, as the first part sets the memory peak.

    Depth quick leaves out the modes that compile for long, but not of a user's own model. In a user's sizes it also leaves out a
    default mode that is eager where the compiled form is measured beside it: an eager step of a large model takes seconds.
    """
    probes = sorted(probes, key=lambda probe: probe.depth != "quick")
    parts: list[Part] = [(probe, mode) for probe in probes for mode in modes_measured(candidate, probe)]
    shared_parts: list[Part] = [
        (probe, DEFAULT) for probe in probes if depth == "full" or not _is_eager_in_user_sizes(candidate, probe)
    ]
    separate_parts = []
    for probe, mode in parts:
        when, every_way = when_measured(candidate, probe, mode), depth == "full" or probe.is_own
        if when == "together" or (when == "in full" and every_way):
            shared_parts.append((probe, mode))
        elif when == "apart" and every_way:
            separate_parts.append((probe, mode))
    return [shared_parts, *([part] for part in separate_parts)]
