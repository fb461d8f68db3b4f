"""How far do the step times at measured sizes predict those at another size? The belief about distance, fitted and judged.

    python tests/benchmarks/held_out.py [--record FILE]

Beyond the measured size: a case is a job of `size_grid.py`'s record of which up to three sizes were measured and a larger one is predicted from
them, as an answer does (`advisor.evidence.size_trend`). At the size: three blocks in a row of the full session in `recorded_full.jsonl.gz`
predict its other blocks, of every probe. In both, every pair of ways is compared: the predicted log ratio with the one measured.

Fitted are AT_SIZE, so that nine of ten errors at the size lie within 1.645 of it, and on the part `grid` TREND, where the errors are
smallest in the mean, and PER_FACTOR, so that nine of ten errors up to ten times the work lie within 1.645 standard deviations. Judged
is on pairs that are not in the fit: each family by a fit on the other three, and the jobs of other shapes in the part `held-out` by the
fit on the whole grid: their larger sizes, and what half a minute of training at the largest took (the part `long`). Printed are the fits, and by distance how far the ratio of two ways is off, how many pairs at least 1.25 apart (as
predicted) keep their order, and how many intervals hold what was measured.

The first lines of the record say what machine it was made on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import statistics
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from advisor.evidence import size_trend
from advisor.evidence.ladder import APART as RUNGS_APART
from advisor.evidence.ladder import RUNGS
from advisor.evidence.size_trend import Seconds, Trend, carry_on, positions
from advisor.evidence.tiers import CandidateMode

RECORD = Path(__file__).parent / "size_grid.jsonl.gz"
SESSION = Path(__file__).parent / "recorded_full.jsonl.gz"
APART = math.log(1.25)
NINETY = 1.645
USABLE = ("ok", "too_noisy", "no_steady_state")
"""The recorded runs shared their machine with others, which makes many of them noisy or unsteady."""
FARTHEST = math.log(10) + 1e-9
BUCKETS = {"at the size": (-1.0, 1e-9), "up to 3 times": (1e-9, math.log(3.5)), "3 to 10 times": (math.log(3.5), FARTHEST), "beyond": (FARTHEST, 99.0)}  # fmt: skip


class Job(NamedTuple):
    """A job as it was recorded: its part and family, and the step times at each size by work, ascending."""

    part: str
    family: str
    name: str
    works: tuple[float, ...]
    rungs: tuple[Seconds, ...]


class Pair(NamedTuple):
    """Two ways in one case: the distance in log work, and the log of the ratio as predicted and as measured; `extra` is their blocks' error."""

    family: str
    distance: float
    predicted: float
    measured: float
    extra: float = 0.0

    @property
    def error(self) -> float:
        """How far the prediction is off, in the log."""
        return abs(self.predicted - self.measured)


class Belief(NamedTuple):
    """What is fitted."""

    trend: float
    at_size: float
    per_factor: float

    def sd(self, distance: float) -> float:
        """Return the standard deviation of a log ratio at a distance."""
        return math.sqrt(self.at_size**2 + self.per_factor**2 * distance)


def read_jobs(record: Path) -> list[Job]:
    """Return the jobs of a record."""
    steps: dict[tuple[str, str, str], dict[float, dict[CandidateMode, dict[int, float]]]] = {}
    job = ""
    with gzip.open(record, "rt") as lines:
        for line in map(json.loads, lines):
            job = line.get("job", job)
            if "work" in line and line["outcome"] in USABLE and line["undisturbed_ms"]:
                ways = steps.setdefault((line["part"], line["family"], job), {}).setdefault(line["work"], {})
                way = CandidateMode(line["candidate"], line["mode"])
                ways.setdefault(way, {})[line["block"]] = line["undisturbed_ms"] / 1e3
    return [
        Job(*key, tuple(sorted(rungs)), tuple(rungs[work] for work in sorted(rungs))) for key, rungs in steps.items()
    ]


def ladder_below(job: Job, top: int) -> tuple[tuple[float, ...], tuple[Seconds, ...]]:
    """Return the works and step times of the sizes that an answer would measure with a given one as its top rung, ascending."""
    chosen = [top]
    for number in range(top - 1, -1, -1):
        if len(chosen) < RUNGS and job.works[number] <= job.works[chosen[-1]] / RUNGS_APART:
            chosen.append(number)
    return tuple(job.works[number] for number in chosen[::-1]), tuple(job.rungs[number] for number in chosen[::-1])


def pairs_of(job: Job, share: float) -> Iterator[Pair]:
    """Yield the pairs of ways of every case of a job; `share` is that of the slope that goes on beyond the top rung."""
    for top in range(len(job.rungs) - 1):
        rungs = ladder_below(job, top)
        for target in range(top + 1, len(job.rungs)):
            trend = carry_on(*rungs, job.works[target], share, 1)
            yield from pairs_between(trend, job.rungs[target], job.family)


def pairs_with_long(job: Job, long: Job, share: float) -> Iterator[Pair]:
    """Yield the pairs of ways of a job whose short times, at its largest size and below, predict those of its long training at the largest."""
    for top in range(len(job.rungs)):
        trend = carry_on(*ladder_below(job, top), long.works[-1], share, 1)
        yield from pairs_between(trend, long.rungs[-1], job.family)


def pairs_between(trend: Trend | None, measured: Seconds, family: str) -> Iterator[Pair]:
    """Yield the pairs of ways that a trend predicts and that were measured; none without a trend."""
    there = positions(measured, least_blocks=1)
    for a, b in combinations(sorted(set(trend.ways) & set(there)), 2) if trend else ():
        predicted = trend.ways[a].position - trend.ways[b].position
        error = math.hypot(trend.ways[a].error, trend.ways[b].error)
        yield Pair(family, trend.distance, predicted, there[a].mean - there[b].mean, error)


def read_session(record: Path) -> dict[str, Seconds]:
    """Return the step times of a full session by probe."""
    steps: dict[str, dict[CandidateMode, dict[int, float]]] = {}
    with gzip.open(record, "rt") as lines:
        for run in map(json.loads, lines):
            measures = run.get("measures", {})
            if (
                run.get("outcome") != "ok"
                or not run.get("block")
                or run["candidate"] == "numpy"
                or "same_as" in measures
            ):
                continue
            if "step_ms" in measures:
                way = CandidateMode(run["candidate"], run["mode"])
                steps.setdefault(run["probe"], {}).setdefault(way, {})[run["block"]] = measures["step_ms"] / 1e3
    return dict(steps)


def pairs_at_size(session: Mapping[str, Seconds]) -> Iterator[Pair]:
    """Yield the pairs of ways at the size that was measured: three blocks in a row predict the others."""
    for probe, seconds in session.items():
        blocks = sorted({block for times in seconds.values() for block in times})
        for first in range(len(blocks) - 3):
            seen = set(blocks[first : first + 3])
            before, after = (
                positions(
                    {way: {b: s for b, s in times.items() if (b in seen) is kept} for way, times in seconds.items()}
                )
                for kept in (True, False)
            )
            for a, b in combinations(sorted(set(before) & set(after)), 2):
                yield Pair(probe, 0.0, before[a].mean - before[b].mean, after[a].mean - after[b].mean)


def quantile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def fit_at_size(pairs: Iterable[Pair]) -> float:
    """Return the standard deviation at the size that was measured, to two digits."""
    return math.ceil(100 * quantile((pair.error for pair in pairs), 0.9) / NINETY) / 100


def fit(jobs: Sequence[Job], at_size: float) -> Belief:
    """Fit the belief on jobs: up to ten times the work, since beyond that nothing counts."""

    def beyond(share: float) -> list[Pair]:
        return [pair for job in jobs for pair in pairs_of(job, share) if 0 < pair.distance <= FARTHEST]

    trend = min(
        (share / 20 for share in range(21)), key=lambda share: statistics.fmean(pair.error for pair in beyond(share))
    )
    pairs = beyond(trend)
    per_factor = min(
        (step / 200 for step in range(1, 400)),
        key=lambda factor: abs(0.9 - covered(pairs, Belief(trend, at_size, factor))),
    )
    return Belief(trend, at_size, per_factor)


def covered(pairs: Sequence[Pair], belief: Belief) -> float:
    """Return the share of pairs whose interval of 90 % holds what was measured."""
    inside = [pair.error <= NINETY * math.hypot(belief.sd(pair.distance), pair.extra) for pair in pairs]
    return sum(inside) / len(inside)


def print_table(title: str, pairs: Sequence[Pair], belief: Belief) -> None:
    print(f"\n{title}: trend {belief.trend:.2f}, at size {belief.at_size:.3f}, per factor e {belief.per_factor:.3f}")
    print(f"  {'distance':16}{'pairs':>7}{'off by, median':>16}{'90 %':>7}{'order kept':>18}{'covered':>9}")
    for name, (low, high) in BUCKETS.items():
        chosen = [pair for pair in pairs if low < pair.distance <= high]
        if not chosen:
            continue
        errors = [pair.error for pair in chosen]
        apart = [pair for pair in chosen if abs(pair.predicted) >= APART]
        kept = sum(pair.predicted * pair.measured > 0 for pair in apart)
        order = f"{kept} of {len(apart)}"
        print(
            f"  {name:16}{len(chosen):7}{math.exp(statistics.median(errors)):16.2f}{math.exp(quantile(errors, 0.9)):7.2f}"
            f"{order:>18}{100 * covered(chosen, belief):8.0f} %"
        )


def time_errors(jobs: Sequence[Job]) -> list[tuple[float, float]]:
    """Return distance and error, in the log, of every predicted step time itself."""
    errors = []
    for job in jobs:
        for top in range(len(job.rungs) - 1):
            rungs = ladder_below(job, top)
            for target in range(top + 1, len(job.rungs)):
                trend = carry_on(*rungs, job.works[target], least_blocks=1)
                if trend is None or trend.distance > FARTHEST:
                    continue
                errors += [
                    (trend.distance, abs(math.log(trend.seconds(way) / statistics.median(blocks.values()))))
                    for way, blocks in job.rungs[target].items()
                    if way in trend.ways
                ]
    return errors


def between_families(jobs: Sequence[Job]) -> Iterator[tuple[bool, float]]:
    """Yield, for pairs of ways at the size of a usual probe and at larger sizes, whether the family is the same, and how far the log ratio moved."""
    for job in jobs:
        seconds = next((seconds for work, seconds in zip(job.works, job.rungs, strict=True) if work >= 2e7), None)
        here = positions(seconds, least_blocks=1) if seconds else {}
        for other in jobs:
            for work, rung in zip(other.works, other.rungs, strict=True):
                there = positions(rung, least_blocks=1)
                if work < 2e8:
                    continue
                for a, b in combinations(sorted(set(here) & set(there)), 2):
                    yield job.family == other.family, (here[a].mean - here[b].mean) - (there[a].mean - there[b].mean)


def main() -> int:
    parser = argparse.ArgumentParser(description="How far measured sizes predict another one.")
    parser.add_argument("--record", type=Path, default=RECORD)
    jobs = read_jobs(parser.parse_args().record)
    grid, held_out, long = ([job for job in jobs if job.part == part] for part in ("grid", "held-out", "long"))
    at_size = list(pairs_at_size(read_session(SESSION)))
    belief = fit(grid, fit_at_size(at_size))
    stated = Belief(size_trend.TREND, size_trend.AT_SIZE, size_trend.PER_FACTOR)
    print(f"fitted on the grid: {belief}; in size_trend: {stated}")
    print_table("at the size, of every probe", at_size, belief)
    left_out: list[Pair] = []
    for family in dict.fromkeys(job.family for job in grid):
        others = fit([job for job in grid if job.family != family], belief.at_size)
        pairs = [pair for job in grid if job.family == family for pair in pairs_of(job, others.trend)]
        left_out += pairs
        print_table(f"{family}, by a fit on the other families", pairs, others)
    print_table("every family left out of its fit, by the fit on all", left_out, belief)
    if held_out:
        print_table("jobs of other shapes", [pair for job in held_out for pair in pairs_of(job, belief.trend)], belief)
    if long:
        by_name = {job.name: job for job in held_out}
        pairs = [pair for job in long for pair in pairs_with_long(by_name[job.name], job, belief.trend)]
        print_table("the same, for half a minute of training", pairs, belief)
    times = time_errors([*grid, *held_out])
    off = [error for _, error in times]
    per_factor = quantile((error / math.sqrt(distance) for distance, error in times), 0.9) / NINETY
    print(
        f"\nstep times themselves, up to ten times the work: {len(times)} off by {math.exp(statistics.median(off)):.2f} (median), "
        f"{math.exp(quantile(off, 0.9)):.2f} (90 %): {per_factor:.2f} per factor e; in size_trend: {size_trend.TIME_PER_FACTOR:.2f}"
    )
    for same, name in ((True, "same family"), (False, "other family")):
        moved = [log for is_same, log in between_families(grid) if is_same == same]
        print(
            f"from a usual probe to a larger job of the {name}: sd of the log ratio {math.sqrt(statistics.fmean(log**2 for log in moved)):.2f}, {quantile(map(abs, moved), 0.9) / NINETY:.2f} by its 90 % point"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
