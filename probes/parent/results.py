"""Turns what a child reported, and how it ended, into checked runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from probes.boundary import BadRun, word_kind
from probes.candidates import Candidate
from probes.catalogue import Probe
from probes.frameworks import DEFAULT, PRODUCTION
from probes.machine.contention import too_busy_reason
from probes.parent.private_names import without_private_names
from probes.parent.process import Ending
from probes.parent.tasks import when_measured
from probes.plain_text import plain_text
from probes.records import check_measures
from probes.run import MEASURES, SAMPLES, THREADS, VERSIONS, Outcome, Run

USEFUL = {Outcome.OK, Outcome.NO_STEADY_STATE, Outcome.TOO_NOISY}
RETRIED = {Outcome.IMPORT_CRASH, Outcome.KILLED, Outcome.TIMEOUT, Outcome.BAD_OUTPUT}
Make = Callable[..., Run]


def make_runs(ending: Ending, parts: Sequence[tuple[Probe, str]], make: Make) -> list[Run]:
    """Return one run per (probe, mode) part: what the child reported, or how its process ended if it did not.

    Args:
        make: makes a run of a probe and mode from keyword arguments, filling in what the runs of a child share.
    """
    result_by_part = {message["part"]: message for message in ending.messages if message["event"] == "result"}
    begun = {message["part"] for message in ending.messages if message["event"] == "part"}
    shared, refused = _shared_fields(ending)
    runs = []
    for probe, mode in parts:
        key = f"{probe.name}:{mode}"
        if key in result_by_part:
            fields = refused or _checked_fields(result_by_part[key], probe)
        else:
            later = "" if key in begun or not begun else " (this part had not begun)"
            fields = {"outcome": ending.outcome, "why": ending.why + later}
        runs.append(make(probe, mode, **shared, **fields))
    return runs


def missing_reason(modules: Sequence[str], candidate: Candidate) -> str:
    """Return why a candidate is not installed, and what to do."""
    return f"{' and '.join(modules)} {'is' if len(modules) == 1 else 'are'} not installed: {candidate.install}"


def copy_same_modes(runs: list[Run], candidate: Candidate, parts: Sequence[tuple[Probe, str]]) -> list[Run]:
    """Return the production run of a candidate whose default mode is the production mode already."""
    same = {
        probe.name for probe, mode in parts if mode == DEFAULT and when_measured(candidate, probe, PRODUCTION) == "same"
    }
    return [
        run.with_changes(mode=PRODUCTION, measures=run.measures | {"same_as": "default"})
        for run in runs
        if run.probe in same and run.mode == DEFAULT and run.outcome in USEFUL
    ]


def seconds_by_part(ending: Ending, parts: Sequence[tuple[Probe, str]]) -> dict[tuple[str, str], float]:
    """Return the seconds by (probe, mode), and under ("", "") those of the process: starting, importing, ending."""
    begun_at, ended_at = (
        {message["part"]: message["at"] for message in ending.messages if message["event"] == event}
        for event in ("part", "result")
    )
    seconds = {}
    for probe, mode in parts:
        key = f"{probe.name}:{mode}"
        if key in begun_at:
            seconds[probe.name, mode] = ended_at.get(key, ending.seconds) - begun_at[key]
    return seconds | {("", ""): ending.seconds - sum(seconds.values())}


def device_of(ending: Ending) -> str:
    """Return the device on which a child's framework computes; "cpu" where it did not say."""
    return next((plain_text(message["device"], 20) for message in ending.messages if "device" in message), "cpu")


def disturbed_outcome(foreign_share: float | str) -> dict[str, Any]:
    """Return the outcome of a timed run during which other processes were busy; nothing if they were not."""
    why = "" if isinstance(foreign_share, str) else too_busy_reason(foreign_share)
    return {"outcome": Outcome.TOO_NOISY, "why": why} if why else {}


def _shared_fields(ending: Ending) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the last reported versions and threads; where they break the contract, the fields of a refused run."""
    last = next((message for message in reversed(ending.messages) if message["event"] == "versions"), None)
    if last is None:
        return {}, {}
    versions = {plain_text(name, 40): plain_text(version, 40) for name, version in last["versions"].items()}
    try:
        VERSIONS(versions, "versions")
        THREADS(last["threads"], "threads")
    except BadRun as error:
        return {}, _refused_fields(error)
    return {"versions": versions, "threads": last["threads"]}, {}


def _checked_fields(message: dict[str, Any], probe: Probe) -> dict[str, Any]:
    """Return the fields of a reported result, checked; outcome `bad_output` where it breaks the contract."""
    measures, samples = message.get("measures", {}), message.get("samples", {})
    try:
        word_kind(list(Outcome))(message.get("outcome"), "outcome")
        outcome = Outcome(message["outcome"])
        MEASURES(measures, "measures")
        SAMPLES(samples, "samples")
        _check_measure_names(measures, probe)
        check_measures(measures, probe)
        if outcome is Outcome.OK and not measures:
            raise BadRun("no measures")
    except BadRun as error:
        return _refused_fields(error)
    measures = {
        name: without_private_names(value, probe.folder) if isinstance(value, str) else value
        for name, value in measures.items()
    }
    why = plain_text(without_private_names(str(message.get("why", "")), probe.folder))
    if outcome is not Outcome.OK and not why:
        why = f"the child said {outcome} without a reason"
    return {"outcome": outcome, "why": why, "measures": measures, "samples": samples}


def _check_measure_names(measures: dict[str, Any], probe: Probe) -> None:
    """Refuse measures that the probe does not declare."""
    unknown = sorted(set(measures) - set(probe.measures))
    if unknown:
        raise BadRun(f"measures the probe does not declare: {', '.join(unknown[:5])}")


def _refused_fields(error: BadRun) -> dict[str, Any]:
    """Return the fields of a run whose result was refused."""
    return {"outcome": Outcome.BAD_OUTPUT, "why": f"result refused: {plain_text(error, 200)}"}
