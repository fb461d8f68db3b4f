"""What a probe that reads source code finds: no child is started, and no framework imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from probes.candidates import Candidate
from probes.catalogue import Probe
from probes.frameworks import top_level_modules
from probes.run import Outcome


def static_results(probe: Probe, candidates: Sequence[Candidate]) -> Iterator[tuple[Candidate, dict[str, Any]]]:
    """Yield for each candidate the fields of its run."""
    from probes.dev_effort.count import NotWritten, count_effort

    for candidate in candidates:
        try:
            measures = count_effort(candidate.file, top_level_modules(), probe.uses)
            yield candidate, {"outcome": Outcome.OK, "measures": measures}
        except NotWritten as error:
            yield candidate, {"outcome": Outcome.NOT_WRITTEN, "why": str(error)}
