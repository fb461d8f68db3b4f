"""The runs recorded in full, stamped with the code of the present probes, so that they go on counting when that code changes."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

from made_runs import present_code

from probes.catalogue import PROBES
from probes.run import Run

RECORDED = Path(__file__).parent.parent / "benchmarks" / "recorded_full.jsonl.gz"


def read_recorded_runs() -> list[Run]:
    """Return the recorded runs as they were made; `benchmarks/probing.py` says where and when."""
    with gzip.open(RECORDED, "rt", encoding="utf-8") as file:
        return [Run.from_json(line) for line in file]


def stamp_runs(runs: Iterable[Run]) -> list[Run]:
    """Return runs as if the present probes had made them, each with the id that belongs to its content."""
    return [
        run.with_changes(code=present_code(run.probe, run.candidate)) if run.probe in PROBES else run for run in runs
    ]
