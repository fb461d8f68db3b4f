"""The frameworks of this process: the objects it was told of, and the versions that are really imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from probes.frameworks import Framework, load


def frameworks_of(places: Iterable[tuple[str, str]]) -> list[Framework]:
    """The objects of (id, file) pairs; one without a file knows nothing but its id."""
    return [load(Path(file)) if file else bare(id) for id, file in places]


def bare(id: str) -> Framework:
    """A framework of which nothing is known but its id."""
    framework = Framework()
    framework.id = id
    return framework


def versions(frameworks: Sequence[Framework]) -> dict[str, str]:
    """The versions of Python, of NumPy and of what the frameworks consist of, as far as it is imported."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in dict.fromkeys(["numpy", *(name for one in frameworks for name in one.distributions)]):
        if sys.modules.get(name) is not None and (known := _version(name, frameworks)):
            found[name] = known
    return found


def _version(name: str, frameworks: Sequence[Framework]) -> str:
    """What an imported package says itself, else what is known of its distribution."""
    if (own := getattr(sys.modules[name], "__version__", None)) is not None:
        return str(own)
    for distribution in (one for framework in frameworks for one in framework.distributions.get(name, ())):
        try:
            return version(distribution.name)
        except PackageNotFoundError:
            continue
    return ""


def pin(cpus: list[int]) -> None:
    """Confine the process to these CPUs: for some compilers the only limit. Does nothing where there is no affinity."""
    if cpus and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cpus)


def threads(engine: Framework) -> int:
    """The number of threads an operation really may use: as the framework says if it is imported, else by affinity."""
    imported = all(sys.modules.get(name) is not None for name in engine.modules)
    if imported and (own := engine.threads()) is not None:
        return own
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return int(os.environ.get("OMP_NUM_THREADS", "0"))
