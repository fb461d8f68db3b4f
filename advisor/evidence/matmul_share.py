"""How much of the machine's own matrix-multiply rate a candidate's training step achieves.

The rate of the step is the task's count of floating-point operations of its matrix products over the step's time; the
machine's is what NumPy reached with large products in the same block. What a step does besides, and calls that are too
small to fill the processor, show as the missing part.
"""

from __future__ import annotations

import statistics

from advisor.evidence.runs import REFERENCE, Evidence


def matmul_share(evidence: Evidence, probe: str, mode: str = "default") -> dict[str, float]:
    """Return the median share, 0 to about 1, of each candidate that was measured beside the reference."""
    blocks = evidence.blocks(probe, mode)
    machine = {block: run.measures.get("machine_gflops") for block, run in blocks.get(REFERENCE, {}).items()}
    found = {}
    for candidate, runs in blocks.items():
        pairs = [(run.measures.get("gflops"), machine.get(block)) for block, run in runs.items()]
        shares = [one / all_ for one, all_ in pairs if isinstance(one, int | float) and isinstance(all_, int | float)]
        if shares and candidate != REFERENCE:
            found[candidate] = statistics.median(shares)
    return found
