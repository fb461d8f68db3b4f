"""Measurements read on the criteria's fixed scales, with their standard error and their distance from real work."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator

from advisor.evidence.findings import amount_word
from advisor.evidence.own_code import is_timed
from advisor.evidence.paired_comparison import measure_value as number_of
from advisor.evidence.runs import REFERENCE, Evidence
from advisor.knowledge.criterion import Criterion, MeasureScale
from advisor.knowledge.pack import Pack
from advisor.reasoning.beliefs import MISMATCH
from advisor.reasoning.readings import ScaledMeasurement
from advisor.reasoning.scale import measurement_sd, on_scale
from probes.run import Run

LEAST_BLOCKS = 3
"""With fewer blocks a time says too little about its own spread to enter a belief."""


def scaled_measurements(pack: Pack, evidence: Evidence, steps: int) -> tuple[ScaledMeasurement, ...]:
    """Read every measure that informs a criterion.

    Args:
        pack: criteria and their scales.
        evidence: the runs that may be leaned on.
        steps: how many training steps the project is taken to run: decides which mode's speed counts.

    Returns:
        One record per candidate, criterion and measure that has a usable value.
    """
    return tuple(
        one
        for criterion in pack.criteria.values()
        for reading in criterion.measured
        for one in _read(pack, criterion, reading, evidence, steps)
    )


def _read(
    pack: Pack, criterion: Criterion, reading: MeasureScale, evidence: Evidence, steps: int
) -> Iterator[ScaledMeasurement]:
    timed = is_timed(reading.probe)
    for candidate in pack.candidates:
        one = (
            _timed(candidate, criterion, reading, evidence, steps)
            if timed
            else _exact(candidate, criterion, reading, evidence)
        )
        if one is not None:
            yield one


def _exact(candidate: str, criterion: Criterion, reading: MeasureScale, evidence: Evidence) -> ScaledMeasurement | None:
    run = evidence.exact(reading.probe).get(candidate)
    amount = run.measures.get(reading.measure) if run else None
    if run is None or amount is None:
        return None
    if reading.levels is not None:
        level = reading.levels.get(amount_word(amount))
        if level is None:
            return None
        return _record(candidate, criterion, reading, level, MISMATCH[reading.nearness], amount_word(amount), "", [run])
    if isinstance(amount, str | bool):
        return None
    number = float(amount)
    return _record(
        candidate, criterion, reading, on_scale(number, reading), measurement_sd(reading, 0.0), number, "", [run]
    )


def _timed(
    candidate: str, criterion: Criterion, reading: MeasureScale, evidence: Evidence, steps: int
) -> ScaledMeasurement | None:
    best = None
    for mode in ("default", "production"):
        blocks = evidence.blocks(reading.probe, mode)
        runs = blocks.get(candidate, {})
        reference = blocks.get(REFERENCE, {})
        pairs = [
            (run, reference.get(block))
            for block, run in sorted(runs.items())
            if number_of(run, reading.measure)
            and (not reading.over_reference or (block in reference and number_of(reference[block], reading.measure)))
        ]
        if len(pairs) < LEAST_BLOCKS:
            continue
        total = statistics.median(_total_seconds(run, steps) for run, _ in pairs)
        if best is None or total < best[0]:
            best = (total, mode, pairs)
    if best is None:
        return None
    _, mode, pairs = best
    logs = [math.log(float(run.measures[reading.measure]) / _reference(other, reading)) for run, other in pairs]
    mean = statistics.fmean(logs)
    error = statistics.stdev(logs) / math.sqrt(len(logs))
    amount = statistics.median(float(run.measures[reading.measure]) for run, _ in pairs)
    value, sd = on_scale(math.exp(mean), reading), measurement_sd(reading, error)
    return _record(candidate, criterion, reading, value, sd, amount, mode, [run for run, _ in pairs])


def _total_seconds(run: Run, steps: int) -> float:
    """First step and the steps after it: what decides which mode a project of this length would use."""
    return number_of(run, "first_step_s") + steps * number_of(run, "step_ms") / 1e3


def _reference(run: Run | None, reading: MeasureScale) -> float:
    return float(run.measures[reading.measure]) if run is not None and reading.over_reference else 1.0


def _record(
    candidate: str,
    criterion: Criterion,
    reading: MeasureScale,
    value: float,
    sd: float,
    amount: float | str,
    mode: str,
    runs: list[Run],
) -> ScaledMeasurement:
    return ScaledMeasurement(
        candidate,
        criterion.id,
        reading.probe,
        reading.measure,
        value,
        sd,
        reading.counts_when,
        amount,
        mode,
        tuple(run.id for run in runs),
    )
