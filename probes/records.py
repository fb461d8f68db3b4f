"""Records of measurements as they come from files, stores and children: runs and registrations, each fit to be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from probes.boundary import CLOCK, is_number, parse_object, refused_value
from probes.catalogue import PROBES, TIMED_MEASURES, Measure, Probe, name_without_sizes
from probes.registration import RECORD, Registration
from probes.run import Run, Value

SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
"""Units of time, in seconds."""
SIZES = ("MiB", "kB")
LONGEST, LARGEST = 1e9, 1e12
"""Seconds, and amounts of anything else, that no probe comes near."""


def read_record(line: str | bytes) -> Run | Registration:
    """Read one line of an evidence file or a store.

    Raises:
        BadRun: the line is neither a run nor a registration, or has a value that is not allowed.
    """
    record = parse_object(line)
    return Registration.from_record(record) if record.get("record") == RECORD else read_run(record)


def read_run(record: Mapping[str, Any]) -> Run:
    """Read a run and check its measures: as its probe declares them, or as any timed probe has them.

    Raises:
        BadRun: a field or measure is not allowed; the message names it.
    """
    run = Run.from_record(record)
    if (name := name_without_sizes(run.probe)) in PROBES:
        check_amounts(run.measures, PROBES[name].measures)
    elif run.mode:
        check_amounts(run.measures, TIMED_MEASURES)
    return run


def check_measures(measures: Mapping[str, Value], probe: Probe) -> None:
    """Check the measures of a probe: built-in ones by their declaration, a user's own by their units.

    Raises:
        BadRun: a measure is not allowed; the message names it.
    """
    built_in_measures = (
        probe.measures if name_without_sizes(probe.name) in PROBES else TIMED_MEASURES if probe.timed else {}
    )
    user_measures = {name: measure for name, measure in probe.measures.items() if measure.unit in (*SECONDS, *SIZES)}
    check_amounts(measures, {**user_measures, **built_in_measures})


def check_amounts(measures: Mapping[str, Value], declared: Mapping[str, Measure]) -> None:
    """Check measures: times a clock can tell, no negative size or count, words only without a unit.

    Raises:
        BadRun: a measure is not allowed; the message names it.
    """
    for name, value in measures.items():
        if value == "":
            raise refused_value(f"measures.{name}", "nothing", "a value")
        if name in declared and (requirement := _amount_fault(value, declared[name])):
            raise refused_value(f"measures.{name}", f"{value!r} {declared[name].unit}".strip(), requirement)


def _amount_fault(value: Value, measure: Measure) -> str:
    """Return what an amount must be and is not; empty where it is right."""
    if measure.unit in SECONDS:
        measurable = is_number(value) and CLOCK <= value * SECONDS[measure.unit] <= LONGEST
        return "" if measurable else "a time above 0 that a clock can tell"
    if is_number(value):
        return "" if 0 <= value < LARGEST else f"an amount from 0 to {LARGEST:g}"
    return "an amount" if measure.unit or (measure.better == "lower" and isinstance(value, str)) else ""
