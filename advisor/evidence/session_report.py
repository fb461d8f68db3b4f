"""The result of one session: every measure of every candidate, with its interval, and how the runs ended."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from advisor.evidence.break_even import BreakEven, break_even
from advisor.evidence.cluster_scope import several_nodes_notes
from advisor.evidence.collect import SessionRecord, cpu_reasons
from advisor.evidence.intervals import Interval, interval_of
from advisor.evidence.matmul_share import median_matmul_shares
from advisor.evidence.paired_comparison import NOT_TRIED, compare, measure_value
from advisor.evidence.runs import REFERENCE, STEP, UNSTEADY, USABLE, Evidence
from advisor.evidence.tiers import CandidateMode, group_into_tiers
from advisor.sentences import text
from advisor.text import Text, clean
from probes.candidates import CANDIDATES
from probes.catalogue import Measure, Probe
from probes.registration import Registration
from probes.run import Run

Amount = float | str | bool


class MeasuredValue(Struct, frozen=True):
    """A measured value: a word, an exact number, or the geometric mean over blocks with its 90 % interval."""

    amount: Amount
    low: float | None = None
    high: float | None = None


class ResultRow(Struct, frozen=True):
    """The result of one candidate in one mode of a probe.

    Attributes:
        outcomes: outcome → how many of its runs, without those of the pilot.
        values: by measure.
        blocks: how many blocks the values come from; 0 for exact ones.
        over_reference: its step time over that of NumPy in the same block.
        share: its rate of matrix products over the machine's own; None where the task does not count them.
        tier: 1 for the fastest tier; None where too few blocks count.
        unsteady: none of its timed runs was steady, so the values decide nothing.
        why: the reason of the last run that did not end well.
    """

    candidate: str
    mode: str
    outcomes: Mapping[str, int]
    values: Mapping[str, MeasuredValue]
    blocks: int = 0
    over_reference: MeasuredValue | None = None
    share: float | None = None
    tier: int | None = None
    unsteady: bool = False
    why: str = ""


class ProbeReport(Struct, frozen=True):
    """The result of one probe.

    Attributes:
        own: whether it is the user's own model.
        rows: one per candidate and mode.
        blocks: the number of the last one.
        noise: standard deviation of the log step time of the NumPy reference between blocks; None with fewer than two.
    """

    name: str
    question: str
    timed: bool
    own: bool
    measures: Mapping[str, Measure]
    rows: tuple[ResultRow, ...]
    blocks: int = 0
    noise: float | None = None
    break_even: BreakEven = field(default_factory=BreakEven)


class SessionReport(Struct, frozen=True):
    """The result of one session.

    Attributes:
        plan: what was registered before it began.
        machine: facts as recorded in its last run.
        probes: in the order of the plan.
        runs, failed: how many.
        seconds: how long it took.
        versions: package → version, as recorded in the runs.
        notes: what the reader should know about all of it.
    """

    plan: Registration | None
    machine: Mapping[str, object]
    probes: tuple[ProbeReport, ...]
    runs: int
    failed: int
    seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()


def session_report(
    records: Sequence[SessionRecord], probes: Mapping[str, Probe], seconds: float = 0.0
) -> SessionReport:
    """Collect the results of a session.

    Args:
        records: its registration and runs.
        probes: its probes, by name.
        seconds: how long it took.
    """
    runs = tuple(record for record in records if isinstance(record, Run))
    plans = {record.session: record for record in records if isinstance(record, Registration)}
    evidence = Evidence(runs, registered=plans)
    names = [name for name in probes if any(run.probe == name for run in runs)]
    versions: dict[str, str] = {}
    for run in runs:
        versions |= run.versions
    return SessionReport(
        plan=next(iter(plans.values()), None),
        machine=runs[-1].machine if runs else {},
        probes=tuple(_report_probe(evidence, probes[name], plans) for name in names),
        runs=len(runs),
        failed=sum(run.outcome not in (*USABLE, *UNSTEADY, *NOT_TRIED) for run in runs),
        seconds=seconds,
        versions=dict(sorted(versions.items())),
        notes=(
            *cpu_reasons(records),
            *_one_mode_notes(runs, [probes[name] for name in names]),
            *several_nodes_notes(runs),
        ),
    )


def _one_mode_notes(runs: Sequence[Run], probes: Sequence[Probe]) -> Iterator[Text]:
    """Yield which files of own models know a single mode, where their framework has a faster form."""
    for probe in probes:
        if not (probe.is_own and probe.timed):
            continue
        measured = {run.candidate for run in runs if run.probe == probe.name and run.outcome in (*USABLE, *UNSTEADY)}
        stacks = [CANDIDATES[id] for id in sorted(measured) if id in CANDIDATES]
        files = {
            f"on_{stack.file}.py"
            for stack in stacks
            if stack.way and stack.way.when != "same" and not probe.uses_mode(stack.file)
        }
        if files:
            yield text("evidence.own-has-one-mode", files=sorted(files))


def _report_probe(evidence: Evidence, probe: Probe, plans: Mapping[str, Registration]) -> ProbeReport:
    """Return what one probe of a session measured."""
    runs = [run for run in evidence.runs if run.probe == probe.name]
    log_steps = [math.log(step) for run in runs if run.candidate == REFERENCE and (step := measure_value(run, STEP))]
    return ProbeReport(
        name=probe.name,
        question=probe.question,
        timed=probe.timed,
        own=any(probe.name in plan.own for plan in plans.values()),
        measures=probe.measures,
        rows=tuple(_add_tiers(evidence, probe.name, list(_result_rows(evidence, probe, runs)))),
        blocks=max((run.block or 0 for run in runs), default=0),
        noise=statistics.stdev(log_steps) if len(log_steps) > 1 else None,
        break_even=break_even(evidence, probe.name) if probe.timed else BreakEven(),
    )


def _result_rows(evidence: Evidence, probe: Probe, runs: Sequence[Run]) -> Iterator[ResultRow]:
    """Yield one row per candidate and mode, candidates in alphabetical order, the reference last.

    A production mode that is the same as the default has no row of its own.
    """
    modes = evidence.modes(probe.name) if probe.timed else ()
    shares = {mode: median_matmul_shares(evidence, probe.name, mode) for mode in modes}
    candidate_modes = {CandidateMode(run.candidate, run.mode) for run in runs if "same_as" not in run.measures}
    for candidate_mode in sorted(
        candidate_modes, key=lambda candidate_mode: (candidate_mode.candidate == REFERENCE, candidate_mode)
    ):
        all_runs = [run for run in runs if CandidateMode(run.candidate, run.mode) == candidate_mode]
        counted = [run for run in all_runs if not run.noise.get("pilot")] or all_runs
        usable = [run for run in counted if run.outcome in USABLE] or [
            run for run in counted if run.outcome in UNSTEADY
        ]
        has_reference = probe.timed and candidate_mode.candidate != REFERENCE
        yield ResultRow(
            candidate=candidate_mode.candidate,
            mode=candidate_mode.mode,
            outcomes=dict(Counter(str(run.outcome) for run in counted)),
            values={name: value for name in probe.measures if (value := _measured_value(usable, name)) is not None},
            blocks=len({run.block for run in usable if run.block is not None}),
            over_reference=_ratio_to_reference(evidence, probe.name, candidate_mode) if has_reference else None,
            share=shares.get(candidate_mode.mode, {}).get(candidate_mode.candidate),
            unsteady=bool(usable) and usable[0].outcome in UNSTEADY,
            why=next((clean(run.why) for run in reversed(counted) if run.why), ""),
        )


def _measured_value(runs: Sequence[Run], measure: str) -> MeasuredValue | None:
    """Return a measure of one candidate: the mean of its times with an interval, else the last value."""
    amounts = [run.measures[measure] for run in runs if measure in run.measures]
    logs = [math.log(time) for run in runs if (time := measure_value(run, measure))]
    if len(logs) >= 2 and len(logs) == len(amounts) and len(set(logs)) > 1:
        return _value_of_interval(interval_of(logs))
    return MeasuredValue(amounts[-1]) if amounts else None


def _ratio_to_reference(evidence: Evidence, probe: str, candidate_mode: CandidateMode) -> MeasuredValue | None:
    """Return the step time as a multiple of the NumPy reference, with its interval; None without common blocks."""
    comparison = compare(
        evidence, probe, "reference", STEP, REFERENCE, candidate_mode.candidate, mode_of_b=candidate_mode.mode
    )
    return _value_of_interval(comparison.interval) if comparison.interval else None


def _value_of_interval(interval: Interval) -> MeasuredValue:
    """Return an interval as a measured value."""
    return MeasuredValue(interval.ratio, interval.low, interval.high)


def _add_tiers(evidence: Evidence, probe: str, rows: Sequence[ResultRow]) -> Iterator[ResultRow]:
    """Yield the rows, with the tier of those that were timed in blocks."""
    timed = [row for row in rows if row.outcomes.get("ok", 0) > 1 and row.candidate != REFERENCE and row.blocks]
    timed.sort(key=lambda row: float(row.values[STEP].amount))
    groups = group_into_tiers(evidence, probe, STEP, [CandidateMode(row.candidate, row.mode) for row in timed])
    tier_of = {candidate_mode: tier for tier, group in enumerate(groups, start=1) for candidate_mode in group}
    for row in rows:
        yield replace(row, tier=tier_of.get(CandidateMode(row.candidate, row.mode)))
