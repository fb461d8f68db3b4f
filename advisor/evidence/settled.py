"""Whether the blocks of one session decide every comparison, so that no more of them are needed."""

from __future__ import annotations

from itertools import combinations

from advisor.evidence.paired_comparison import compare
from advisor.evidence.runs import DEFAULT, REFERENCE, STEP, Evidence
from advisor.evidence.way_costs import fastest_modes
from probes.registration import MARGIN


def is_settled(evidence: Evidence) -> bool:
    """Return whether the blocks of one session decide every comparison of two candidates: faster, or equal.

    Compared are the candidates by default, and each in its fastest way.
    """
    probes = {run.probe for run in evidence.runs if run.block is not None and run.candidate != REFERENCE}
    for probe in sorted(probes):
        for mode_by_candidate in (_default_modes(evidence, probe), fastest_modes(evidence, probe)):
            for (a, mode), (b, mode_of_b) in combinations(sorted(mode_by_candidate.items()), 2):
                comparison = compare(evidence, probe, mode, STEP, a, b, mode_of_b=mode_of_b)
                if comparison.judge_equal(MARGIN)[0] == "inconclusive":
                    return False
    return True


def _default_modes(evidence: Evidence, probe: str) -> dict[str, str]:
    """Return the default mode for each candidate that was timed in it."""
    return dict.fromkeys(set(evidence.blocks(probe, DEFAULT)) - {REFERENCE}, DEFAULT)
