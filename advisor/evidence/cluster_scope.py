"""For which cluster a measurement on several nodes speaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.evidence.paired_comparison import measure_value
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
    rate = _rate_text(link)
    scope = text("findings.on-cluster", reason=reason, nodes=nodes, kind=kind_of(run.machine).id, rate=rate)
    return text("findings.bound-by-network", reason=scope) if run.measures.get("bound_by") == "network" else scope


def several_nodes_notes(runs: Sequence[Run]) -> Iterator[Text]:
    """Yield what has to be known of jobs on several nodes: that these are one machine, and whom the network held up."""
    if any(_count(run, "machines") < _count(run, "workers") for run in runs):
        yield text("evidence.several-nodes-of-one-machine")
    slow = [run for run in runs if run.measures.get("bound_by") == "network"]
    if not slow:
        return
    size = max(_count(run, "workers") for run in slow)
    shares = [
        text("evidence.exchange-of-step", candidate=run.candidate, exchange=f"{exchange:.0f}", step=f"{step:.0f}")
        for run in slow
        if (exchange := measure_value(run, f"exchange_ms_{size}")) and (step := measure_value(run, f"step_ms_{size}"))
    ]
    rate = _rate_text(slow[0].measures.get("link_mbit"))
    yield text("evidence.network-bound", nodes=size, rate=rate, shares=shares)


def _count(run: Run, measure: str) -> int:
    """Return a measured number of nodes; 0 where there is none."""
    count = run.measures.get(measure)
    return count if isinstance(count, int) else 0


def _rate_text(mbit: object) -> float | str:
    """Return what a network carries, in Gbit/s."""
    return round(mbit / MBIT_PER_GBIT, 2) if isinstance(mbit, int | float) else "?"
