"""The user's own models as probes: what was timed of them informs the criteria the built-in timings inform, from nearer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from advisor.evidence.runs import Evidence
from advisor.knowledge.criterion import Criterion, MeasureScale
from advisor.knowledge.pack import Pack
from advisor.text import Text
from probes.catalogue import PROBES

STANDS_FOR = "training-step"
"""The built-in probe whose readings an own model takes over."""


def with_own_code(pack: Pack, evidence: Evidence) -> Pack:
    """Return the pack with the readings of the own models that were measured; the pack itself where there are none.

    A step counts only as a multiple of NumPy's: of a model without a NumPy reference memory alone is read.
    """
    names = measured_own_probes(evidence)
    if not names:
        return pack
    criteria = {id: replace(one, measured=(*one.measured, *_readings(one, names))) for id, one in pack.criteria.items()}
    return replace(pack, criteria=criteria)


def measured_own_probes(evidence: Evidence) -> list[str]:
    """Return the names of the own models of which some run may be leaned on."""
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


def is_timed(probe: str) -> bool:
    """Whether a probe that a criterion reads is timed: of own models nothing else is read."""
    return probe not in PROBES or PROBES[probe].timed


def _readings(criterion: Criterion, names: list[str]) -> Iterator[MeasureScale]:
    for reading in criterion.measured:
        if reading.probe == STANDS_FOR:
            label = Text(en=f"{reading.label.en}, own code", zh=f"{reading.label.zh}（自有代码）")
            yield from (replace(reading, probe=name, nearness="own-code", label=label) for name in names)
