"""What the runs say of a project's workload: the rungs measured, each way carried on to its size, whether that counts."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from advisor.evidence.break_even import Curve, break_even
from advisor.evidence.ladder import APART, FARTHEST, RUNGS, Rung, ladder, path_of, work_of
from advisor.evidence.own_code import STANDS_FOR, is_own_model
from advisor.evidence.runs import STEP, Evidence
from advisor.evidence.size_trend import Seconds, Trend, carry_on, ratio_sd, time_sd
from advisor.evidence.tiers import CandidateMode
from advisor.knowledge.condition import NEVER
from advisor.knowledge.criterion import Criterion, MeasureScale
from advisor.knowledge.pack import Pack
from advisor.knowledge.workload import WORKLOAD, Family
from advisor.reasoning.measured_workload import (
    WorkloadCrossing,
    WorkloadEvidence,
    WorkloadRung,
    WorkloadStatus,
    WorkloadWay,
)
from advisor.reasoning.readings import ScaledMeasurement
from advisor.reasoning.scale import on_scale
from advisor.reasoning.workloads import Workload
from advisor.sentences import text
from probes.machine import system
from probes.registration import MARGIN

SCALE = (29.0, 0.29)
"""Ends of the scale, as multiples of the fastest way at that size: as far from it as those of training-step are from the fastest there."""
NINETY = 1.645
"""Standard deviations to each side of a 90 % interval."""


class WorkloadReading(Struct, frozen=True):
    """What is told of a workload, and the measurements that count."""

    summary: WorkloadEvidence
    measurements: tuple[ScaledMeasurement, ...] = ()


def planned_rungs(job: Family) -> tuple[Rung, ...]:
    """Return the rungs that this machine would measure for a job; none where even the largest is too far from it to count."""
    rungs = _rungs_that_fit(job)
    return rungs if rungs and not is_too_far(rungs[-1], job) else ()


def _rungs_that_fit(job: Family) -> tuple[Rung, ...]:
    """Return the rungs that fit this machine, however far the job is from them."""
    return ladder(job, len(system.worker_cpus()), 0.8 * system.most_memory_of_a_child())


def is_too_far(rung: Rung, job: Family) -> bool:
    """Return whether a job has so many times the work of a rung that what the rung says does not count."""
    return work_of(job) > FARTHEST * rung.work


def rungs_to_measure(evidence: Evidence, job: Family) -> tuple[Rung, ...]:
    """Return the rungs that are to be measured: those planned, all in one session; none where runs of each of them are there."""
    planned = planned_rungs(job)
    measured = {rung.sizes for rung in measured_rungs(evidence, job)}
    missing = [rung for rung in planned if rung.sizes not in measured]
    return planned if missing else ()


def measured_rungs(evidence: Evidence, job: Family) -> list[Rung]:
    """Return the rungs of a job that two ways at least were timed at, the largest last: at most three, far enough apart."""
    rungs: list[Rung] = []
    for sizes in path_of(job):
        rung = Rung(sizes, work_of(sizes))
        if rungs and rung.work > rungs[-1].work / APART:
            continue
        if evidence.of(rung.probe.name) and len(_curves(evidence, rung)) > 1:
            rungs.append(rung)
        if len(rungs) == RUNGS:
            break
    return rungs[::-1]


def _curves(evidence: Evidence, rung: Rung) -> dict[CandidateMode, Curve]:
    """Return start and step of each way at a rung, by block."""
    return {curve.candidate_mode: curve for curve in break_even(evidence, rung.probe.name).curves}


def read_workload(pack: Pack, evidence: Evidence, workload: Workload, steps: int) -> WorkloadReading:
    """Read what the runs say of a workload.

    Args:
        pack: its criteria say for which projects a step time counts.
        evidence: the runs.
        workload: the job's family and sizes.
        steps: how many training steps the project is assumed to run.
    """
    job = workload.sizes
    summary = WorkloadEvidence(workload.id, workload.label, str(job), work_of(job), "not-measured", steps)
    summary = replace(summary, tried=sum(len(evidence.of(Rung(sizes, 0.0).probe.name)) for sizes in path_of(job)))
    rungs = measured_rungs(evidence, job)
    if not rungs:
        fitting = _rungs_that_fit(job)
        if fitting and is_too_far(fitting[-1], job):
            summary = replace(summary, status="too-far", times=work_of(job) / fitting[-1].work)
        return WorkloadReading(summary)
    curves = [_curves(evidence, rung) for rung in rungs]
    seconds: list[Seconds] = [
        {way: {block: cost.step for block, cost in curve.blocks.items()} for way, curve in ways.items()}
        for ways in curves
    ]
    trend = carry_on([rung.work for rung in rungs], seconds, work_of(job))
    if trend is None:
        return WorkloadReading(summary)
    status: WorkloadStatus = "too-far" if is_too_far(rungs[-1], job) else "carried-on" if trend.distance else "measured"
    ways = tuple(_tell_ways(trend, seconds, curves[-1], steps))
    summary = replace(
        summary,
        status=status,
        times=work_of(job) / rungs[-1].work,
        rungs=tuple(WorkloadRung(str(rung.sizes), rung.work, rung.probe.name) for rung in rungs),
        ways=ways,
        crossings=tuple(_crossings(trend, ways)),
        spread=math.exp(NINETY * ratio_sd(trend.distance)),
    )
    if status == "too-far":
        return WorkloadReading(summary)
    return WorkloadReading(summary, tuple(_scaled(pack, evidence, rungs[-1], trend, ways)))


def _tell_ways(
    trend: Trend, seconds: Sequence[Seconds], curves: dict[CandidateMode, Curve], steps: int
) -> Iterator[WorkloadWay]:
    """Yield each way as it stands at the job, the fastest step first."""
    for way in sorted(trend.ways, key=lambda way: (trend.ways[way].position, way)):
        log, sd = trend.log_ratio(way, trend.fastest)
        step = trend.seconds(way)
        start = statistics.median(cost.start for cost in curves[way].blocks.values())
        widest = math.exp(NINETY * math.hypot(time_sd(trend.distance), trend.ways[way].error))
        hours = [(start + steps * step * factor) / 3600 for factor in (1.0, 1 / widest, widest)]
        is_fastest = way == trend.fastest
        yield WorkloadWay(
            candidate=way.candidate,
            mode=way.mode,
            ratio=math.exp(log),
            low=1.0 if is_fastest else math.exp(log - NINETY * sd),
            high=1.0 if is_fastest else math.exp(log + NINETY * sd),
            step_ms=1e3 * step,
            start_s=start,
            hours=hours[0],
            hours_low=hours[1],
            hours_high=hours[2],
            at_rungs=tuple(_ratio_at(rung, way) for rung in seconds),
        )


def _ratio_at(rung: Seconds, way: CandidateMode) -> float | None:
    """Return the step time of a way at a rung as a multiple of the fastest there; None where it was not measured."""
    medians = {other: statistics.median(blocks.values()) for other, blocks in rung.items()}
    return medians[way] / min(medians.values()) if way in medians else None


def _crossings(trend: Trend, ways: Sequence[WorkloadWay]) -> Iterator[WorkloadCrossing]:
    """Yield after how many steps a slow start pays off at the job: between two modes of a candidate, and between the two fastest steps.

    The starts are those of the top rung, and as exact as they were measured; the interval is that of the ratio of the steps.
    """
    pairs = [
        (a, b)
        for at, a in enumerate(ways)
        for b in ways[at + 1 :]
        if a.candidate == b.candidate or (at == 0 and b is ways[1])
    ]
    for fast, slow in pairs:
        gained = fast.start_s - slow.start_s
        log, sd = trend.log_ratio(CandidateMode(slow.candidate, slow.mode), CandidateMode(fast.candidate, fast.mode))
        if gained <= 0 or log <= math.log1p(MARGIN):
            continue
        saved = [fast.step_ms / 1e3 * math.expm1(log + sign * NINETY * sd) for sign in (0, 1, -1)]
        estimate, low, high = (gained / seconds if seconds > 0 else math.inf for seconds in saved)
        yield WorkloadCrossing(
            slow.candidate, slow.mode, fast.candidate, fast.mode, estimate, low, None if math.isinf(high) else high
        )


def _scaled(
    pack: Pack, evidence: Evidence, top: Rung, trend: Trend, ways: Sequence[WorkloadWay]
) -> Iterator[ScaledMeasurement]:
    """Yield a measurement of each candidate, in the way in which the project's training would take the least time."""
    criterion, scale = next(
        (criterion, scale)
        for criterion in pack.criteria.values()
        for scale in criterion.measured
        if scale.probe == WORKLOAD
    )
    assert scale.log is not None
    width = abs(math.log(scale.log[0] / scale.log[1]))
    for candidate in dict.fromkeys(way.candidate for way in ways):
        if candidate not in pack.candidates:
            continue
        best = min((way for way in ways if way.candidate == candidate), key=lambda way: (way.hours, way.mode))
        error = trend.ways[CandidateMode(candidate, best.mode)].error
        yield ScaledMeasurement(
            candidate=candidate,
            criterion=criterion.id,
            probe=WORKLOAD,
            measure=STEP,
            value=on_scale(best.ratio, scale),
            sd=math.hypot(ratio_sd(trend.distance) / math.sqrt(2), error) / width,
            when=scale.counts_when,
            amount=best.step_ms,
            mode=best.mode,
            runs=tuple(
                run.id for run in evidence.of(top.probe.name) if (run.candidate, run.mode) == (candidate, best.mode)
            ),
        )


def count_workload(pack: Pack) -> Pack:
    """Return the pack in which the workload's step times count, and those of built-in jobs of the same criterion no more."""
    return replace(pack, criteria={id: _with_workload(criterion) for id, criterion in pack.criteria.items()})


def _with_workload(criterion: Criterion) -> Criterion:
    """Return a criterion that step times inform, with the scale of the workload; others as they are."""
    usual = next((scale for scale in criterion.measured if (scale.probe, scale.measure) == (STANDS_FOR, STEP)), None)
    if usual is None:
        return criterion
    own_size = replace(
        usual, probe=WORKLOAD, label=text("workload.label"), log=SCALE, over_reference=False, nearness="own-code"
    )
    return replace(criterion, measured=(*map(_silenced, criterion.measured), own_size))


def _silenced(scale: MeasureScale) -> MeasureScale:
    """Return the scale of a built-in job's step as one that counts for no project; others as they are."""
    if scale.measure != STEP or is_own_model(scale.probe):
        return scale
    return replace(scale, counts_when=NEVER, counts_note=text("workload.counts-instead"))
