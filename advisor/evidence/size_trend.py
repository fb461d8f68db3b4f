"""How the step times of several ways move with the size of a job, carried on from measured sizes to one that was not.

Let y(w, x) be the log step time of way w at a job of log work x, less the mean over all ways. It moves smoothly with x, by other
amounts for each way: overhead per operation matters less as arrays grow, kernels differ at each shape. So from the top rung at x₁ it
is carried on to x along the slope through the rungs, shrunk, since what overhead causes levels off:

    y(w, x) = y(w, x₁) + TREND · slope(w) · (x - x₁)

and a difference of two ways has the standard deviation √(AT_SIZE² + PER_FACTOR² · (x - x₁)) in the log, a random walk in log work, beside
the standard error of the blocks. TREND, AT_SIZE and PER_FACTOR are fitted on recorded step times of four families at six sizes each
(`tests/benchmarks/held_out.py`, which also judges them on sizes and families left out of the fit); its table stands in
probes/README.md.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from msgspec import Struct

from advisor.evidence.tiers import CandidateMode

TREND = 0.4
"""The share of a slope that goes on beyond the top rung."""
AT_SIZE = 0.04
"""Standard deviation of the log ratio of two ways at the size they were measured at: three blocks of a full session predict the others."""
PER_FACTOR = 0.18
"""That of its change, for each factor e of work beyond the top rung."""
TIME_AT_SIZE, TIME_PER_FACTOR = 0.10, 0.35
"""The same two for the log of a step time itself."""
LOCAL, UNKNOWN_EXPONENT = 0.75, 0.5
"""A step time grows as a power of the work, from 0 where overhead is all to 1 where there is none: carried on is the power between the two
highest rungs with this weight, and 1 with the rest; where there is one rung alone, the middle stands for that power."""
LEAST_BLOCKS = 2
"""With fewer blocks of a rung a way is left out of it. Their scatter is not what the belief rests on."""

Seconds = Mapping[CandidateMode, Mapping[int, float]]
"""The step times of one rung in seconds, by way and block."""


class Position(Struct, frozen=True):
    """Where a way stands at one rung: its log step time less the mean over all ways, and the standard error of that over the blocks."""

    mean: float
    error: float


class Carried(Struct, frozen=True):
    """A way at the size of the job.

    Attributes:
        position: its log step time less the mean over all ways.
        error: standard error of that, by the blocks alone.
    """

    position: float
    error: float


class Trend(Struct, frozen=True):
    """Several ways carried on to the size of a job.

    Attributes:
        ways: where each stands there.
        distance: log of the job's work over that of the top rung; 0 where the job itself was measured.
        mean_seconds: the mean over all ways of the step time at the job: exp of the mean log.
    """

    ways: Mapping[CandidateMode, Carried]
    distance: float
    mean_seconds: float

    def log_ratio(self, way: CandidateMode, other: CandidateMode) -> tuple[float, float]:
        """Return the log of the step time of a way over that of another, at the job, and its standard deviation."""
        a, b = self.ways[way], self.ways[other]
        return a.position - b.position, math.hypot(ratio_sd(self.distance), a.error, b.error)

    def seconds(self, way: CandidateMode) -> float:
        """Return the step time of a way at the job, in seconds."""
        return self.mean_seconds * math.exp(self.ways[way].position)

    @property
    def fastest(self) -> CandidateMode:
        """The way with the shortest step at the job."""
        return min(self.ways, key=lambda way: (self.ways[way].position, way))


def ratio_sd(distance: float) -> float:
    """Return the standard deviation of the log ratio of two ways at a distance in log work from where they were measured."""
    return math.sqrt(AT_SIZE**2 + PER_FACTOR**2 * max(distance, 0.0))


def time_sd(distance: float) -> float:
    """Return the standard deviation of the log of a step time at a distance in log work."""
    return math.sqrt(TIME_AT_SIZE**2 + TIME_PER_FACTOR**2 * max(distance, 0.0))


def carry_on(
    works: Sequence[float],
    rungs: Sequence[Seconds],
    job_work: float,
    share: float = TREND,
    least_blocks: int = LEAST_BLOCKS,
) -> Trend | None:
    """Carry the step times of the ways measured at the top rung on to a job.

    Args:
        works: operations of a step at each rung, ascending.
        rungs: the step times of each.
        job_work: operations of a step of the job.
        share: of the slope that goes on.
        least_blocks: with fewer a way is left out of a rung.

    Returns:
        The trend; None where fewer than two ways have enough blocks at the top rung.
    """
    top = positions(rungs[-1], least_blocks=least_blocks)
    if len(top) < 2:
        return None
    distance = math.log(job_work / works[-1])
    slopes = _slopes(works, [positions(seconds, set(top), least_blocks) for seconds in rungs])
    carried = {
        way: Carried(place.mean + share * slopes.get(way, 0.0) * distance, place.error) for way, place in top.items()
    }
    centre = statistics.fmean(place.position for place in carried.values())
    ways = {way: Carried(place.position - centre, place.error) for way, place in carried.items()}
    return Trend(ways, distance, math.exp(_mean_log_seconds(works, rungs, set(top), distance)))


def positions(
    seconds: Seconds, among: set[CandidateMode] | None = None, least_blocks: int = LEAST_BLOCKS
) -> dict[CandidateMode, Position]:
    """Return where each way of a rung stands, over the blocks that all of them have.

    Ways with too few blocks are left out; so are those not in `among`. Where the ways share too few blocks, the medians are compared.
    """
    kept = {
        way: blocks
        for way, blocks in seconds.items()
        if len(blocks) >= least_blocks and (among is None or way in among)
    }
    if not kept:
        return {}
    shared = set.intersection(*(set(blocks) for blocks in kept.values()))
    if len(shared) < least_blocks:
        logs = {way: math.log(statistics.median(blocks.values())) for way, blocks in kept.items()}
        centre = statistics.fmean(logs.values())
        return {way: Position(log - centre, 0.0) for way, log in logs.items()}
    centres = {block: statistics.fmean(math.log(blocks[block]) for blocks in kept.values()) for block in shared}
    places = {}
    for way, blocks in kept.items():
        offsets = [math.log(blocks[block]) - centres[block] for block in sorted(shared)]
        error = statistics.stdev(offsets) / math.sqrt(len(offsets)) if len(offsets) > 1 else 0.0
        places[way] = Position(statistics.median(offsets), error)
    return places


def _slopes(works: Sequence[float], places: Sequence[Mapping[CandidateMode, Position]]) -> dict[CandidateMode, float]:
    """Return the slope of each way over log work, by least squares; 0 for one that was measured at a single rung."""
    slopes = {}
    for way in places[-1]:
        points = [(math.log(work), rung[way].mean) for work, rung in zip(works, places, strict=True) if way in rung]
        if len(points) > 1:
            slopes[way] = statistics.linear_regression(*zip(*points, strict=True)).slope
    return slopes


def _mean_log_seconds(
    works: Sequence[float], rungs: Sequence[Seconds], ways: set[CandidateMode], distance: float
) -> float:
    """Return the mean log step time over some ways, carried on by a power of the work."""
    means = []
    for work, seconds in zip(works, rungs, strict=True):
        logs = [math.log(statistics.median(blocks.values())) for way, blocks in seconds.items() if way in ways]
        if len(logs) == len(ways):
            means.append((math.log(work), statistics.fmean(logs)))
    (x, y), below = means[-1], means[-2] if len(means) > 1 else None
    local = UNKNOWN_EXPONENT if below is None else min(max((y - below[1]) / (x - below[0]), 0.0), 1.0)
    return y + (LOCAL * local + 1 - LOCAL) * distance
