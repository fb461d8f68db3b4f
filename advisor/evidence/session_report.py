"""Everything one measurement found: every measure of every candidate, with its interval and how its runs ended."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from advisor.evidence.break_even import BreakEven, break_even
from advisor.evidence.collect import STEP, SessionRecord, on_cpu_because
from advisor.evidence.intervals import interval
from advisor.evidence.matmul_share import matmul_share
from advisor.evidence.paired_comparison import NOT_TRIED, compare, measure_value
from advisor.evidence.runs import REFERENCE, UNSTEADY, USABLE, Evidence
from advisor.evidence.tiers import Way, tiers
from advisor.text import Text, clean
from probes.catalogue import Measure, Probe
from probes.registration import Registration
from probes.run import Run

Amount = float | str | bool


@dataclass(frozen=True)
class MeasuredValue:
    """A measured value: a word, an exact number, or the geometric mean over blocks with its 90 % interval."""

    amount: Amount
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ResultRow:
    """One candidate in one mode of a probe.

    Attributes:
        outcomes: how many of its runs ended in which way; the pilot is not among them.
        blocks: how many blocks its values come from; 0 for exact ones.
        over_reference: its step over that of NumPy in the same block.
        share: its rate of matrix products over the machine's own; None where the task does not count them.
        tier: 1 for the fastest and whatever the user's job may not tell from it; None where too few blocks count.
        unsteady: none of its timed runs was steady: the values decide nothing.
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


@dataclass(frozen=True)
class ProbeReport:
    """What one probe found; `noise` is the spread of the NumPy reference between blocks, if there are two."""

    name: str
    question: str
    timed: bool
    own: bool
    measures: Mapping[str, Measure]
    lines: tuple[ResultRow, ...]
    blocks: int = 0
    noise: float | None = None
    break_even: BreakEven = field(default_factory=BreakEven)


@dataclass(frozen=True)
class SessionReport:
    """What one measurement found, probe by probe in the order of the plan; machine facts as recorded in its runs."""

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
    """Collect what a measurement found.

    Args:
        records: its registration and runs.
        probes: the probes it was about, by name.
        seconds: how long it took.
    """
    runs = tuple(one for one in records if isinstance(one, Run))
    plans = {one.session: one for one in records if isinstance(one, Registration)}
    evidence = Evidence(runs, registered=plans)
    names = [name for name in probes if any(run.probe == name for run in runs)]
    versions: dict[str, str] = {}
    for run in runs:
        versions |= run.versions
    return SessionReport(
        plan=next(iter(plans.values()), None),
        machine=runs[-1].machine if runs else {},
        probes=tuple(_probe(evidence, probes[name], plans) for name in names),
        runs=len(runs),
        failed=sum(run.outcome not in (*USABLE, *UNSTEADY, *NOT_TRIED) for run in runs),
        seconds=seconds,
        versions=dict(sorted(versions.items())),
        notes=on_cpu_because(records),
    )


def _probe(evidence: Evidence, probe: Probe, plans: Mapping[str, Registration]) -> ProbeReport:
    runs = [run for run in evidence.runs if run.probe == probe.name]
    lines = list(_lines(evidence, probe, runs))
    steps = [math.log(step) for run in runs if run.candidate == REFERENCE and (step := measure_value(run, STEP))]
    return ProbeReport(
        name=probe.name,
        question=probe.question,
        timed=probe.timed,
        own=any(probe.name in plan.own for plan in plans.values()),
        measures=probe.measures,
        lines=tuple(_with_tiers(evidence, probe.name, lines)),
        blocks=max((run.block or 0 for run in runs), default=0),
        noise=statistics.stdev(steps) if len(steps) > 1 else None,
        break_even=break_even(evidence, probe.name) if probe.timed else BreakEven(),
    )


def _lines(evidence: Evidence, probe: Probe, runs: Sequence[Run]) -> Iterator[ResultRow]:
    """One line per candidate and mode, candidates in alphabetical order, the reference last.

    A production mode that is the default already has no line of its own.
    """
    shares = {mode: matmul_share(evidence, probe.name, mode) for mode in ("default", "production") if probe.timed}
    ways = {Way(run.candidate, run.mode) for run in runs if "same_as" not in run.measures}
    for way in sorted(ways, key=lambda way: (way.candidate == REFERENCE, way)):
        own = [run for run in runs if Way(run.candidate, run.mode) == way and not run.noise.get("pilot")]
        own = own or [run for run in runs if Way(run.candidate, run.mode) == way]
        good = [run for run in own if run.outcome in USABLE] or [run for run in own if run.outcome in UNSTEADY]
        over = _over_reference(evidence, probe.name, way) if probe.timed and way.candidate != REFERENCE else None
        yield ResultRow(
            candidate=way.candidate,
            mode=way.mode,
            outcomes=dict(Counter(str(run.outcome) for run in own)),
            values={name: value for name in probe.measures if (value := _value(good, name)) is not None},
            blocks=len({run.block for run in good if run.block is not None}),
            over_reference=over,
            share=shares.get(way.mode, {}).get(way.candidate),
            unsteady=bool(good) and good[0].outcome in UNSTEADY,
            why=next((clean(run.why) for run in reversed(own) if run.why), ""),
        )


def _value(runs: Sequence[Run], measure: str) -> MeasuredValue | None:
    """The measure over the runs of one candidate: of several times the mean and its interval, else the last value."""
    amounts = [run.measures[measure] for run in runs if measure in run.measures]
    times = [math.log(one) for run in runs if (one := measure_value(run, measure))]
    if len(times) >= 2 and len(times) == len(amounts) and len(set(times)) > 1:
        found = interval(times)
        return MeasuredValue(found.ratio, found.low, found.high)
    return MeasuredValue(amounts[-1]) if amounts else None


def _over_reference(evidence: Evidence, probe: str, way: Way) -> MeasuredValue | None:
    found = compare(evidence, probe, "reference", STEP, REFERENCE, way.candidate, mode_of_b=way.mode).interval
    return MeasuredValue(found.ratio, found.low, found.high) if found else None


def _with_tiers(evidence: Evidence, probe: str, lines: Sequence[ResultRow]) -> Iterator[ResultRow]:
    """The lines with the tier of those that were timed in blocks."""
    timed = [line for line in lines if line.outcomes.get("ok", 0) > 1 and line.candidate != REFERENCE and line.blocks]
    timed.sort(key=lambda line: float(line.values[STEP].amount))
    grouped = tiers(evidence, probe, STEP, [Way(line.candidate, line.mode) for line in timed])
    at = {way: number for number, group in enumerate(grouped, start=1) for way in group}
    for line in lines:
        yield replace(line, tier=at.get(Way(line.candidate, line.mode)))
