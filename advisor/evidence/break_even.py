"""After how many training steps a slow start pays off: the time of each way to train by steps, and where two are equal.

Training n steps takes start + n × step, with start = import + build + first step, so two
ways cross at n = (difference of starts) / (difference of steps). Both differences are taken within blocks, where the
machine was in the same state; their ratio has Fieller's interval (Fieller 1954, "Some problems in interval estimation", J. R.
Stat. Soc. B 16), which has no upper end where the difference of the steps may be zero.

Where several frameworks are imported at the same time, no import is timed (`probes.parent.children`): the candidate's median over
the processes in which it was timed is taken there. Two modes in one process share its import. The second mode finds loaded what the
first had to build, so both are assigned the longer build time. The first step of the second may still be shorter for that reason:
its start is a lower bound.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from msgspec import Struct

from advisor.evidence.intervals import student_t_quantile
from advisor.evidence.runs import DEFAULT, REFERENCE, Evidence
from advisor.evidence.stacks import way_name
from advisor.evidence.tiers import CandidateMode

if TYPE_CHECKING:
    from advisor.evidence.collect import Run

CONFIDENCE = 0.90


class Cost(Struct, frozen=True):
    """The time of a candidate in one block, in seconds: until the first step is done, and of each step after it."""

    start: float
    step: float


class Curve(Struct, frozen=True):
    """How long a candidate in one mode takes for any number of steps; `blocks` holds its cost by block."""

    candidate_mode: CandidateMode
    blocks: Mapping[int, Cost]

    @property
    def name(self) -> str:
        """The name of the candidate, and of its way where that is not the default: `pytorch, torch.compile`."""
        return candidate_mode_name(self.candidate_mode)

    def seconds_until(self, steps: float) -> float:
        """Return the mean time over the blocks, in seconds, until `steps` steps after the first are done."""
        return statistics.fmean(cost.start + steps * cost.step for cost in self.blocks.values())


class Crossing(Struct, frozen=True):
    """Where two candidates or modes take the same time: `first` is faster for fewer steps, `then` for more.

    Attributes:
        steps: the estimate.
        low, high: the 90 % interval; `high` is infinite where they may never cross.
        blocks: how many blocks both were measured in; a single one gives no interval.
    """

    first: CandidateMode
    then: CandidateMode
    steps: float
    low: float
    high: float
    blocks: int


class BreakEven(Struct, frozen=True):
    """The curves of one probe, the one with the cheapest start first, and every crossing of two of them."""

    curves: tuple[Curve, ...] = ()
    crossings: tuple[Crossing, ...] = ()

    def fastest_at(self, steps: float) -> CandidateMode | None:
        """Return the candidate and mode that finishes the first step and `steps` more first; None where none was timed."""
        return min(self.curves, key=lambda curve: curve.seconds_until(steps)).candidate_mode if self.curves else None

    def leader_changes(self) -> tuple[Crossing, ...]:
        """The crossings at which another candidate and mode becomes the fastest of all, in ascending order of steps."""
        crossings, best, steps = list[Crossing](), self.fastest_at(0), 0.0
        while ahead := [crossing for crossing in self.crossings if crossing.first == best and crossing.steps > steps]:
            nearest = min(ahead, key=lambda crossing: crossing.steps)
            crossings.append(nearest)
            best, steps = nearest.then, nearest.steps
        return tuple(crossings)

    def mode_crossings(self) -> tuple[Crossing, ...]:
        """The crossings of the default mode and a way of one candidate: the number of steps after which the way pays off."""
        return tuple(
            crossing for crossing in self.crossings if crossing.first == CandidateMode(crossing.then.candidate, DEFAULT)
        )


def candidate_mode_name(candidate_mode: CandidateMode) -> str:
    """Return the name of the candidate, and of its way where that is not the default."""
    candidate, mode = candidate_mode
    return candidate if mode == DEFAULT else f"{candidate}, {way_name(candidate, mode)}"


def break_even(evidence: Evidence, probe: str) -> BreakEven:
    """Compare all candidates and modes of a timed probe that were measured in the same blocks."""
    curves = sorted(_read_curves(evidence, probe), key=lambda curve: curve.seconds_until(0))
    crossings = (crossing_of(first, second) for first, second in combinations(curves, 2))
    return BreakEven(tuple(curves), tuple(crossing for crossing in crossings if crossing is not None))


def crossing_of(curve: Curve, other: Curve) -> Crossing | None:
    """Return where two curves cross; None where one is faster for any number of steps, or they share no block."""
    shared = sorted(set(curve.blocks) & set(other.blocks))
    if not shared:
        return None
    pairs = [(curve.blocks[block], other.blocks[block]) for block in shared]
    start_differences = [second.start - first.start for first, second in pairs]
    step_differences = [first.step - second.step for first, second in pairs]
    start, step = statistics.fmean(start_differences), statistics.fmean(step_differences)
    if start * step <= 0:
        return None
    first, then = (curve, other) if start > 0 else (other, curve)
    low, high = ratio_interval(start_differences, step_differences)
    return Crossing(first.candidate_mode, then.candidate_mode, start / step, max(low, 0.0), high, len(shared))


def ratio_interval(
    numerators: Sequence[float], denominators: Sequence[float], confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Return Fieller's interval of the ratio of two means from pairs, where both means have the same sign.

    Args:
        numerators, denominators: the pairs, of equal length.
        confidence: two-sided, 0 to 1.

    Returns:
        Lower and upper end. The upper one is infinite where the mean of the denominators may be zero, the lower one zero
        where both means may be; (0, infinity) from a single pair.
    """
    n = len(numerators)
    if n < 2:
        return 0.0, math.inf
    t = student_t_quantile(n - 1, (1 + confidence) / 2) ** 2 / n
    a = statistics.fmean(denominators) ** 2 - t * statistics.variance(denominators)
    b = statistics.fmean(numerators) * statistics.fmean(denominators)
    b -= t * statistics.covariance(numerators, denominators)
    c = statistics.fmean(numerators) ** 2 - t * statistics.variance(numerators)
    root = math.sqrt(max(b * b - a * c, 0.0))
    if a > 0:
        return (b - root) / a, (b + root) / a
    return (c / (b + root) if c > 0 and b + root > 0 else 0.0), math.inf


def _read_curves(evidence: Evidence, probe: str) -> Iterable[Curve]:
    """Yield the time curve of each candidate and mode of a timed probe."""
    builds, imports = _build_seconds(evidence, probe), _import_seconds(evidence, probe)
    for mode in evidence.modes(probe):
        for candidate, runs in evidence.blocks(probe, mode).items():
            costs = {block: cost for block, run in runs.items() if (cost := _read_cost(run, builds, imports))}
            same = any("same_as" in run.measures for run in runs.values())
            if candidate != REFERENCE and costs and not same:
                yield Curve(CandidateMode(candidate, mode), costs)


def _build_seconds(evidence: Evidence, probe: str) -> dict[tuple[object, ...], float]:
    """Return the longest build time of each process, in seconds, by what identifies the process."""
    builds: dict[tuple[object, ...], float] = {}
    for run in evidence.of(probe):
        if isinstance(seconds := run.measures.get("build_s"), int | float):
            builds[_process_key(run)] = max(seconds, builds.get(_process_key(run), 0.0))
    return builds


def _import_seconds(evidence: Evidence, probe: str) -> dict[str, float]:
    """Return the median import time of each candidate in the runs of a probe, in seconds."""
    times: dict[str, dict[tuple[object, ...], float]] = {}
    for run in evidence.of(probe):
        if isinstance(seconds := run.measures.get("import_s"), int | float):
            times.setdefault(run.candidate, {})[_process_key(run)] = float(seconds)
    return {candidate: statistics.median(by_process.values()) for candidate, by_process in times.items()}


def _process_key(run: Run) -> tuple[object, ...]:
    """Return what identifies the process of a run: its runs share block, candidate and import time, where that was taken."""
    return run.block, run.candidate, run.measures.get("import_s")


def _read_cost(run: Run, builds: Mapping[tuple[object, ...], float], imports: Mapping[str, float]) -> Cost | None:
    """Return the start-up and step time of a run, in seconds; None where one was not measured."""
    measures = {"import_s": imports.get(run.candidate)} | run.measures
    values = [measures.get(name) for name in ("import_s", "first_step_s", "step_ms")]
    numbers = [float(value) for value in values if isinstance(value, int | float)]
    if len(numbers) < len(values) or _process_key(run) not in builds:
        return None
    import_seconds, first_step_seconds, step_milliseconds = numbers
    return Cost(import_seconds + builds[_process_key(run)] + first_step_seconds, step_milliseconds / 1e3)
