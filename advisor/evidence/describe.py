"""The evidence part of an answer: what was measured, on which machine, and whether it counted for this project."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial

from msgspec.structs import replace

from advisor.evidence.findings import amount_word, outcome_words
from advisor.evidence.intervals import interval_of
from advisor.evidence.own_code import CHANGED, NOT_ASKED, OTHER_FOLDER, is_timed_probe, measured_own_probes
from advisor.evidence.paired_comparison import measure_value
from advisor.evidence.runs import REFERENCE, UNSTEADY, USABLE, Evidence
from advisor.evidence.stacks import way_of
from advisor.evidence.tiers import CandidateMode, group_into_tiers
from advisor.evidence.way_costs import conditions_of, extra_start_seconds
from advisor.evidence.workload_evidence import WorkloadReading
from advisor.knowledge.condition import Condition
from advisor.knowledge.criterion import MeasureScale
from advisor.knowledge.pack import Pack
from advisor.knowledge.workload import WORKLOAD
from advisor.reasoning.advice import Counts, EvidenceSummary, Measurement, RunSummary
from advisor.reasoning.beliefs import MISMATCH
from advisor.reasoning.conditions import AnswerColumns, share_of
from advisor.reasoning.readings import ScaledMeasurement
from advisor.sentences import text
from advisor.text import Text, clean
from probes.catalogue import PROBES, name_without_sizes
from probes.run import Outcome, Run

WHY_STALE: Mapping[str, str] = {
    "the probe's code changed": "evidence.code-changed",
    "measured on other hardware": "evidence.other-hardware",
    "measured elsewhere": "evidence.elsewhere",
    "older than six months": "evidence.too-old",
    "installed since": "evidence.installed-since",
    NOT_ASKED: "evidence.own-not-asked",
    CHANGED: "evidence.own-code-changed",
    OTHER_FOLDER: "evidence.own-of-another-folder",
    "pilot block": "evidence.pilot-block",
    "self-test": "evidence.self-test",
}
"""Why runs are not used, as it is said where they are read → its sentence."""
MACHINE_FACTS = (
    "os", "arch", "cpu", "logical_cores", "usable_cores", "physical_cores", "cpu_quota", "memory_mb", "gpus", "gpu_memory_mb", "python",
)  # fmt: skip


def summarise_evidence(
    pack: Pack,
    evidence: Evidence,
    measured: tuple[ScaledMeasurement, ...],
    answers: AnswerColumns,
    workload: WorkloadReading | None = None,
) -> EvidenceSummary:
    """Summarise the evidence of an answer.

    Args:
        pack: criteria and the measures that inform them.
        evidence: the runs.
        measured: the measurements read on the criteria's scales.
        answers: the project's answers in some worlds, to say in how many of them a measure counts.
        workload: what the runs say of the size of the user's own job; None where none is named.
    """
    rungs = workload.summary.rungs if workload and workload.summary.counts else ()
    names = (*PROBES, *measured_own_probes(evidence), *(rung.probe for rung in rungs))
    used = [run for probe in names for run in evidence.of(probe)]
    used_ids = {run.id for run in used}
    blocks = {run.block for run in used if run.block is not None and run.candidate != REFERENCE}
    versions: dict[str, str] = {}
    for run in used:
        versions |= run.versions
    newest = max(used, key=lambda run: (run.started, run.id), default=None)
    tiered, groups = _tiers_of_nearest_timing(pack, evidence, measured, answers)
    return EvidenceSummary(
        machine={fact: newest.machine[fact] for fact in MACHINE_FACTS if fact in newest.machine} if newest else {},
        versions=dict(sorted(versions.items())),
        blocks=len(blocks),
        seconds=_wall_seconds(used),
        noise=_reference_noise(used),
        measurements=tuple(_read_measurements(pack, evidence, measured, answers)),
        runs=tuple(_summarise_run(run, evidence, used_ids) for run in evidence.runs),
        tiers=groups,
        tiered=tiered,
        workload=workload.summary if workload else None,
    )


def only_tried(summary: EvidenceSummary) -> EvidenceSummary:
    """Return a summary where no framework ran: what was tried, without what was counted in source code alone."""
    return EvidenceSummary(
        measurements=tuple(measurement for measurement in summary.measurements if measurement.amount is None),
        runs=tuple(replace(run, counts=False) for run in summary.runs),
    )


def _tiers_of_nearest_timing(
    pack: Pack, evidence: Evidence, measured: tuple[ScaledMeasurement, ...], answers: AnswerColumns
) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """Group the candidates by the step times nearest to the project, each in the mode that was read.

    Returns:
        The probe, and the groups, fastest first; nothing where fewer than two candidates were timed.
    """
    scales = [scale for criterion in pack.criteria.values() for scale in criterion.measured if scale.over_reference]
    for scale in sorted(scales, key=partial(_nearness_key, answers)):
        steps = [
            measurement
            for measurement in measured
            if (measurement.probe, measurement.measure) == (scale.probe, scale.measure)
        ]
        if len(steps) > 1:
            fastest_first = sorted(steps, key=lambda step: (-step.value, step.candidate))
            candidate_modes = [CandidateMode(step.candidate, step.mode) for step in fastest_first]
            groups = group_into_tiers(evidence, scale.probe, scale.measure, candidate_modes)
            return scale.probe, tuple(tuple(candidate_mode.candidate for candidate_mode in group) for group in groups)
    return "", ()


def _wall_seconds(runs: list[Run]) -> float:
    """Return how long measuring took by the clock, summed over sessions, in seconds."""
    total = 0.0
    for session in {run.session for run in runs}:
        started = [run for run in runs if run.session == session and run.started]
        starts = [datetime.fromisoformat(run.started).timestamp() for run in started]
        if starts:
            total += max(start + run.seconds for start, run in zip(starts, started, strict=True)) - min(starts)
    return round(total, 1)


def _reference_noise(runs: list[Run]) -> float | None:
    """Return the standard deviation of the log step time of the NumPy reference between blocks, pooled over the probes."""
    log_steps: dict[str, list[float]] = {}
    for run in runs:
        if run.candidate == REFERENCE and (step := measure_value(run, "step_ms")):
            log_steps.setdefault(run.probe, []).append(math.log(step))
    variances = [statistics.variance(steps) for steps in log_steps.values() if len(steps) > 1]
    return round(math.sqrt(statistics.fmean(variances)), 4) if variances else None


def _summarise_run(run: Run, evidence: Evidence, used: set[str]) -> RunSummary:
    """Return what the answer tells of one run."""
    return RunSummary(
        id=run.id,
        probe=run.probe,
        candidate=run.candidate,
        mode=run.mode,
        block=run.block,
        outcome=str(run.outcome),
        counts=run.outcome is Outcome.OK and run.id in used,
        why=_why_counted(run, evidence, used),
    )


def _why_counted(run: Run, evidence: Evidence, used: set[str]) -> Text:
    """Return why a run counted, or why it did not."""
    if reason := evidence.why_not(run):
        return why_not_used(reason)
    if run.id not in used:
        plan = evidence.registered.get(run.session)
        is_a_probe = name_without_sizes(run.probe) in PROBES or (plan is not None and run.probe in plan.own)
        return text("evidence.another-session-is-used" if is_a_probe else "evidence.of-no-probe-here")
    if run.outcome is Outcome.OK:
        return text("evidence.used")
    outcome, why = outcome_words(run), clean(run.why)
    return text("evidence.ended-because", outcome=outcome, why=why) if why else outcome


def why_not_used(reason: str) -> Text:
    """Return in both languages why runs are not used; the reason itself where there is no sentence of it."""
    return text(WHY_STALE[reason]) if reason in WHY_STALE else Text(en=reason, zh=reason)


def _read_measurements(
    pack: Pack, evidence: Evidence, measured: tuple[ScaledMeasurement, ...], answers: AnswerColumns
) -> Iterator[Measurement]:
    """Yield one measurement per measure scale and candidate, missing ones included."""
    scaled = {(measurement.candidate, measurement.probe, measurement.measure): measurement for measurement in measured}
    with_runs = {run.candidate for run in evidence.runs}
    for criterion in pack.criteria.values():
        for scale in criterion.measured:
            if scale.probe == WORKLOAD:
                continue  # told by itself: it is of another size than what was measured
            if _is_long(scale.probe) and not evidence.of(scale.probe):
                continue  # not worth a row: it runs only for projects of its domain, or where asked for
            counts_word = _counts_word(answers, scale.counts_when)
            for candidate in sorted({*pack.contestants, *(id for id in pack.measurable if id in with_runs)}):
                yield _read_measurement(scale, candidate, scaled, evidence, counts_word)


def _is_long(probe: str) -> bool:
    """Return whether a built-in probe takes so long that only the depth "full" includes it."""
    return probe in PROBES and PROBES[probe].depth == "full"


def _read_measurement(
    scale: MeasureScale,
    candidate: str,
    scaled: Mapping[tuple[str, str, str], ScaledMeasurement],
    evidence: Evidence,
    counts_word: Counts,
) -> Measurement:
    """Return what was measured of a candidate on one scale, or why nothing was."""
    measurement = scaled.get((candidate, scale.probe, scale.measure))
    timed = is_timed_probe(scale.probe)
    mode = measurement.mode if measurement else "default" if timed else ""
    outcomes = USABLE if measurement else (*USABLE, *UNSTEADY)
    blocks = evidence.blocks(scale.probe, mode, outcomes) if timed else {}
    timed_runs = [run for run in blocks.get(candidate, {}).values() if measure_value(run, scale.measure)]
    exact_run = None if timed else evidence.exact(scale.probe).get(candidate)
    ratio, low, high = _NO_RATIO
    if scale.over_reference and timed_runs:
        ratio, low, high = _ratio_to_reference(blocks, candidate, scale.measure)
    way = way_of(candidate, mode)
    return Measurement(
        candidate=candidate,
        probe=scale.probe,
        measure=scale.measure,
        mode=mode,
        label=scale.label,
        unit=scale.unit,
        amount=measurement.amount if measurement else _amount_off_scale(scale.measure, timed_runs, exact_run),
        ratio=ratio,
        low=low,
        high=high,
        blocks=len(timed_runs),
        counts=counts_word if measurement else "no",
        note=scale.counts_note,
        why=None if measurement or exact_run else _why_missing(evidence, scale, candidate, unsteady=bool(timed_runs)),
        timed=timed,
        way=way.name if way else "",
        lines=len(way.code) if way and way.code else None,
        start_seconds=extra_start_seconds(evidence, scale.probe, candidate, mode) if way else None,
        conditions=conditions_of(timed_runs),
    )


def _amount_off_scale(measure: str, timed_runs: list[Run], exact_run: Run | None) -> float | str | None:
    """Return what was measured but not read on a scale: too few or unsteady blocks, or a word without a value."""
    if timed_runs:
        return statistics.median(measure_value(run, measure) for run in timed_runs)
    word = exact_run.measures.get(measure) if exact_run else None
    return None if word is None else amount_word(word)


_Ratio = tuple[float | None, float | None, float | None]
_NO_RATIO: _Ratio = (None, None, None)


def _ratio_to_reference(blocks: Mapping[str, Mapping[int, Run]], candidate: str, measure: str) -> _Ratio:
    """Return a timed measure as a multiple of the NumPy reference, with its 90 % interval from two blocks on."""
    runs, references = blocks[candidate], blocks.get(REFERENCE, {})
    pairs = [(runs[block], references[block]) for block in sorted(set(runs) & set(references))]
    logs = [
        math.log(float(run.measures[measure]) / float(reference.measures[measure]))
        for run, reference in pairs
        if measure_value(run, measure) and measure_value(reference, measure)
    ]
    if not logs:
        return _NO_RATIO
    if len(logs) == 1:
        return math.exp(logs[0]), None, None
    interval = interval_of(logs)
    return interval.ratio, interval.low, interval.high


def _why_missing(evidence: Evidence, scale: MeasureScale, candidate: str, *, unsteady: bool) -> Text:
    """Return why a candidate has no measurement.

    Args:
        unsteady: whether it has timed runs that decide nothing.
    """
    failed = evidence.failures(scale.probe).get(candidate)
    if failed is not None:
        return outcome_words(failed)
    if unsteady:
        return text("evidence.too-few-steady-blocks")
    for run in evidence.runs:
        if (run.probe, run.candidate) == (scale.probe, candidate) and (reason := evidence.why_not(run)):
            return text("evidence.stored-runs-not-used", why=why_not_used(reason))
    return text("evidence.not-measured")


def _nearness_key(answers: AnswerColumns, scale: MeasureScale) -> tuple[float, float]:
    """Return the sort key by which the timing nearest to the project comes first, and those that do not count last."""
    share = share_of(answers.holds(scale.counts_when))
    return -share, MISMATCH[scale.nearness] if share else float(_is_long(scale.probe))


def _counts_word(answers: AnswerColumns, condition: Condition) -> Counts:
    """Return whether a condition holds in all sampled worlds, in none or in part of them."""
    share = share_of(answers.holds(condition))
    return "yes" if share == 1 else "no" if share == 0 else "partly"
