"""What was measured, on what, and whether it counted for this project: the evidence part of an answer."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial

from advisor.evidence.findings import OUTCOMES, amount_word
from advisor.evidence.intervals import interval
from advisor.evidence.own_code import is_timed, measured_own_probes
from advisor.evidence.paired_comparison import measure_value
from advisor.evidence.runs import REFERENCE, UNSTEADY, USABLE, Evidence
from advisor.evidence.tiers import Way, tiers
from advisor.knowledge.condition import Condition
from advisor.knowledge.criterion import MeasureScale
from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import Counts, EvidenceSummary, Measurement, RunSummary
from advisor.reasoning.beliefs import MISMATCH
from advisor.reasoning.conditions import AnswerColumns, share_of
from advisor.reasoning.readings import ScaledMeasurement
from advisor.text import Text, clean
from probes.catalogue import PROBES
from probes.run import Outcome, Run

WHY_STALE: Mapping[str, str] = {
    "the probe's code changed": "实测代码已变更",
    "measured on other hardware": "在其他硬件上测得",
    "measured elsewhere": "在别处测得",
    "older than six months": "已超过六个月",
    "installed since": "此后已安装",
    "pilot block": "预备轮，不计入",
    "self-test": "自检，不涉及任何候选",
}
MACHINE_FACTS = (
    "os", "arch", "cpu", "logical_cores", "usable_cores", "physical_cores", "cpu_quota", "memory_mb", "gpus", "python",
)  # fmt: skip


def describe(
    pack: Pack, evidence: Evidence, measured: tuple[ScaledMeasurement, ...], answers: AnswerColumns
) -> EvidenceSummary:
    """Describe the evidence of an answer.

    Args:
        pack: criteria and how they read measures.
        evidence: the runs.
        measured: those that were read on a criterion.
        answers: some worlds of the project, to say for how many a measure counts.
    """
    used = [run for name in (*PROBES, *measured_own_probes(evidence)) for run in evidence.of(name)]
    used_ids = {run.id for run in used}
    blocks = {run.block for run in used if run.block is not None and run.candidate != REFERENCE}
    versions: dict[str, str] = {}
    for run in used:
        versions |= run.versions
    newest = max(used, key=lambda run: (run.started, run.id), default=None)
    tiered, groups = _tiers(pack, evidence, measured, answers)
    return EvidenceSummary(
        machine={fact: newest.machine[fact] for fact in MACHINE_FACTS if fact in newest.machine} if newest else {},
        versions=dict(sorted(versions.items())),
        blocks=len(blocks),
        seconds=_wall_seconds(used),
        noise=_noise(used),
        measurements=tuple(_measurements(pack, evidence, measured, answers)),
        runs=tuple(_line(run, evidence, used_ids) for run in evidence.runs),
        tiers=groups,
        tiered=tiered,
    )


def _tiers(
    pack: Pack, evidence: Evidence, measured: tuple[ScaledMeasurement, ...], answers: AnswerColumns
) -> tuple[str, tuple[tuple[str, ...], ...]]:
    """Group the candidates by the step times that count most and lie nearest to the user's work, each in the mode that was read.

    Returns:
        The probe, and the groups; nothing where fewer than two candidates were timed.
    """
    steps = [reading for one in pack.criteria.values() for reading in one.measured if reading.over_reference]
    for reading in sorted(steps, key=partial(_distance, answers)):
        read = [one for one in measured if (one.probe, one.measure) == (reading.probe, reading.measure)]
        if len(read) > 1:
            fastest_first = sorted(read, key=lambda one: (-one.value, one.candidate))
            ways = [Way(one.candidate, one.mode) for one in fastest_first]
            found = tiers(evidence, reading.probe, reading.measure, ways)
            return reading.probe, tuple(tuple(way.candidate for way in group) for group in found)
    return "", ()


def _wall_seconds(runs: list[Run]) -> float:
    """Return how long the measuring took by the clock, summed over sessions."""
    total = 0.0
    for session in {run.session for run in runs}:
        own = [run for run in runs if run.session == session and run.started]
        starts = [datetime.fromisoformat(run.started).timestamp() for run in own]
        if starts:
            total += max(s + run.seconds for s, run in zip(starts, own, strict=True)) - min(starts)
    return round(total, 1)


def _noise(runs: list[Run]) -> float | None:
    """Return the spread of the NumPy references between blocks, each held against itself: the machine's noise floor."""
    steps: dict[str, list[float]] = {}
    for run in runs:
        if run.candidate == REFERENCE and (step := measure_value(run, "step_ms")):
            steps.setdefault(run.probe, []).append(math.log(step))
    squares = [statistics.variance(one) for one in steps.values() if len(one) > 1]
    return round(math.sqrt(statistics.fmean(squares)), 4) if squares else None


def _line(run: Run, evidence: Evidence, used: set[str]) -> RunSummary:
    counts = run.outcome is Outcome.OK and run.id in used
    return RunSummary(
        run.id, run.probe, run.candidate, run.mode, run.block, str(run.outcome), counts, _why(run, evidence, used)
    )


def _why(run: Run, evidence: Evidence, used: set[str]) -> Text:
    """Say why a run counted, or why it did not."""
    if ended := evidence.why_not(run):
        return Text(en=ended, zh=WHY_STALE.get(ended, ended))
    if run.id not in used:
        return Text(en="another session is used", zh="采用了另一次实测")
    if run.outcome is Outcome.OK:
        return Text(en="used", zh="已采用")
    en, zh = OUTCOMES.get(str(run.outcome), (str(run.outcome), str(run.outcome)))
    why = clean(run.why)
    return Text(en=f"{en}: {why}" if why else en, zh=f"{zh}：{why}" if why else zh)


def _measurements(
    pack: Pack, evidence: Evidence, measured: tuple[ScaledMeasurement, ...], answers: AnswerColumns
) -> Iterator[Measurement]:
    read = {(one.candidate, one.probe, one.measure): one for one in measured}
    ran = {run.candidate for run in evidence.runs}
    for criterion in pack.criteria.values():
        for reading in criterion.measured:
            if _is_long(reading.probe) and not evidence.of(reading.probe):
                continue  # nobody expects it: it is measured for projects of its domain, or where asked for
            counts = _share_word(answers, reading.counts_when)
            for candidate in sorted({*pack.contestants, *(id for id in pack.measurable if id in ran)}):
                yield _measurement(reading, candidate, read, evidence, counts)


def _is_long(probe: str) -> bool:
    return probe in PROBES and PROBES[probe].depth == "full"


def _measurement(
    reading: MeasureScale,
    candidate: str,
    read: Mapping[tuple[str, str, str], ScaledMeasurement],
    evidence: Evidence,
    counts: Counts,
) -> Measurement:
    one = read.get((candidate, reading.probe, reading.measure))
    timed = is_timed(reading.probe)
    mode = one.mode if one else "default" if timed else ""
    outcomes = USABLE if one else (*USABLE, *UNSTEADY)
    blocks = evidence.blocks(reading.probe, mode, outcomes) if timed else {}
    own = [run for run in blocks.get(candidate, {}).values() if measure_value(run, reading.measure)]
    exact = None if timed else evidence.exact(reading.probe).get(candidate)
    amount: float | str | None = one.amount if one else None
    if one is None and own:
        amount = statistics.median(measure_value(run, reading.measure) for run in own)
    elif one is None and exact is not None:
        word = exact.measures.get(reading.measure)
        amount = amount_word(word) if word is not None else None  # measured, but its level says nothing
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    if reading.over_reference and own:
        ratio, low, high = _over_reference(blocks, candidate, reading.measure)
    return Measurement(
        candidate,
        reading.probe,
        reading.measure,
        mode,
        reading.label,
        reading.unit,
        amount,
        ratio,
        low,
        high,
        len(own),
        counts if one else "no",
        reading.counts_note,
        None if one or exact else _why_missing(evidence, reading, candidate, some=bool(own)),
        timed,
    )


def _over_reference(
    blocks: Mapping[str, Mapping[int, Run]], candidate: str, measure: str
) -> tuple[float | None, float | None, float | None]:
    """Return a timed measure as a multiple of the NumPy reference, with its 90 % interval from two blocks on."""
    own, reference = blocks[candidate], blocks.get(REFERENCE, {})
    shared = [
        n
        for n in sorted(set(own) & set(reference))
        if measure_value(own[n], measure) and measure_value(reference[n], measure)
    ]
    logs = [math.log(float(own[n].measures[measure]) / float(reference[n].measures[measure])) for n in shared]
    if not logs:
        return None, None, None
    if len(logs) == 1:
        return math.exp(logs[0]), None, None
    found = interval(logs)
    return found.ratio, found.low, found.high


def _why_missing(evidence: Evidence, reading: MeasureScale, candidate: str, *, some: bool) -> Text:
    failed = evidence.failures(reading.probe).get(candidate)
    if failed is None and some:
        return Text(en="too few steady blocks", zh="稳定的轮次过少")
    if failed is None:
        for run in evidence.runs:
            if (run.probe, run.candidate) == (reading.probe, candidate) and (ended := evidence.why_not(run)):
                return Text(en=f"stored runs not used: {ended}", zh=f"未采用已存结果：{WHY_STALE.get(ended, ended)}")
        return Text(en="not measured", zh="未实测")
    en, zh = OUTCOMES.get(str(failed.outcome), (str(failed.outcome), str(failed.outcome)))
    return Text(en=en, zh=zh)


def _distance(answers: AnswerColumns, reading: MeasureScale) -> tuple[float, float]:
    """Return how far a timing lies from the project; where it does not count at all, how long it is waited for."""
    share = share_of(answers.holds(reading.counts_when))
    return -share, MISMATCH[reading.nearness] if share else float(_is_long(reading.probe))


def _share_word(answers: AnswerColumns, condition: Condition) -> Counts:
    share = share_of(answers.holds(condition))
    return "yes" if share == 1 else "no" if share == 0 else "partly"
