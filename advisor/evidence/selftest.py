"""What this machine makes of no difference: how often it names a winner, and the smallest difference it can tell.

Copies of one candidate are measured by the protocol of the candidates. Any winner among them is a false one. Copies
are compared in fixed pairs over consecutive blocks, each block used once, so that the comparisons are independent.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from advisor.evidence.collect import STEP, MachineBusy, SessionRecord, drawn_seed
from advisor.evidence.intervals import SHOWN_LEVEL, error_per_look, student_t_quantile
from advisor.evidence.paired_comparison import PairedComparison, compare, measure_value
from advisor.evidence.runs import REFERENCE, Evidence
from advisor.evidence.store import Store
from probes.registration import LOOKS, MARGIN, SELF_TEST, Registration
from probes.run import Run
from probes.suite import Busy, Progress, against_itself

POWER = 0.8
"""How often a difference that "can be told" is named a winner."""
MODE = "default"
BLOCKS = LOOKS["quick"][0]


@dataclass(frozen=True)
class Estimate:
    """A value with its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SelfTest:
    """The result of comparing a candidate with itself.

    Attributes:
        comparisons: of five blocks each; `named` of them named a winner, `void` gave no verdict at all.
        false_winners: their rate among those that gave a verdict; None without any.
        spread: of the log ratio of two processes in one block; None with fewer than two blocks.
        resolution: by number of blocks, the smallest relative difference that is named in 8 of 10 sessions.
        blocks, runs, discarded: what was measured, and how many runs were not used (noisy, unsteady, failed).
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
    store: Store | None,
    on_progress: Callable[[Progress], None],
    seed: int | None = None,
) -> Iterator[SessionRecord]:
    """Measure copies of a candidate, storing each run as it ends.

    Raises:
        MachineBusy: another measurement is under way.
    """
    try:
        for event in against_itself(candidate, probe, budget, seed=drawn_seed() if seed is None else seed):
            if isinstance(event, Progress):
                on_progress(event)
                continue
            if store is not None:
                store.keep(event)
            yield event
    except Busy as error:
        raise MachineBusy(str(error)) from None


def analyse(candidate: str, records: Sequence[SessionRecord], seconds: float = 0.0) -> SelfTest:
    """Analyse the records of a self-test, finished or not."""
    plans = {one.session: replace(one, looks=(BLOCKS,), id="") for one in records if isinstance(one, Registration)}
    runs = [one for one in records if isinstance(one, Run) and one.candidate != REFERENCE and one.block is not None]
    copies = sorted({run.candidate for run in runs})
    pairs = list(zip(copies[::2], copies[1::2], strict=False))
    last = max((run.block or 0 for run in runs), default=0)
    chunks = [range(first, first + BLOCKS) for first in range(1, last - BLOCKS + 2, BLOCKS)]
    found = [_compared([run for run in runs if run.block in chunk], plans, *pair) for chunk in chunks for pair in pairs]
    decided = [one for one in found if one.void is None]
    named = sum(_names_a_winner(one) for one in decided)
    logs = [log for pair in pairs for log in _logs(runs, *pair)]
    spread = _root_mean_square(logs) if len(logs) >= 2 else None
    return SelfTest(
        candidate=candidate,
        comparisons=len(found),
        named=named,
        void=len(found) - len(decided),
        false_winners=_rate(named, len(decided)) if decided else None,
        spread=spread,
        resolution={looks[-1]: _resolution(spread, looks) for looks in LOOKS.values()} if spread else {},
        blocks=last,
        runs=len(runs),
        discarded=sum(run.outcome != "ok" for run in runs),
        seconds=seconds,
    )


def _compared(runs: Sequence[Run], plans: dict[str, Registration], a: str, b: str) -> PairedComparison:
    return compare(Evidence(tuple(runs), registered=plans), SELF_TEST, MODE, STEP, a, b)


def _names_a_winner(one: PairedComparison) -> bool:
    """Whether one of the two is called faster by more than the margin: then they are judged to be unequal."""
    return one.equal(MARGIN)[0] == "refuted"


def _logs(runs: Sequence[Run], a: str, b: str) -> list[float]:
    """The log ratios of a pair in all blocks in which both runs are good."""
    times = {(run.candidate, run.block): measure_value(run, STEP) for run in runs if run.outcome == "ok"}
    blocks = sorted({block for _, block in times if block is not None})
    both = [(times.get((a, block), 0.0), times.get((b, block), 0.0)) for block in blocks]
    return [math.log(y / x) for x, y in both if x and y]


def _rate(count: int, of: int) -> Estimate:
    """A share with the exact interval of Clopper and Pearson (Biometrika 1934)."""
    from scipy.special import betaincinv

    tail = (1 - SHOWN_LEVEL) / 2
    low = float(betaincinv(count, of - count + 1, tail)) if count else 0.0
    high = float(betaincinv(count + 1, of - count, 1 - tail)) if count < of else 1.0
    return Estimate(count / of, low, high)


def _root_mean_square(logs: Sequence[float]) -> Estimate:
    """The spread about zero, the known truth, with its chi-square interval."""
    from scipy.special import chdtri

    n, square = len(logs), statistics.fmean(log * log for log in logs)
    tail = (1 - SHOWN_LEVEL) / 2
    return Estimate(*(math.sqrt(square * scale) for scale in (1.0, n / chdtri(n, tail), n / chdtri(n, 1 - tail))))


def _resolution(spread: Estimate, looks: Sequence[int]) -> Estimate:
    """The relative difference whose interval clears the margin in 8 of 10 sessions at the last look."""
    blocks, level = looks[-1], error_per_look(len(looks))
    reach = (student_t_quantile(blocks - 1, 1 - level) + student_t_quantile(blocks - 1, POWER)) / math.sqrt(blocks)
    return Estimate(*(math.expm1(math.log1p(MARGIN) + reach * one) for one in (spread.value, spread.low, spread.high)))
