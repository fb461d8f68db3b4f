"""From how many steps on does a slow start pay? Ways to train, the cost of each by steps, and where two cost the same.

Training n steps takes start + n × step, with start = import + build + first step, so two
ways cross at n = (difference of starts) / (difference of steps). Both differences are taken inside the blocks, where the
machine was the same; their ratio has Fieller's interval (Fieller 1954, "Some problems in interval estimation", J. R.
Stat. Soc. B 16), which has no upper end where the steps cannot be told apart.

Two modes in one process share its import; the second finds loaded what the first had to build, so that both are charged
the longer build. Its first step may still profit: its start is a lower bound.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from advisor.evidence.runs import REFERENCE, Evidence
from advisor.evidence.tiers import Way

if TYPE_CHECKING:
    from advisor.evidence.collect import Run

MODES = ("default", "production")
CONFIDENCE = 0.90


@dataclass(frozen=True)
class Cost:
    """What one block saw of a way, in seconds: until the first step is done, and each step after it."""

    start: float
    step: float


@dataclass(frozen=True)
class Curve:
    """How long a way to train takes for any number of steps: its cost by block."""

    way: Way
    blocks: Mapping[int, Cost]

    @property
    def name(self) -> str:
        """What it is called: `pytorch`; `pytorch, production`."""
        return way_name(self.way)

    def seconds(self, steps: float) -> float:
        """The seconds until `steps` steps after the first are done: the mean over the blocks."""
        return statistics.fmean(cost.start + steps * cost.step for cost in self.blocks.values())


@dataclass(frozen=True)
class Crossing:
    """Where two ways cost the same: `first` is cheaper for fewer steps, `then` for more.

    Attributes:
        steps: the estimate.
        low, high: the 90 % interval; `high` is infinite where it may be that they never cross.
        blocks: how many blocks both were measured in; with one there is no interval.
    """

    first: Way
    then: Way
    steps: float
    low: float
    high: float
    blocks: int


@dataclass(frozen=True)
class BreakEven:
    """The curves of one probe, the one with the cheapest start first, and every crossing of two of them."""

    curves: tuple[Curve, ...] = ()
    crossings: tuple[Crossing, ...] = ()

    def cheapest(self, steps: float) -> Way | None:
        """The way that is done first with so many steps; None without any."""
        return min(self.curves, key=lambda curve: curve.seconds(steps)).way if self.curves else None

    def changes(self) -> tuple[Crossing, ...]:
        """The crossings at which another way becomes the cheapest of all, by growing number of steps."""
        found, best = list[Crossing](), self.cheapest(0)
        while ahead := [one for one in self.crossings if one.first == best and one.steps > _steps(found)]:
            found.append(min(ahead, key=lambda one: one.steps))
            best = found[-1].then
        return tuple(found)

    def of_modes(self) -> tuple[Crossing, ...]:
        """The crossings of two modes of one candidate: from where on compiling pays."""
        return tuple(one for one in self.crossings if one.first.candidate == one.then.candidate)


def _steps(found: Sequence[Crossing]) -> float:
    return found[-1].steps if found else 0.0


def way_name(way: Way) -> str:
    """What a way is called: the candidate, and the mode where it is not the default."""
    return way.candidate if way.mode == "default" else f"{way.candidate}, {way.mode}"


def break_even(evidence: Evidence, probe: str) -> BreakEven:
    """Compare all ways of a timed probe that were measured in the same blocks."""
    curves = sorted(_curves(evidence, probe), key=lambda curve: curve.seconds(0))
    found = (crossing_of(one, other) for one, other in combinations(curves, 2))
    return BreakEven(tuple(curves), tuple(one for one in found if one is not None))


def crossing_of(one: Curve, other: Curve) -> Crossing | None:
    """Where two curves cross; None where one is the cheaper for any number of steps, or they share no block."""
    shared = sorted(set(one.blocks) & set(other.blocks))
    if not shared:
        return None
    pairs = [(one.blocks[block], other.blocks[block]) for block in shared]
    starts = [late.start - early.start for early, late in pairs]
    steps = [early.step - late.step for early, late in pairs]
    start, step = statistics.fmean(starts), statistics.fmean(steps)
    if start * step <= 0:
        return None
    first, then = (one, other) if start > 0 else (other, one)
    low, high = ratio_interval(starts, steps)
    return Crossing(first.way, then.way, start / step, max(low, 0.0), high, len(shared))


def ratio_interval(above: Sequence[float], below: Sequence[float], level: float = CONFIDENCE) -> tuple[float, float]:
    """Fieller's interval of mean(above) / mean(below) from pairs, where both means have the same sign.

    Args:
        above, below: the pairs, of equal length.
        level: two-sided.

    Returns:
        Lower and upper end. The upper one is infinite where the mean below cannot be told from zero, the lower one zero
        where neither can, and (0, infinity) from a single pair.
    """
    n = len(above)
    if n < 2:
        return 0.0, math.inf
    t = _quantile(n - 1, (1 + level) / 2) ** 2 / n
    a = statistics.fmean(below) ** 2 - t * statistics.variance(below)
    b = statistics.fmean(above) * statistics.fmean(below) - t * statistics.covariance(above, below)
    c = statistics.fmean(above) ** 2 - t * statistics.variance(above)
    root = math.sqrt(max(b * b - a * c, 0.0))
    if a > 0:
        return (b - root) / a, (b + root) / a
    return (c / (b + root) if c > 0 and b + root > 0 else 0.0), math.inf


def _curves(evidence: Evidence, probe: str) -> Iterable[Curve]:
    builds = _builds(evidence, probe)
    for mode in MODES:
        for candidate, runs in evidence.blocks(probe, mode).items():
            costs = {block: cost for block, run in runs.items() if (cost := _cost(run, builds))}
            same = any("same_as" in run.measures for run in runs.values())
            if candidate != REFERENCE and costs and not same:
                yield Curve(Way(candidate, mode), costs)


def _builds(evidence: Evidence, probe: str) -> dict[tuple[object, ...], float]:
    """The longest build of each process; the runs of a process share block, candidate and the time of their import."""
    found: dict[tuple[object, ...], float] = {}
    for run in evidence.of(probe):
        if isinstance(seconds := run.measures.get("build_s"), int | float):
            found[_process(run)] = max(seconds, found.get(_process(run), 0.0))
    return found


def _process(run: Run) -> tuple[object, ...]:
    return run.block, run.candidate, run.measures.get("import_s")


def _cost(run: Run, builds: Mapping[tuple[object, ...], float]) -> Cost | None:
    times = [run.measures.get(name) for name in ("import_s", "first_step_s", "step_ms")]
    seconds = [float(time) for time in times if isinstance(time, int | float)]
    if len(seconds) < len(times) or _process(run) not in builds:
        return None
    imported, first, step = seconds
    return Cost(imported + builds[_process(run)] + first, step / 1e3)


def _quantile(freedom: int, level: float) -> float:
    from scipy.special import stdtrit  # imported here: nobody else needs SciPy for it

    return float(stdtrit(freedom, level))
