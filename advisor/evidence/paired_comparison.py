"""Two candidates compared over the blocks of one timed probe: whether they may be compared, and the judgement."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from advisor.evidence.intervals import (
    MIN_BLOCKS,
    Interval,
    Judgement,
    blocks_needed,
    interval_of,
    judge_equal,
    judge_faster,
)
from advisor.evidence.runs import UNSTEADY, USABLE, Evidence
from advisor.sentences import text
from advisor.text import Text
from probes.run import Run

FAILURES_ALLOWED = 0.20
NOT_TRIED = ("cancelled", "not_installed", "not_written", "unsupported")
"""Outcomes that say nothing about how reliably a candidate runs."""


class PairedComparison(Struct, frozen=True):
    """Two candidates compared over the blocks they share.

    Attributes:
        a, b: the candidates.
        interval: of the ratio time(b)/time(a); None with fewer than two blocks.
        void: why no verdict is given whatever the interval; None where one may be given.
        runs: ids of the paired runs.
    """

    a: str
    b: str
    interval: Interval | None = None
    void: Text | None = None
    runs: tuple[str, ...] = field(default=())

    def judge_faster(self, margin: float) -> tuple[Judgement, Text]:
        """Judge "a is faster than b"; the reason is in words."""
        return self._judge(margin, same=False)

    def judge_equal(self, margin: float) -> tuple[Judgement, Text]:
        """Judge "a equals b"; the reason is in words."""
        return self._judge(margin, same=True)

    def _judge(self, margin: float, *, same: bool) -> tuple[Judgement, Text]:
        if self.void is not None:
            return "inconclusive", self.void
        assert self.interval is not None  # fewer than two blocks are void
        judgement, reason = (judge_equal if same else judge_faster)(self.interval, margin)
        return judgement, _reason_text(reason, self.interval, margin)


REASONS = {
    "better": "findings.difference-exceeds-the-margin",
    "reverse": "findings.the-reverse-holds",
    "no-difference": "findings.no-practical-difference",
    "about-margin": "findings.about-the-margin",
    "outlier-sensitive": "findings.outlier-sensitive",
}
"""Why an interval is judged as it is → its sentence."""
DISCARDED = {"too_noisy": "findings.too-noisy", "no_steady_state": "findings.no-steady-state"}
"""Outcome of a run that counts for no block → its sentence."""


def compare(
    evidence: Evidence,
    probe: str,
    mode: str,
    measure: str,
    a: str,
    b: str,
    *,
    mode_of_b: str | None = None,
    sign: float = 1.0,
) -> PairedComparison:
    """Compare two candidates over the blocks both have a valid run in.

    Args:
        evidence: the runs.
        probe, mode, measure: what is compared, of a timed probe.
        a, b: candidates.
        mode_of_b: the mode of `b` where it is another than that of `a`.
        sign: -1 where a higher measure is better, so that a ratio above 1 is always in favour of `a`.
    """
    sides = ((a, mode), (b, mode_of_b or mode))
    attempts = [evidence.attempts(probe, side_mode, candidate) for candidate, side_mode in sides]
    runs_a, runs_b = (
        _valid_blocks(evidence.blocks(probe, side_mode).get(candidate, {}), measure) for candidate, side_mode in sides
    )
    pairs = [(runs_a[block], runs_b[block]) for block in sorted(set(runs_a) & set(runs_b))]
    void = _failure_reason(attempts, (a, b)) or _inequality_reason(pairs) or _shortage_reason(attempts, len(pairs))
    if len(pairs) < 2:
        return PairedComparison(a, b, None, void or _few_blocks_reason())
    logs = [sign * math.log(measure_value(run_b, measure) / measure_value(run_a, measure)) for run_a, run_b in pairs]
    runs = tuple(run.id for pair in pairs for run in pair)
    return PairedComparison(a, b, interval_of(logs, evidence.looks(probe)), void, runs)


def measure_value(run: Run, measure: str) -> float:
    """Return a measure of a run as a number above zero; 0 where it has none."""
    value = run.measures.get(measure)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 0.0


def _valid_blocks(blocks: Mapping[int, Run], measure: str) -> dict[int, Run]:
    """Return the blocks whose run has the measure."""
    return {block: run for block, run in blocks.items() if measure_value(run, measure)}


def _failure_reason(attempts: Sequence[Sequence[Run]], candidates: Sequence[str]) -> Text | None:
    """Return a reason where more than a fifth of a candidate's first tries failed: the rest may be a lucky selection."""
    for runs, candidate in zip(attempts, candidates, strict=True):
        tried = [run for run in runs if not run.measures.get("retried") and run.outcome not in NOT_TRIED]
        failed = [run for run in tried if run.outcome not in (*USABLE, *UNSTEADY)]
        if len(failed) > FAILURES_ALLOWED * len(tried):
            return text("findings.processes-failed", failed=len(failed), tried=len(tried), candidate=candidate)
    return None


def _inequality_reason(pairs: Sequence[tuple[Run, Run]]) -> Text | None:
    """Return a reason where device, threads, versions or machine differ between the candidates or the blocks."""
    devices = {device_class(run) for pair in pairs for run in pair}
    threads = {run.threads for pair in pairs for run in pair}
    if len(devices) > 1 or len(threads) > 1:
        return text("findings.different-devices" if len(devices) > 1 else "findings.different-threads")
    for side in zip(*pairs, strict=True):
        if len({tuple(sorted(run.versions.items())) for run in side}) > 1:
            return text("findings.versions-changed")
    machines = {str(sorted(run.machine.items(), key=lambda fact: fact[0])) for pair in pairs for run in pair}
    return text("findings.machine-changed") if len(machines) > 1 else None


def device_class(run: Run) -> str:
    """Return the class of the device a run was measured on: "cpu", "cuda", …"""
    return str(run.measures.get("device", "cpu")).partition(":")[0]


def _shortage_reason(attempts: Sequence[Sequence[Run]], pairs: int) -> Text | None:
    """Return a reason where there are fewer than five valid blocks: how most of the discarded ones ended."""
    if pairs >= MIN_BLOCKS:
        return None
    outcomes = Counter(str(run.outcome) for runs in attempts for run in runs if run.outcome in DISCARDED)
    if not outcomes:
        return _few_blocks_reason()
    (outcome, _), *_ = outcomes.most_common(1)
    return text("findings.too-few-blocks-because", least=MIN_BLOCKS, why=text(DISCARDED[outcome]))


def _few_blocks_reason() -> Text:
    return text("findings.too-few-blocks", least=MIN_BLOCKS)


def _reason_text(reason: str, interval: Interval, margin: float) -> Text:
    """Return in words why an interval is judged as it is."""
    if reason == "too-noisy":
        return _noise_reason(interval, margin)
    return _few_blocks_reason() if reason == "few-blocks" else text(REASONS[reason])


def _noise_reason(interval: Interval, margin: float) -> Text:
    """Return the reason of a noisy comparison, with the number of blocks it would need."""
    needed = blocks_needed(interval, margin)
    if needed is None:
        return text("findings.too-noisy")
    return text("findings.too-noisy-blocks-needed", blocks=needed)
