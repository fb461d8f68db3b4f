"""Copies of one candidate compared: how often this machine names a false winner, and the smallest difference it detects.

Copies of one candidate are measured by the same protocol as candidates. Any winner among them is a false one. Copies
are compared in fixed pairs over consecutive blocks, each block used once, so that the comparisons are independent.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from msgspec import Struct

from advisor.evidence.collect import MachineBusy, SessionRecord, draw_seed
from advisor.evidence.intervals import SHOWN_LEVEL, error_per_look, student_t_quantile
from advisor.evidence.keeping import Keeper
from advisor.evidence.paired_comparison import PairedComparison, compare, measure_value
from advisor.evidence.runs import REFERENCE, STEP, Evidence
from probes.registration import LOOKS, MARGIN, SELF_TEST, Registration
from probes.run import Run
from probes.suite import Busy, Progress, measure_copies_of

POWER = 0.8
"""The probability with which a difference of the size of the resolution is detected."""
MODE = "default"
BLOCKS = LOOKS["quick"][0]


class Estimate(Struct, frozen=True):
    """A value with its 90 % interval."""

    value: float
    low: float
    high: float


class SelfTest(Struct, frozen=True):
    """The result of comparing a candidate with itself.

    Attributes:
        comparisons: how many, of five blocks each.
        named, void: how many of them named a winner, and gave no verdict.
        false_winners: the rate of named winners among the comparisons with a verdict; None without any.
        spread: standard deviation of the log ratio of two processes in one block; None with fewer than two blocks.
        resolution: by number of blocks, the smallest relative difference that is detected in 8 of 10 sessions.
        blocks, runs, discarded: how many, and how many runs were not used (noisy, unsteady, failed).
    """

    candidate: str
    comparisons: int
    named: int
    void: int
    false_winners: Estimate | None
    spread: Estimate | None
    resolution: dict[int, Estimate]
    blocks: int
    runs: int
    discarded: int
    seconds: float


def measure_copies(
    candidate: str,
    probe: str,
    budget: float,
    keeper: Keeper | None,
    on_progress: Callable[[Progress], None],
    seed: int | None = None,
    wait: float = 0.0,
) -> Iterator[SessionRecord]:
    """Measure copies of a candidate, keeping each run as it ends.

    Args:
        candidate: an id, or "numpy".
        probe: the timed probe to run.
        budget: seconds.
        keeper: keeps the runs; None keeps them nowhere.
        on_progress: told what is being measured.
        seed: of the order; drawn by default.
        wait: most seconds to wait for another measurement to end.

    Raises:
        MachineBusy: another measurement is under way.
    """
    try:
        drawn = draw_seed() if seed is None else seed
        for event in measure_copies_of(candidate, probe, budget, seed=drawn, wait_seconds=wait):
            if isinstance(event, Progress):
                on_progress(event)
                continue
            if keeper is not None:
                keeper.add_record(event)
            yield event
    except Busy as error:
        raise MachineBusy(str(error)) from None


def analyse(candidate: str, records: Sequence[SessionRecord], seconds: float = 0.0) -> SelfTest:
    """Analyse the records of a self-test, finished or not."""
    plans = {
        record.session: replace(record, looks=(BLOCKS,), id="")
        for record in records
        if isinstance(record, Registration)
    }
    runs = [record for record in records if isinstance(record, Run)]
    runs = [run for run in runs if run.candidate != REFERENCE and run.block is not None]
    copies = sorted({run.candidate for run in runs})
    pairs = list(zip(copies[::2], copies[1::2], strict=False))
    last = max((run.block or 0 for run in runs), default=0)
    chunks = [range(first, first + BLOCKS) for first in range(1, last - BLOCKS + 2, BLOCKS)]
    comparisons = [
        _compare_copies([run for run in runs if run.block in chunk], plans, *pair) for chunk in chunks for pair in pairs
    ]
    judged = [comparison for comparison in comparisons if comparison.void is None]
    named = sum(_names_a_winner(comparison) for comparison in judged)
    logs = [log for pair in pairs for log in _log_ratios(runs, *pair)]
    spread = _estimate_spread(logs) if len(logs) >= 2 else None
    return SelfTest(
        candidate=candidate,
        comparisons=len(comparisons),
        named=named,
        void=len(comparisons) - len(judged),
        false_winners=_estimate_share(named, len(judged)) if judged else None,
        spread=spread,
        resolution={looks[-1]: _estimate_resolution(spread, looks) for looks in LOOKS.values()} if spread else {},
        blocks=last,
        runs=len(runs),
        discarded=sum(run.outcome != "ok" for run in runs),
        seconds=seconds,
    )


def _compare_copies(runs: Sequence[Run], plans: dict[str, Registration], a: str, b: str) -> PairedComparison:
    """Compare two copies of a candidate over the blocks of these runs."""
    return compare(Evidence(tuple(runs), registered=plans), SELF_TEST, MODE, STEP, a, b)


def _names_a_winner(comparison: PairedComparison) -> bool:
    """Return whether one of the two is judged faster by more than the margin: then they are judged unequal."""
    return comparison.judge_equal(MARGIN)[0] == "refuted"


def _log_ratios(runs: Sequence[Run], a: str, b: str) -> list[float]:
    """Return the log ratio of a pair in each block in which both runs are usable."""
    step_time_by_run = {(run.candidate, run.block): measure_value(run, STEP) for run in runs if run.outcome == "ok"}
    blocks = sorted({block for _, block in step_time_by_run if block is not None})
    pairs = [(step_time_by_run.get((a, block), 0.0), step_time_by_run.get((b, block), 0.0)) for block in blocks]
    return [math.log(time_b / time_a) for time_a, time_b in pairs if time_a and time_b]


def _estimate_share(count: int, total: int) -> Estimate:
    """Return a proportion with the exact interval of Clopper and Pearson (Biometrika 1934)."""
    from scipy.special import betaincinv

    tail = (1 - SHOWN_LEVEL) / 2
    low = float(betaincinv(count, total - count + 1, tail)) if count else 0.0
    high = float(betaincinv(count + 1, total - count, 1 - tail)) if count < total else 1.0
    return Estimate(count / total, low, high)


def _estimate_spread(logs: Sequence[float]) -> Estimate:
    """Return the standard deviation about zero, which is the true mean, with its chi-square interval."""
    from scipy.special import chdtri

    n, square = len(logs), statistics.fmean(log * log for log in logs)
    tail = (1 - SHOWN_LEVEL) / 2
    return Estimate(*(math.sqrt(square * scale) for scale in (1.0, n / chdtri(n, tail), n / chdtri(n, 1 - tail))))


def _estimate_resolution(spread: Estimate, looks: Sequence[int]) -> Estimate:
    """Return the smallest relative difference that 8 of 10 sessions would find by their last look.

    Args:
        spread: standard deviation of the log ratio of two processes in one block.
        looks: after how many blocks the data are looked at.
    """
    blocks, error = looks[-1], error_per_look(len(looks))
    reach = student_t_quantile(blocks - 1, 1 - error) + student_t_quantile(blocks - 1, POWER)
    per_sd = reach / math.sqrt(blocks)
    return Estimate(*(math.expm1(math.log1p(MARGIN) + per_sd * sd) for sd in (spread.value, spread.low, spread.high)))
