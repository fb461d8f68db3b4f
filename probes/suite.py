"""Carries out a plan within its budget and yields the runs as they finish: the way into this tower."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from probes.candidates import FRAMEWORKS, REFERENCE, Candidate, all_stacks, find_candidate
from probes.catalogue import BUILT_IN, load_probes
from probes.frameworks import frameworks_in
from probes.machine.lock import Busy, machine_lock
from probes.machine.processes import adopt_orphans
from probes.machine.scratch import sweep_leftovers
from probes.parent.budget import Budget
from probes.parent.plan import Decided, Plan, Progress, never_decided
from probes.parent.schedule import Schedule
from probes.registration import LOOKS, SELF_TEST, Registration
from probes.run import Run

__all__ = ["Busy", "Plan", "Progress", "Registration", "measure", "measure_copies_of"]

COPIES = 4  # two comparisons at a time, in blocks about as long as those of the candidates
MOST_BLOCKS = 60


def measure(
    plan: Plan,
    *,
    folder: Path | None = None,
    on_python: str = sys.executable,
    decided: Decided = never_decided,
    deadlines: dict[str, float] | None = None,
    memory_limit: int | None = None,
    lock_folder: Path | None = None,
    wait_seconds: float = 0.0,
    placed: Mapping[str, Any] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Registration | Run | Progress]:
    """Carry out a plan: yield its registration before anything is started, then every run as soon as it is finished.

    Closing the iterator, or an interrupt while it works, ends all children at once.

    Args:
        folder: a folder of probes used instead of the built-in ones; what is in its folder `frameworks` is known as well.
        on_python: the interpreter whose frameworks are measured.
        decided: asked at every planned look, with the runs of all blocks so far, whether they settle every comparison:
            then no more blocks are measured.
        deadlines: seconds per phase, over the defaults of `probes.parent.process.DEADLINES`.
        memory_limit: bytes a child and its descendants may hold; by default 60 % of the memory, and no more than is free.
        lock_folder: where the lock lies that only one measurement can hold; by default `probes.machine.lock.own_folder`.
        wait_seconds: how long to wait for another measurement to end.
        placed: the `engine` of the cluster that this machine belongs to, and the `labels` it was chosen by.

    Raises:
        Busy: another measurement holds this machine.
        KeyError: an unknown candidate, probe or depth.
    """
    if plan.depth not in LOOKS:
        raise KeyError(f"no depth {plan.depth!r}; known: {', '.join(LOOKS)}")
    catalogue = load_probes(folder or BUILT_IN)
    unknown = sorted({name for name in plan.probes if isinstance(name, str)} - set(catalogue))
    if unknown:
        raise KeyError(f"no probe {unknown[0]!r}; known: {', '.join(catalogue)}")
    probes = [catalogue[name] if isinstance(name, str) else name for name in plan.probes]
    frameworks = frameworks_in(folder) if folder else FRAMEWORKS
    candidates = [find_candidate(candidate, all_stacks(frameworks)) for candidate in plan.candidates]

    def make_session() -> Schedule:
        budget = Budget(plan.budget_seconds, clock)
        limits = deadlines or {}, memory_limit
        return Schedule(plan, candidates, probes, budget, on_python, decided, *limits, placed or {})

    yield from _run_session(make_session, lock_folder, wait_seconds)


def measure_copies_of(
    candidate: str | Candidate,
    probe: str,
    budget_seconds: float,
    *,
    seed: int = 1,
    on_python: str = sys.executable,
    lock_folder: Path | None = None,
    wait_seconds: float = 0.0,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Registration | Run | Progress]:
    """Measure copies of one candidate as if they were several: all differences between them are noise.

    Its runs belong to the probe `SELF_TEST`, so that they are never taken for evidence about the candidate.

    Raises:
        Busy: another measurement holds this machine.
        KeyError: an unknown candidate, or no such timed probe.
    """
    timed = {name: declared for name, declared in load_probes().items() if declared.timed}
    if probe not in timed:
        raise KeyError(f"no timed probe {probe!r}; known: {', '.join(timed)}")
    wanted = REFERENCE if candidate == REFERENCE.id else find_candidate(candidate)
    copies = [replace(wanted, id=f"{wanted.id}-{number}") for number in range(1, COPIES + 1)]
    plan = Plan(tuple(copies), (SELF_TEST,), budget_seconds=budget_seconds, seed=seed, blocks=MOST_BLOCKS)
    tested = replace(timed[probe], name=SELF_TEST, production=False, ways=())

    def make_session() -> Schedule:
        budget = Budget(budget_seconds, clock)
        return Schedule(plan, copies, [tested], budget, on_python, never_decided, {}, None)

    yield from _run_session(make_session, lock_folder, wait_seconds)


def _run_session(
    make_session: Callable[[], Schedule], lock_folder: Path | None, wait_seconds: float
) -> Iterator[Registration | Run | Progress]:
    """Lock the machine, yield the registration, then run the session, whose time begins when the lock is held."""
    if sys.platform == "win32":
        yield from make_session().refuse_all()
        return
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(machine_lock(lock_folder))
        except Busy:
            if not wait_seconds:
                raise
            yield Progress("wait", 0, 0, "", "", 0.0, wait_seconds)
            held.enter_context(machine_lock(lock_folder, wait_seconds))
        held.enter_context(_adopting_orphans())
        sweep_leftovers()
        session = make_session()
        yield session.make_registration()
        yield from session.run_all()


@contextlib.contextmanager
def _adopting_orphans() -> Iterator[None]:
    """Adopt orphaned descendants while the block runs."""
    adopt_orphans(True)
    try:
        yield
    finally:
        adopt_orphans(False)
