"""The frameworks of this process: the objects it was told of, and the versions that are really imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from probes.frameworks import Framework, installed, load_framework


def load_frameworks(places: Iterable[tuple[str, str]]) -> list[Framework]:
    """Return the objects of (id, file) pairs; one without a file has nothing but its id."""
    return [load_framework(Path(file)) if file else bare_framework(id) for id, file in places]


def bare_framework(id: str) -> Framework:
    """Return a framework of which nothing is known but its id."""
    framework = Framework()
    framework.id = id
    return framework


def imported_versions(frameworks: Sequence[Framework]) -> dict[str, str]:
    """Return the versions of Python, NumPy and the frameworks' packages, as far as they are imported."""
    imported = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in dict.fromkeys(["numpy", *(name for framework in frameworks for name in framework.distributions)]):
        if sys.modules.get(name) is not None and (version := _version_of(name, frameworks)):
            imported[name] = version
    return imported


def _version_of(name: str, frameworks: Sequence[Framework]) -> str:
    """Return the version an imported package states, else that of its distribution."""
    if (own := getattr(sys.modules[name], "__version__", None)) is not None:
        return str(own)
    choices = (choice.name for framework in frameworks for choice in framework.distributions.get(name, ()))
    return next(filter(None, map(installed, choices)), "")


def pin_to_cpus(cpus: list[int]) -> None:
    """Confine the process to these CPUs, where the system can; for some compilers there is no other limit."""
    if cpus and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cpus)


def thread_count(engine: Framework) -> int:
    """Return how many threads an operation may use: as the framework says if imported, else by CPU affinity."""
    imported = all(sys.modules.get(name) is not None for name in engine.modules)
    if imported and (own := engine.threads()) is not None:
        return own
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return int(os.environ.get("OMP_NUM_THREADS", "0"))
