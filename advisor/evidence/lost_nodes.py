"""What a session on a node had still to measure when the node was lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.text import clean
from probes.candidates import CANDIDATES
from probes.catalogue import PROBES
from probes.fingerprint import code_hash
from probes.registration import Registration
from probes.run import Outcome, Run


def unfinished_runs(records: Sequence[Registration | Run], why: str, machine: Mapping[str, Any]) -> Iterator[Run]:
    """Yield a run for whatever a session set out to measure and had not when its node was lost."""
    runs = [record for record in records if isinstance(record, Run)]
    for plan in (record for record in records if isinstance(record, Registration)):
        for probe in plan.probes:
            for candidate in plan.candidates:
                blocks = {run.block for run in runs if (run.probe, run.candidate) == (probe, candidate)}
                timed = (probe in PROBES and PROBES[probe].timed) or any(block is not None for block in blocks)
                if (plan.looks[-1] in blocks) if timed else blocks:
                    continue
                is_built_in = probe in PROBES and candidate in CANDIDATES
                code = code_hash(PROBES[probe], CANDIDATES[candidate]) if is_built_in else plan.code.get(probe, "")
                yield Run(
                    session=plan.session,
                    probe=probe,
                    candidate=candidate,
                    outcome=Outcome.NODE_LOST,
                    why=f"the node was lost ({clean(why) or 'no answer'})",
                    machine=dict(machine),
                    code=code,
                    started=plan.started,
                )
