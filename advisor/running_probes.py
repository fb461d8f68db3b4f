"""Run the probes of an answer and keep their runs, whatever interrupts it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from advisor.errors import ProbeError
from advisor.knowledge.pack import Pack
from advisor.reading_evidence import tell
from advisor.request import Gathered, Request
from advisor.sentences import text
from advisor.sentences.messages import in_both
from advisor.text import Text

if TYPE_CHECKING:
    from advisor.evidence.collect import Run, SessionRecord
    from advisor.evidence.keeping import Keeper
    from probes.catalogue import Probe
    from probes.suite import Progress


def run_probes(
    request: Request,
    pack: Pack,
    probes: tuple[str, ...],
    rungs: tuple[Probe, ...],
    gathered: Gathered,
    keeper: Keeper | None,
    on_progress: Callable[[Progress], None],
) -> None:
    """Run the sizes of a workload, then probes, and add their runs to `gathered`; an interrupt, or a disk that is full, keeps the finished ones."""
    from advisor.evidence import collect

    records: list[SessionRecord] = []
    depth: Literal["quick", "full"] = "full" if request.probing == "full" else "quick"
    seconds, begin = request.most_seconds_with(workload=bool(rungs)), time.monotonic()
    try:
        if rungs:
            share = collect.WORKLOAD_BUDGET if request.budget is None else collect.WORKLOAD_SHARE * seconds
            blocks = collect.WORKLOAD_BLOCKS
            for record in collect.measure_now(
                pack, rungs, depth, share, keeper, on_progress, wait=request.wait, blocks=blocks
            ):
                records.append(record)
        if probes:
            left = max(1.0, seconds - (time.monotonic() - begin)) if rungs else seconds
            for record in collect.measure_now(pack, probes, depth, left, keeper, on_progress, wait=request.wait):
                records.append(record)
    except KeyboardInterrupt:
        gathered.interrupted = True
    except collect.MachineBusy as error:
        if request.probing != "auto":
            raise
        gathered.warnings.append(text("evidence.nothing-was-measured", why=in_both(error.problems[0])))
    except OSError as error:  # of the temporary folder, in which everything is run
        if request.probing != "auto" and not records:
            raise
        gathered.warnings.append(text("evidence.measuring-was-cut-short", why=str(error.strerror or error)))
    finally:
        if keeper is not None:
            keeper.close()
    gathered.evidence = collect.add_records(gathered.evidence, records)
    gathered.warnings += collect.cpu_reasons(records)
    _check_failures(request, [record for record in records if isinstance(record, collect.Run)], gathered)


def has_temporary_folder() -> bool:
    """Return whether there is a folder for temporary files, in which everything is run, that can be written."""
    try:
        tempfile.gettempdir()
    except OSError:
        return False
    return True


def open_keeper_of(request: Request, gathered: Gathered, on_warning: Callable[[Text], None] | None) -> Keeper | None:
    """Open the store that measured runs are written to; None where runs come from files and no store was named."""
    from advisor.evidence.keeping import open_keeper

    if request.evidence_files and not request.store:
        return None
    required = request.store is not None and request.probing != "auto"
    return open_keeper(request.store, lambda warning: tell(gathered, warning, on_warning), required=required)


def _check_failures(request: Request, runs: list[Run], gathered: Gathered) -> None:
    """Raise where all probes that were asked for failed; under `auto` only a missing installation warns."""
    from advisor.evidence.collect import is_timed_run
    from advisor.evidence.warnings import NOTHING_INSTALLED

    failed = [run for run in runs if run.outcome not in ("ok", "not_installed", "unsupported")]
    usable = [run for run in runs if run.outcome == "ok" and run.candidate != "numpy"]
    if request.probing != "auto" and failed and not usable and not gathered.interrupted:
        raise ProbeError(f"no probe succeeded; the first: {failed[0].probe} on {failed[0].candidate}: {failed[0].why}")
    outcomes = {str(run.outcome) for run in runs if is_timed_run(run)}
    if outcomes == {"not_installed"} and not gathered.interrupted and not gathered.warnings:
        gathered.warnings.append(text(NOTHING_INSTALLED))
