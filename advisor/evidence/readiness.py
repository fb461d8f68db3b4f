"""Can this machine measure, and can its timings be trusted? One graded state per condition; no framework is imported."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from advisor.errors import StoreError
from advisor.evidence.collect import installed_versions, is_installed
from advisor.evidence.stacks import stacks_of
from advisor.evidence.store import Store
from advisor.knowledge.pack import Pack
from advisor.sentences import text
from advisor.text import Text
from probes.machine import system
from probes.machine.accelerator import INSTALL
from probes.machine.lock import Busy, machine_lock

Grade = Literal["ok", "warn", "missing"]
NOTHING = Text(en="-", zh="-")
GIB = 2**30
LEAST_MEMORY, LEAST_FREE, LEAST_DISK, LEAST_SHARED = 4.0, 2.0, 2.0, 0.0625
"""GiB: installed, free at the moment, free for temporary files, and shared memory for data loaders (64 MiB)."""
BUSY_LOAD, BUSY_PRESSURE = 0.5, 0.10
"""Processes per processor, and the share of time in which a process waits for one, above which timings are not reliable."""
PYTHONS = range(11, 14)


class State(Struct, frozen=True):
    """One condition: what it is now, and what to do where it is not ok.

    Attributes:
        state: ok, a warning, or missing.
        found: its present state in words.
        fix: what to do, or how to get what is missing.
    """

    name: str
    state: Grade
    found: Text
    fix: Text = NOTHING


def check_machine(pack: Pack, store: Path) -> Iterator[State]:
    """Yield the state of everything that measuring needs, frameworks first.

    Args:
        pack: for its candidates.
        store: the evidence store.
    """
    facts = system.machine_facts()
    yield from check_frameworks(pack)
    yield check_python()
    yield check_cores(facts)
    yield check_memory(facts, system.available_memory())
    yield check_shared_memory()
    yield check_load(system.load_average(), system.cpu_pressure(), facts["logical_cores"])
    yield check_lock()
    yield check_disk()
    yield check_compiler()
    yield check_gpu(facts["gpus"], pack)
    yield check_store(store)


def check_frameworks(pack: Pack) -> Iterator[State]:
    """Yield the state of each candidate: its versions, or how to install it."""
    for id in pack.measurable:
        candidate = pack.candidates[id]
        if is_installed(pack, id):
            versions = ", ".join(f"{name} {version}" for name, version in installed_versions(candidate.modules).items())
            yield State(id, "ok", _untranslated(versions))
        else:
            missed: Grade = "missing" if id in pack.in_scope else "ok"
            yield State(id, missed, text("readiness.not-installed"), _untranslated(candidate.install))


def check_python() -> State:
    """Return whether this Python is one that every framework has wheels for."""
    fine = sys.version_info.minor in PYTHONS
    fix = text("readiness.tensorflow-has-wheels-for")
    return _graded_state("Python", fine, _untranslated(f"3.{sys.version_info.minor}"), fix)


def check_cores(facts: Mapping[str, Any]) -> State:
    """Return the usable processors, and whether a container's quota is below them."""
    usable, quota = facts["usable_cores"], facts["cpu_quota"]
    cores = {"usable": usable, "logical": facts["logical_cores"], "physical": facts["physical_cores"]}
    limited = isinstance(quota, int | float)
    finding = text("readiness.cores-and-quota", **cores, quota=quota) if limited else text("readiness.cores", **cores)
    fix = text("readiness.quota-is-below-the-cores")
    return _graded_state("cores", not limited or quota >= usable, finding, fix)


def check_memory(facts: Mapping[str, Any], free: int) -> State:
    """Return the total and the free memory, and whether they suffice to measure."""
    total = facts["memory_mb"] / 1024
    finding = text("readiness.memory", total=total, free=free / GIB)
    if total < LEAST_MEMORY:
        return State("memory", "warn", finding, text("readiness.four-gib-are-needed"))
    return _graded_state("memory", free / GIB >= LEAST_FREE, finding, text("readiness.close-other-programs"))


def check_shared_memory(place: Path = Path("/dev/shm")) -> State:
    """Return the free shared memory, which data loaders of several processes need."""
    if not place.exists():
        return State("shared memory", "ok", text("readiness.no-shared-memory-here"))
    free = shutil.disk_usage(place).free / GIB
    fix = text("readiness.data-loaders-need-more")
    return _graded_state("shared memory", free > LEAST_SHARED, _untranslated(f"{free:.2g} GiB"), fix)


def check_load(average: float | str, pressure: float | str, processors: int) -> State:
    """Return how busy the machine is now."""
    busy = isinstance(average, float) and average > BUSY_LOAD * processors
    waiting = isinstance(pressure, float) and pressure > BUSY_PRESSURE
    finding = _untranslated(f"{average}")
    if isinstance(pressure, float):
        finding = text("readiness.load-and-waiting", load=average, waiting=100 * pressure)
    return _graded_state("load", not (busy or waiting), finding, text("readiness.the-machine-is-busy"))


def check_lock() -> State:
    """Return whether another measurement is running on this machine."""
    try:
        with machine_lock():
            return State("measuring", "ok", text("readiness.nobody-else-measures"))
    except (Busy, OSError, ImportError):
        finding = text("readiness.another-measurement-is-running")
        return State("measuring", "warn", finding, text("readiness.wait-for-it"))


def check_disk() -> State:
    """Return the free space for temporary files."""
    free = shutil.disk_usage(tempfile.gettempdir()).free / GIB
    finding = text("readiness.free-for-temporary-files", free=free)
    return _graded_state("disk", free >= LEAST_DISK, finding, text("readiness.free-some-space"))


def check_compiler() -> State:
    """Return the C++ compiler, which torch.compile needs on a CPU."""
    program = next((name for name in (os.environ.get("CXX"), "g++", "clang++") if name and shutil.which(name)), "")
    finding = _untranslated(program) if program else text("readiness.no-compiler")
    return _graded_state("C++ compiler", bool(program), finding, text("readiness.torch-compile-needs-one"))


def check_gpu(names: list[str], pack: Pack) -> State:
    """Return the GPUs, and which installed builds cannot use them."""
    if not names:
        return State("GPU", "ok", text("readiness.no-gpu"), text("readiness.timings-are-for-cpu-projects"))
    installed = [id for id in pack.measurable if is_installed(pack, id)]
    builds = stacks_of(pack)
    blind = {id: why for id in installed if id in builds and (why := builds[id].why_no_gpu())}
    if not blind:
        return State("GPU", "ok", _untranslated(", ".join(names)))
    why = "; ".join(dict.fromkeys(blind.values()))
    fix = text("readiness.all-are-timed-on-the-cpu", why=why, install=INSTALL)
    return State("GPU", "warn", _untranslated(", ".join(names)), fix)


def check_store(path: Path) -> State:
    """Return whether the evidence store can be read and written."""
    if not path.exists():
        return State("evidence", "ok", text("readiness.nothing-measured-yet"), text("readiness.measure"))
    try:
        with Store(path) as store:
            count = store.count_runs()
    except StoreError as error:
        return State(
            "evidence", "warn", _untranslated(error.problems[0].what), _untranslated(error.problems[0].fix or "-")
        )
    finding = text("readiness.one-run-kept" if count == 1 else "readiness.runs-kept", count=count)
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return _graded_state("evidence", writable, finding, text("readiness.store-cannot-be-written"))


def _graded_state(name: str, fine: bool, finding: Text, fix: Text) -> State:
    """Return a state that is "ok", or a warning with what to do."""
    return State(name, "ok" if fine else "warn", finding, NOTHING if fine else fix)


def _untranslated(words: str) -> Text:
    """Return a text that is the same in both languages."""
    return Text(en=words, zh=words)
