"""The user's own models as probes: their timings inform the same criteria as the built-in ones, with a smaller mismatch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from advisor.errors import InputError, Problem
from advisor.evidence.runs import Evidence
from advisor.knowledge.criterion import Criterion, MeasureScale
from advisor.knowledge.pack import Pack
from advisor.sentences import text
from probes.catalogue import PROBES, BadProbe, Probe, load_own_probes
from probes.frameworks import BadFramework, frameworks_in

STANDS_FOR = "training-step"
"""The built-in probe whose measure scales are used for own models."""


def add_own_code_scales(pack: Pack, evidence: Evidence) -> Pack:
    """Return the pack with measure scales added for the user's own models that were measured.

    A step counts only as a multiple of NumPy's: without a NumPy reference only the memory of a model is read.
    """
    probes = measured_own_probes(evidence)
    if not probes:
        return pack
    criteria = {
        id: replace(criterion, measured=(*criterion.measured, *_scales_of_own_code(criterion, probes)))
        for id, criterion in pack.criteria.items()
    }
    return replace(pack, criteria=criteria)


def measured_own_probes(evidence: Evidence) -> list[str]:
    """Return the names of the user's own probes that have runs that count."""
    return sorted(
        {
            run.probe
            for run in evidence.runs
            if run.probe not in PROBES
            and run.session in evidence.registered
            and run.probe in evidence.registered[run.session].own
            and evidence.counts(run)
        }
    )


def is_timed_probe(probe: str) -> bool:
    """Return whether a probe that informs a criterion is timed; a user's own probe always is."""
    return probe not in PROBES or PROBES[probe].timed


def _scales_of_own_code(criterion: Criterion, probes: list[str]) -> Iterator[MeasureScale]:
    """Yield, for each own probe, the scales that read the training step, changed to read that probe instead."""
    for scale in criterion.measured:
        if scale.probe == STANDS_FOR:
            label = text("evidence.own-code", measure=scale.label)
            yield from (replace(scale, probe=probe, nearness="own-code", label=label) for probe in probes)


def load_user_probes(folder: Path) -> Mapping[str, Probe]:
    """Load the user's own probes from a folder, which may itself be a probe.

    Raises:
        InputError: there is none, or one is not what a probe must be; with file and line.
    """
    try:
        probes = load_own_probes(folder)
        frameworks_in(folder)
        return probes
    except (BadProbe, BadFramework) as error:
        raise InputError([Problem(error.place, error.what, error.fix)]) from None
