"""Candidates in tiers by speed, fastest first: only differences between tiers are likely to show in a user's own job.

Compared with longer jobs of other shapes (2026-11-24, 2 cores, 60 pairs of ways to train; see probes/README.md), pairs that
differ by a factor of 2 or more in the probe kept their order in 22 of 25, closer ones in 22 of 35, little better than chance. A new
tier therefore begins only where the ratio to the fastest of the tier before reaches 2 and the blocks confirm that it is slower. A way
with too few steady blocks for a verdict is in no tier and begins none; otherwise one lost block of the fastest would make all others
equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from advisor.evidence.paired_comparison import compare
from advisor.evidence.runs import Evidence
from probes.registration import MARGIN

TIE = 2.0


class CandidateMode(NamedTuple):
    """A candidate in one mode."""

    candidate: str
    mode: str


def group_into_tiers(
    evidence: Evidence, probe: str, measure: str, fastest_first: Sequence[CandidateMode]
) -> list[list[CandidateMode]]:
    """Group the candidates and modes of a timed probe into tiers.

    Args:
        evidence: the runs.
        probe, measure: what is compared.
        fastest_first: candidates in a mode, in the order of their measure.

    Returns:
        The tiers, without those that have too few valid blocks.
    """
    groups: list[list[CandidateMode]] = []
    for candidate_mode in fastest_first:
        if (
            compare(
                evidence, probe, candidate_mode.mode, measure, candidate_mode.candidate, candidate_mode.candidate
            ).void
            is not None
        ):
            continue
        if groups and not _is_slower(evidence, probe, measure, candidate_mode, groups[-1][0]):
            groups[-1].append(candidate_mode)
        else:
            groups.append([candidate_mode])
    return groups


def _is_slower(
    evidence: Evidence, probe: str, measure: str, candidate_mode: CandidateMode, fastest: CandidateMode
) -> bool:
    """Return whether a candidate and mode is slower than the fastest of a tier, by more than a tie."""
    comparison = compare(
        evidence,
        probe,
        fastest.mode,
        measure,
        fastest.candidate,
        candidate_mode.candidate,
        mode_of_b=candidate_mode.mode,
    )
    if comparison.interval is None or comparison.interval.ratio < TIE:
        return False
    return comparison.judge_faster(MARGIN)[0] == "confirmed"
