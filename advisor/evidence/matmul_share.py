"""The share of the machine's matrix-multiply rate that a candidate's training step achieves.

The rate of the step is the number of floating-point operations in the task's matrix products divided by the step time; the
machine's rate is what NumPy reached with large products in the same block. Other work of the step, and products too
small to fill the processor, lower the share.
"""

from __future__ import annotations

import statistics

from advisor.evidence.runs import REFERENCE, Evidence


def median_matmul_shares(evidence: Evidence, probe: str, mode: str = "default") -> dict[str, float]:
    """Return by candidate the median, over the blocks, of its share of the machine's matrix-product speed, 0 to about 1."""
    blocks = evidence.blocks(probe, mode)
    machine = {block: run.measures.get("machine_gflops") for block, run in blocks.get(REFERENCE, {}).items()}
    medians = {}
    for candidate, runs in blocks.items():
        rates = [(run.measures.get("gflops"), machine.get(block)) for block, run in runs.items()]
        shares = [
            achieved / highest
            for achieved, highest in rates
            if isinstance(achieved, int | float) and isinstance(highest, int | float)
        ]
        if shares and candidate != REFERENCE:
            medians[candidate] = statistics.median(shares)
    return medians
