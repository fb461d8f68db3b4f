"""Which differences a user's own job would still show: candidates in tiers, fastest first.

Held against longer jobs of other shapes (tests/benchmarks/held_out.py, 2026-11-24, 2 cores, 60 pairs of ways to train), pairs a factor
of 2 and more apart in the probe kept their order in 22 of 25, closer ones in 22 of 35, little better than chance. So a new
tier begins only where the ratio to the fastest of the last one reaches 2 and the blocks decide that it is slower. A way with too
few steady blocks for a verdict stands in no tier, and begins none: else one lost block of the fastest would make all others equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from advisor.evidence.paired_comparison import compare
from advisor.evidence.runs import Evidence
from probes.registration import MARGIN

TIE = 2.0


class Way(NamedTuple):
    """A candidate in one mode."""

    candidate: str
    mode: str


def tiers(evidence: Evidence, probe: str, measure: str, fastest_first: Sequence[Way]) -> list[list[Way]]:
    """Group ways of doing a timed probe's job into tiers.

    Args:
        evidence: the runs that may be leaned on.
        probe, measure: what is compared.
        fastest_first: the ways in the order of their measure.

    Returns:
        The tiers, without the ways of which nothing can be decided.
    """
    found: list[list[Way]] = []
    for way in fastest_first:
        if compare(evidence, probe, way.mode, measure, way.candidate, way.candidate).void is not None:
            continue
        if found and not _slower(evidence, probe, measure, found[-1][0], way):
            found[-1].append(way)
        else:
            found.append([way])
    return found


def _slower(evidence: Evidence, probe: str, measure: str, first: Way, other: Way) -> bool:
    one = compare(evidence, probe, first.mode, measure, first.candidate, other.candidate, mode_of_b=other.mode)
    return one.interval is not None and one.interval.ratio >= TIE and one.faster(MARGIN)[0] == "confirmed"
