"""What the probes run for each candidate of a pack, and which candidates they are written for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from advisor.knowledge.folder import resolve_folders
from advisor.knowledge.loading import load_known_pack
from advisor.knowledge.pack import BUILT_IN, Pack
from probes.candidates import CANDIDATES, FRAMEWORKS, REFERENCE, Candidate, all_stacks, has_probe, make_stack
from probes.frameworks import Distribution, Framework, Way, frameworks_in
from probes.run import Run

PACKAGES = frozenset(
    name for framework in FRAMEWORKS.values() if not framework.reference for name in framework.distributions
)
"""What the probes' frameworks consist of: a run counts only while all it found of these is still installed in that version."""


def stacks_of(pack: Pack, frameworks: Mapping[str, Framework] = FRAMEWORKS) -> dict[str, Candidate]:
    """Return the stack of each candidate: its frameworks as the probes know them, with what its row in the pack adds.

    Args:
        pack: for its candidates.
        frameworks: those the probes know.

    Returns:
        By candidate; those of a framework or backend that the probes do not know are left out.
    """
    stack_by_id = {
        id: make_stack(id, row.framework, row.backend, frameworks, row.modules, row.environment)
        for id, row in pack.candidates.items()
    }
    return {id: stack for id, stack in stack_by_id.items() if stack is not None}


def packages_of(candidate: str) -> tuple[str, ...]:
    """Return the packages that a project on a built-in candidate depends on."""
    frameworks = CANDIDATES[candidate].frameworks
    modules = (name for framework in frameworks for name in (*framework.modules, *framework.brings))
    versioned = {name for framework in frameworks for name in framework.distributions}
    return tuple(name for name in dict.fromkeys(modules) if name in versioned)


def backend_of(candidate: str) -> str:
    """Return the backend that a built-in candidate is set to use; empty where it has none to set, or is not built in."""
    stack = CANDIDATES.get(candidate)
    return stack.engine.backend if stack and len(stack.frameworks) > 1 else ""


def reads_code(probe: str) -> bool:
    """Return whether a probe counts in source code and starts nothing: its numbers need no framework, and say nothing of a machine."""
    from probes.catalogue import PROBES  # only where runs are judged: it reads the start of every probe

    return probe in PROBES and PROBES[probe].static


def ran_a_framework(runs: Iterable[Run]) -> bool:
    """Return whether any run is of a framework that ran: not of NumPy, and not a count in source code."""
    return any(run.outcome == "ok" and run.candidate != REFERENCE.id and not reads_code(run.probe) for run in runs)


def distributions_of(package: str) -> tuple[Distribution, ...]:
    """Return the distributions that may provide a package, the most wanted first; by default the one of its name."""
    choices = (
        framework.distributions[package] for framework in FRAMEWORKS.values() if package in framework.distributions
    )
    return next(choices, (Distribution(package),))


def production_modes(pack: Pack) -> dict[str, Way]:
    """Return the usual compiled form of each candidate that has one."""
    return {id: stack.way for id, stack in stacks_of(pack).items() if stack.way is not None}


def ways_of(candidate: str) -> tuple[Way, ...]:
    """Return the documented faster ways to run a built-in candidate, the usual compiled form first; none of any other."""
    return CANDIDATES[candidate].ways if candidate in CANDIDATES else ()


def way_of(candidate: str, mode: str) -> Way | None:
    """Return the documented way that a mode of a built-in candidate stands for; None where there is none."""
    return CANDIDATES[candidate].way_of(mode) if candidate in CANDIDATES else None


def way_name(candidate: str, mode: str) -> str:
    """Return what its users call the way that a mode of a candidate stands for; the mode itself where that is not known."""
    way = way_of(candidate, mode)
    return way.name if way else mode


def candidates_for(pack: Pack, folder: Path | None) -> dict[str, Candidate]:
    """Return the candidates that can be measured, by id: those of the pack, and those that a folder of own probes adds."""
    if folder is None:
        return stacks_of(pack)
    frameworks = frameworks_in(folder)
    return {**all_stacks(frameworks), **stacks_of(pack, frameworks)}


def code_hashes(pack: Pack) -> dict[tuple[str, str], str]:
    """Return the hash of today's code behind the runs of each probe and candidate, the reference included."""
    from probes.catalogue import PROBES  # only where runs are judged: it reads the start of every probe
    from probes.fingerprint import code_hash

    candidates = {**stacks_of(pack), REFERENCE.id: REFERENCE}
    return {
        (name, id): code_hash(probe, candidate)
        for name, probe in PROBES.items()
        for id, candidate in candidates.items()
    }


def load_probed_pack(folders: Sequence[Path] = (BUILT_IN,)) -> Pack:
    """Return the pack that folders make together, with the candidates that can be measured; read once per process."""
    return _probed_once(resolve_folders(folders))


@cache
def _probed_once(folders: tuple[Path, ...]) -> Pack:
    """Return the pack of folders that are already resolved."""
    return mark_measurable(load_known_pack(folders))


def mark_measurable(pack: Pack) -> Pack:
    """Return the pack with the candidates marked that some built-in probe is written for."""
    return replace(pack, probed=frozenset(id for id, stack in stacks_of(pack).items() if has_probe(stack.file)))
