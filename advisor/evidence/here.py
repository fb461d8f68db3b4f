"""What freshness is judged by: this machine, what is installed on it, and the code of the probes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from msgspec import Struct

from advisor.evidence.stacks import PACKAGES, code_hashes, distributions_of
from advisor.knowledge.pack import Pack
from probes.machine import system
from probes.machine.kind import Kind, kind_of


class Here(Struct, frozen=True):
    """What freshness is judged by: this machine, its installed versions and the probes' code.

    Attributes:
        code: the hash of what shapes a run, by probe and candidate.
        installed: the candidates that are.
        packages: those whose versions are looked at.
    """

    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    code: Mapping[tuple[str, str], str]
    installed: frozenset[str] = frozenset()
    packages: frozenset[str] = PACKAGES

    @property
    def kind(self) -> Kind:
        """The kind of this machine."""
        return kind_of(self.machine)


def inspect_machine(pack: Pack) -> Here:
    """Return the facts of this machine, the versions and candidates installed, and the hashes of the probes' code."""
    packages = PACKAGES.union(*(candidate.packages for candidate in pack.candidates.values()))
    installed = frozenset(id for id in pack.candidates if is_installed(pack, id))
    return Here(system.machine_facts(), installed_versions(sorted(packages)), code_hashes(pack), installed, packages)


def installed_versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of installed packages, read from the metadata of the distributions that provide them."""
    versions: dict[str, str] = {}
    for package in packages:
        for distribution in distributions_of(package):
            with contextlib.suppress(PackageNotFoundError):
                versions.setdefault(package, version(distribution.name))
    return versions


def is_installed(pack: Pack, candidate: str) -> bool:
    """Return whether every module of a candidate can be found, without importing it."""
    return all(find_spec(module) is not None for module in pack.candidates[candidate].modules)
