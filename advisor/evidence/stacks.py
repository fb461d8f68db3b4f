"""What the probes run for each candidate of a pack, and which candidates they are written for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from advisor.knowledge.folder import located
from advisor.knowledge.loading import known_pack
from advisor.knowledge.pack import BUILT_IN, Pack
from probes.candidates import CANDIDATES, FRAMEWORKS, REFERENCE, Candidate, composed, every_stack, is_written
from probes.catalogue import PROBES
from probes.frameworks import Distribution, Framework, Way, frameworks_in
from probes.run import Run

PACKAGES = frozenset(
    name for framework in FRAMEWORKS.values() if not framework.reference for name in framework.distributions
)
"""What the probes' frameworks consist of: a run counts only while all it found of these is still installed in that version."""


def stacks(pack: Pack, frameworks: Mapping[str, Framework] = FRAMEWORKS) -> dict[str, Candidate]:
    """Return what runs for each candidate: its frameworks as the probes know them, and what its row in the pack adds.

    Args:
        pack: for its candidates.
        frameworks: those the probes know.

    Returns:
        By candidate; those of a framework or backend that the probes do not know are left out.
    """
    stack_by_id = {
        id: composed(id, row.framework, row.backend, frameworks, row.modules, row.environment)
        for id, row in pack.candidates.items()
    }
    return {id: stack for id, stack in stack_by_id.items() if stack is not None}


def packages_of(candidate: str) -> tuple[str, ...]:
    """Return what a project on a built-in candidate asks for: the modules of its frameworks, and what those bring along."""
    frameworks = CANDIDATES[candidate].frameworks
    modules = (name for framework in frameworks for name in (*framework.modules, *framework.brings))
    versioned = {name for framework in frameworks for name in framework.distributions}
    return tuple(name for name in dict.fromkeys(modules) if name in versioned)


def backend_of(candidate: str) -> str:
    """Return the backend a built-in candidate is told to use; empty for one that is not told, or is not built in."""
    stack = CANDIDATES.get(candidate)
    return stack.engine.backend if stack and len(stack.frameworks) > 1 else ""


def reads_code(probe: str) -> bool:
    """Return whether a probe counts in source code and starts nothing: its numbers need no framework, and say nothing of a machine."""
    return probe in PROBES and PROBES[probe].static


def ran_a_framework(runs: Iterable[Run]) -> bool:
    """Return whether any run is of a framework that ran: not of NumPy, and not a count in source code."""
    return any(run.outcome == "ok" and run.candidate != REFERENCE.id and not reads_code(run.probe) for run in runs)


def distributions_of(package: str) -> tuple[Distribution, ...]:
    """Return the distributions that may bring a package, the most wanted first; of one that is no framework's, its own."""
    choices = (
        framework.distributions[package] for framework in FRAMEWORKS.values() if package in framework.distributions
    )
    return next(choices, (Distribution(package),))


def ways_of(pack: Pack) -> dict[str, Way]:
    """Return the documented faster form of each candidate that has one: how it is measured, and what its users call it."""
    return {id: stack.way for id, stack in stacks(pack).items() if stack.way is not None}


def candidates_for(pack: Pack, folder: Path | None) -> dict[str, Candidate]:
    """Return what can be measured, by id: the candidates of the pack, and with a folder of own probes those it adds."""
    if folder is None:
        return stacks(pack)
    frameworks = frameworks_in(folder)
    return {**every_stack(frameworks), **stacks(pack, frameworks)}


def code_of(pack: Pack) -> dict[tuple[str, str], str]:
    """Return the hash of the code behind the runs of each probe and candidate, as it is here now; of the reference too."""
    from probes.catalogue import PROBES  # only where runs are judged: it reads the start of every probe
    from probes.fingerprint import fingerprint

    candidates = {**stacks(pack), REFERENCE.id: REFERENCE}
    return {
        (name, id): fingerprint(probe, candidate)
        for name, probe in PROBES.items()
        for id, candidate in candidates.items()
    }


def probed_pack(folders: Sequence[Path] = (BUILT_IN,)) -> Pack:
    """Return the pack that folders make together (see `knowledge.loading`) as `probed` returns it, once per process."""
    return _probed_once(located(folders))


@cache
def _probed_once(folders: tuple[Path, ...]) -> Pack:
    return probed(known_pack(folders))


def probed(pack: Pack) -> Pack:
    """Return the pack, knowing which of its candidates some built-in probe is written for."""
    return replace(pack, probed=frozenset(id for id, stack in stacks(pack).items() if is_written(stack.file)))
