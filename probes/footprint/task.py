"""What a stack's distributions require, and what they have put on the disk."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from probes.job import Unsupported

LARGEST = 3


@dataclass(frozen=True)
class Task:
    """Nothing but the question."""

    def measure(self, modules: Iterable[str]) -> dict[str, Any]:
        """Return the measures of the stack that provides these top-level modules.

        Raises:
            Unsupported: a distribution or the package `packaging` gives no record of what is needed.
        """
        owners = importlib.metadata.packages_distributions()
        distributions = required_distributions(name for module in modules for name in owners.get(module, ()))
        sizes = {name: size_of(name) for name in distributions}
        largest = sorted(sizes, key=lambda name: -sizes[name][0])[:LARGEST]
        return {
            "disk_mb": round(sum(bytes_ for bytes_, _ in sizes.values()) / 2**20, 1),
            "distributions": len(sizes),
            "files": sum(count for _, count in sizes.values()),
            "largest": ", ".join(f"{name} {sizes[name][0] / 2**20:.0f} MiB" for name in largest),
        }


def required_distributions(names: Iterable[str]) -> set[str]:
    """Return the normalised names of these distributions and of all that they require here."""
    try:
        from packaging.requirements import Requirement
        from packaging.utils import canonicalize_name
    except ImportError:
        raise Unsupported(
            "what a distribution requires cannot be read without packaging: pip install packaging"
        ) from None
    required_names, to_visit = set[str](), [(str(canonicalize_name(name)), frozenset[str]()) for name in names]
    visited = set[tuple[str, frozenset[str]]]()
    while to_visit:
        name, extras = entry = to_visit.pop()
        if entry in visited:
            continue
        visited.add(entry)
        try:
            requirements = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # not needed by what is installed here, or installed under another name
        required_names.add(name)
        for text in requirements:
            requirement = Requirement(text)
            if requirement.marker is None or any(
                requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)
            ):
                to_visit.append((str(canonicalize_name(requirement.name)), frozenset(requirement.extras)))
    return required_names


def size_of(name: str) -> tuple[int, int]:
    """Return the bytes and the number of a distribution's recorded files that exist.

    Raises:
        Unsupported: the distribution keeps no record of its files.
    """
    recorded = importlib.metadata.files(name)
    if recorded is None:
        raise Unsupported(f"{name} keeps no record of its files")
    bytes_ = [place.stat().st_size for file in recorded if (place := file.locate()).is_file()]  # type: ignore[attr-defined]
    return sum(bytes_), len(bytes_)


def make() -> Task:
    """Return the task."""
    return Task()
