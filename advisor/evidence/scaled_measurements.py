"""Measurements read on the criteria's fixed scales, with their standard deviations there."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator

from advisor.evidence.findings import amount_word
from advisor.evidence.own_code import is_timed_probe
from advisor.evidence.paired_comparison import measure_value
from advisor.evidence.runs import REFERENCE, Evidence
from advisor.knowledge.criterion import Criterion, MeasureScale
from advisor.knowledge.pack import Pack
from advisor.reasoning.beliefs import MISMATCH
from advisor.reasoning.readings import ScaledMeasurement
from advisor.reasoning.scale import measurement_sd, on_scale
from probes.run import Run

LEAST_BLOCKS = 3
"""With fewer blocks the standard error of a time is too uncertain for it to enter a belief."""


def scale_measurements(pack: Pack, evidence: Evidence, steps: int) -> tuple[ScaledMeasurement, ...]:
    """Read every measure that informs a criterion.

    Args:
        pack: criteria and their measure scales.
        evidence: the runs.
        steps: how many training steps the project is assumed to run: it decides which mode's speed counts.

    Returns:
        One measurement per candidate, criterion and measure with a usable value.
    """
    return tuple(
        measurement
        for criterion in pack.criteria.values()
        for scale in criterion.measured
        for measurement in _read_scale(pack, criterion, scale, evidence, steps)
    )


def _read_scale(
    pack: Pack, criterion: Criterion, scale: MeasureScale, evidence: Evidence, steps: int
) -> Iterator[ScaledMeasurement]:
    """Yield the measurement of each candidate that has one on a scale."""
    timed = is_timed_probe(scale.probe)
    for candidate in pack.candidates:
        measurement = (
            _read_timed(candidate, criterion, scale, evidence, steps)
            if timed
            else _read_exact(candidate, criterion, scale, evidence)
        )
        if measurement is not None:
            yield measurement


def _read_exact(
    candidate: str, criterion: Criterion, scale: MeasureScale, evidence: Evidence
) -> ScaledMeasurement | None:
    """Read the measure of an exact probe; None where the candidate has no value."""
    run = evidence.exact(scale.probe).get(candidate)
    measured_value = run.measures.get(scale.measure) if run else None
    if run is None or measured_value is None:
        return None
    if scale.levels is not None:
        word = amount_word(measured_value)
        value = scale.levels.get(word)
        if value is None:
            return None
        return _make_measurement(candidate, criterion, scale, value, MISMATCH[scale.nearness], word, "", [run])
    if isinstance(measured_value, str | bool):
        return None
    value, sd = on_scale(float(measured_value), scale), measurement_sd(scale, 0.0)
    return _make_measurement(candidate, criterion, scale, value, sd, float(measured_value), "", [run])


_Pair = tuple[Run, Run | None]
"""A run and the NumPy reference of its block, if there is one."""


def _read_timed(
    candidate: str, criterion: Criterion, scale: MeasureScale, evidence: Evidence, steps: int
) -> ScaledMeasurement | None:
    """Read a timed measure in the mode in which the project's training would take the least time."""
    fastest: tuple[float, str, list[_Pair]] | None = None
    for mode in evidence.modes(scale.probe):
        pairs = _paired_runs(candidate, scale, evidence, mode)
        if len(pairs) < LEAST_BLOCKS:
            continue
        seconds = statistics.median(_training_seconds(run, steps) for run, _ in pairs)
        if fastest is None or seconds < fastest[0]:
            fastest = (seconds, mode, pairs)
    if fastest is None:
        return None
    _, mode, pairs = fastest
    logs = [
        math.log(float(run.measures[scale.measure]) / _reference_amount(reference, scale)) for run, reference in pairs
    ]
    standard_error = statistics.stdev(logs) / math.sqrt(len(logs))
    amount = statistics.median(float(run.measures[scale.measure]) for run, _ in pairs)
    value, sd = on_scale(math.exp(statistics.fmean(logs)), scale), measurement_sd(scale, standard_error)
    return _make_measurement(candidate, criterion, scale, value, sd, amount, mode, [run for run, _ in pairs])


def _paired_runs(candidate: str, scale: MeasureScale, evidence: Evidence, mode: str) -> list[_Pair]:
    """Return each valid run of a candidate with the NumPy reference of its block, in the order of blocks."""
    blocks = evidence.blocks(scale.probe, mode)
    references = blocks.get(REFERENCE, {})
    return [
        (run, references.get(block))
        for block, run in sorted(blocks.get(candidate, {}).items())
        if measure_value(run, scale.measure)
        and (not scale.over_reference or (block in references and measure_value(references[block], scale.measure)))
    ]


def _training_seconds(run: Run, steps: int) -> float:
    """Return the time of the first step and so many steps after it, in seconds."""
    return measure_value(run, "first_step_s") + steps * measure_value(run, "step_ms") / 1e3


def _reference_amount(reference: Run | None, scale: MeasureScale) -> float:
    """Return what a run's measure is divided by: the reference's measure, or 1 where it is read as it is."""
    return float(reference.measures[scale.measure]) if reference is not None and scale.over_reference else 1.0


def _make_measurement(
    candidate: str,
    criterion: Criterion,
    scale: MeasureScale,
    value: float,
    sd: float,
    amount: float | str,
    mode: str,
    runs: list[Run],
) -> ScaledMeasurement:
    """Return the measurement of a candidate on a scale."""
    return ScaledMeasurement(
        candidate=candidate,
        criterion=criterion.id,
        probe=scale.probe,
        measure=scale.measure,
        value=value,
        sd=sd,
        when=scale.counts_when,
        amount=amount,
        mode=mode,
        runs=tuple(run.id for run in runs),
    )
