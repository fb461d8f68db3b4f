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
from advisor.evidence.collect import NEWEST_READ
from advisor.evidence.here import installed_versions, is_installed
from advisor.evidence.stacks import stacks_of
from advisor.evidence.store import Store
from advisor.files import sweep_unfinished
from advisor.folders import cache_folder, data_folder, default_store, state_folder
from advisor.knowledge.pack import Pack
from advisor.sentences import text
from advisor.text import Text
from probes.machine import system
from probes.machine.accelerator import INSTALL
from probes.machine.lock import Busy, machine_lock
from probes.machine.scratch import sweep_leftovers

Grade = Literal["ok", "warn", "missing"]
NOTHING = Text(en="-", zh="-")
GIB = 2**30
LEAST_MEMORY_GIB, LEAST_FREE_GIB, LEAST_DISK_GIB, LEAST_SHARED_GIB = 4.0, 2.0, 2.0, 0.0625
"""Memory installed, free at the moment, disk for temporary files, and shared memory for data loaders (64 MiB)."""
BUSY_LOAD_PER_PROCESSOR, BUSY_WAITING_SHARE = 0.5, 0.10
"""Processes per processor, and the share of time in which a process waits for one, above which timings are not reliable."""
PYTHON_MINORS = range(11, 14)
"""Of the versions 3.x that every framework has wheels for."""


class State(Struct, frozen=True):
    """One condition: what it is now, and what to do where it is not ok.

    Attributes:
        grade: ok, a warning, or missing.
        present: its present state in words.
        fix: what to do, or how to get what is missing.
    """

    name: str
    grade: Grade
    present: Text
    fix: Text = NOTHING


def check_machine(pack: Pack, store: Path | None) -> Iterator[State]:
    """Yield the state of everything that measuring needs, frameworks first.

    Args:
        pack: for its candidates.
        store: the evidence store that was named; None for the user's own.
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
    yield sweep()


def check_frameworks(pack: Pack) -> Iterator[State]:
    """Yield the state of each candidate: its versions, or how to install it."""
    for id in pack.measurable:
        candidate = pack.candidates[id]
        if is_installed(pack, id):
            versions = ", ".join(f"{name} {version}" for name, version in installed_versions(candidate.modules).items())
            yield State(id, "ok", _untranslated(versions))
        else:
            grade: Grade = "missing" if id in pack.in_scope else "ok"
            yield State(id, grade, text("readiness.not-installed"), _untranslated(candidate.install))


def check_python() -> State:
    """Return whether this Python is one that every framework has wheels for."""
    ok = sys.version_info.minor in PYTHON_MINORS
    fix = text("readiness.tensorflow-has-wheels-for")
    return _graded_state("Python", ok, _untranslated(f"3.{sys.version_info.minor}"), fix)


def check_cores(facts: Mapping[str, Any]) -> State:
    """Return the usable processors, and whether a container's quota is below them."""
    usable, quota = facts["usable_cores"], facts["cpu_quota"]
    cores = {"usable": usable, "logical": facts["logical_cores"], "physical": facts["physical_cores"]}
    limited = isinstance(quota, int | float)
    present = text("readiness.cores-and-quota", **cores, quota=quota) if limited else text("readiness.cores", **cores)
    fix = text("readiness.quota-is-below-the-cores")
    return _graded_state("cores", not limited or quota >= usable, present, fix)


def check_memory(facts: Mapping[str, Any], free_bytes: int) -> State:
    """Return the total and the free memory, and whether they suffice to measure."""
    total_gib, free_gib = facts["memory_mb"] / 1024, free_bytes / GIB
    present = text("readiness.memory", total=total_gib, free=free_gib)
    if total_gib < LEAST_MEMORY_GIB:
        return State("memory", "warn", present, text("readiness.four-gib-are-needed"))
    return _graded_state("memory", free_gib >= LEAST_FREE_GIB, present, text("readiness.close-other-programs"))


def check_shared_memory(folder: Path = Path("/dev/shm")) -> State:
    """Return the free shared memory, which data loaders of several processes need."""
    if not folder.exists():
        return State("shared memory", "ok", text("readiness.no-shared-memory-here"))
    free_gib = shutil.disk_usage(folder).free / GIB
    fix = text("readiness.data-loaders-need-more")
    return _graded_state("shared memory", free_gib > LEAST_SHARED_GIB, _untranslated(f"{free_gib:.2g} GiB"), fix)


def check_load(load: float | str, waiting_share: float | str, processors: int) -> State:
    """Return how busy the machine is now.

    Args:
        load: the load average, in processes; a word where the system does not tell.
        waiting_share: of the time, 0 to 1, in which some process waited for a processor; a word likewise.
        processors: how many the machine has.
    """
    busy = isinstance(load, float) and load > BUSY_LOAD_PER_PROCESSOR * processors
    waiting = isinstance(waiting_share, float) and waiting_share > BUSY_WAITING_SHARE
    present = _untranslated(f"{load}")
    if isinstance(waiting_share, float):
        present = text("readiness.load-and-waiting", load=load, waiting=100 * waiting_share)
    return _graded_state("load", not (busy or waiting), present, text("readiness.the-machine-is-busy"))


def check_lock() -> State:
    """Return whether another measurement is running on this machine."""
    try:
        with machine_lock():
            return State("measuring", "ok", text("readiness.nobody-else-measures"))
    except (Busy, OSError, ImportError):
        present = text("readiness.another-measurement-is-running")
        return State("measuring", "warn", present, text("readiness.wait-for-it"))


def check_disk() -> State:
    """Return the free space for temporary files."""
    try:
        free_gib = shutil.disk_usage(tempfile.gettempdir()).free / GIB
    except OSError:  # none can be written
        return State("disk", "missing", text("readiness.no-temporary-folder"), text("readiness.name-one-by-tmpdir"))
    present = text("readiness.free-for-temporary-files", free=free_gib)
    return _graded_state("disk", free_gib >= LEAST_DISK_GIB, present, text("readiness.free-some-space"))


def check_compiler() -> State:
    """Return the C++ compiler, which torch.compile needs on a CPU."""
    program = next((name for name in (os.environ.get("CXX"), "g++", "clang++") if name and shutil.which(name)), "")
    present = _untranslated(program) if program else text("readiness.no-compiler")
    return _graded_state("C++ compiler", bool(program), present, text("readiness.torch-compile-needs-one"))


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


def sweep() -> State:
    """Remove what killed measurements and interrupted writing left behind, and say how much it was."""
    folders = [folder for folder in (cache_folder(), data_folder(), state_folder()) if folder]
    children, files = sweep_leftovers(), sum(map(sweep_unfinished, folders))
    if not children and not files:
        return State("leftovers", "ok", text("readiness.nothing-left-behind"))
    return State("leftovers", "ok", text("readiness.removed-what-was-left", folders=children, files=files))


def check_store(path_given: Path | None) -> State:
    """Return whether the evidence store is whole and can be read and written.

    Args:
        path_given: the store that was named; None for the user's own.
    """
    try:
        path = path_given or default_store()
    except StoreError as error:
        return _state_of_problem(error)
    if not path.exists() and not _can_be_made(path):
        present, fix = text("readiness.nothing-measured-yet"), text("readiness.store-cannot-be-written")
        return State("evidence", "warn", present, fix)
    if not path.exists():
        return State("evidence", "ok", text("readiness.nothing-measured-yet"), text("readiness.measure"))
    try:
        with Store(path) as store:
            check = store.check(NEWEST_READ)
    except StoreError as error:
        return _state_of_problem(error)
    if not check.sound or check.indexed != check.runs:
        counts = {"runs": check.runs, "indexed": check.indexed, "damaged": check.damaged}
        return State("evidence", "warn", text("readiness.store-is-damaged", **counts), text("readiness.save-the-store"))
    if check.damaged:
        present = text("readiness.rows-are-damaged", runs=check.runs, read=check.read, damaged=check.damaged)
        return State("evidence", "warn", present, text("readiness.remove-damaged-rows"))
    kept = "readiness.one-run-kept" if check.runs == 1 else "readiness.runs-kept"
    present = text(kept, count=check.runs, read=check.read)
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return _graded_state("evidence", writable, present, text("readiness.store-cannot-be-written"))


def _state_of_problem(error: StoreError) -> State:
    """Return the state of a store that has a problem."""
    problem = error.problems[0]
    return State("evidence", "warn", _untranslated(problem.what), _untranslated(problem.fix or "-"))


def _can_be_made(path: Path) -> bool:
    """Return whether a file that is not there can be made, its folders with it."""
    folder = next((folder for folder in path.absolute().parents if folder.exists()), None)
    return folder is not None and folder.is_dir() and os.access(folder, os.W_OK)


def _graded_state(name: str, ok: bool, present: Text, fix: Text) -> State:
    """Return a state that is "ok", or a warning with what to do."""
    return State(name, "ok" if ok else "warn", present, NOTHING if ok else fix)


def _untranslated(words: str) -> Text:
    """Return a text that is the same in both languages."""
    return Text(en=words, zh=words)
