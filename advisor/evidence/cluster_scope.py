"""For which cluster a measurement on several nodes speaks."""

from __future__ import annotations

from advisor.sentences import text
from advisor.text import Text
from probes.machine.kind import kind_of
from probes.run import Run

MBIT_PER_GBIT = 1000


def with_cluster(run: Run, reason: Text) -> Text:
    """Return a reason with the cluster it was measured on: how many nodes, of which kind, at what rate; as it is elsewhere."""
    nodes, link = run.measures.get("machines"), run.measures.get("link_mbit")
    if not isinstance(nodes, int) or nodes < 2:
        return reason
    rate = round(link / MBIT_PER_GBIT, 2) if isinstance(link, int | float) else "?"
    scope = text("findings.on-cluster", reason=reason, nodes=nodes, kind=kind_of(run.machine).id, rate=rate)
    return text("findings.bound-by-network", reason=scope) if run.measures.get("bound_by") == "network" else scope
