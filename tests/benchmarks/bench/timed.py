"""Do the intervals of timed probes hold what they promise, on quiet and on disturbed machines?

A session is up to 15 blocks, each with one process of every candidate in random order, a unit of time long. The logarithm of
a time is that of the truth, plus noise of its process, plus what disturbs the machine at that moment. Two candidates, A and B,
are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from advisor.evidence.intervals import Judgement, interval_of, judge_faster
from bench.report import Part, Row, row_caught, row_within, row_without_target

CANDIDATES = 5
MARGIN = 0.05
LOOKS = (5, 8, 12, 15)
NOISE = 0.03
WINDOWS = 20
"""How many times one process measures, one like the other: they share what is peculiar to the process."""

LENGTH = CANDIDATES * LOOKS[-1]
"""Of a session, in processes."""

Random = np.random.Generator
Logs = NDArray[np.float64]
SHAPES: Mapping[str, Callable[[Random, tuple[int, ...]], Logs]] = {
    "normal noise": lambda random, shape: random.normal(0, NOISE, shape),
    "exponential noise": lambda random, shape: random.exponential(NOISE, shape),
    "heavy-tailed noise (t3)": lambda random, shape: NOISE * random.standard_t(3, shape),
    "uniform noise": lambda random, shape: random.uniform(0, 3 * NOISE, shape),
}
DISTURBED: Mapping[str, Callable[[Random, Logs], Logs]] = {
    "a drift of half as much again": lambda _, moment: 0.4 * moment / LENGTH,
    "an episode of load, half as slow again": lambda random, moment: (
        0.4 * (np.abs(moment - random.uniform(0, LENGTH)) < LENGTH / 8)
    ),
    "a periodic load, a tenth up and down": lambda random, moment: 0.1 * _draw_wave(random, moment),
}


def _draw_wave(random: Random, moment: Logs) -> Logs:
    """Draw a periodic disturbance."""
    return np.sin(moment * random.uniform(1, 4) + random.uniform(0, 2 * math.pi))


def check_intervals(sessions: int) -> Part:
    """Check the coverage of intervals, and how often a winner is named where there is none."""
    rows: list[Row] = []
    for name, noise in SHAPES.items():
        rows.append(
            row_within(
                f"90 % intervals of five blocks cover the truth: {name}",
                sessions,
                _coverage_of_intervals(noise, sessions),
                0.87,
                0.95,
            )
        )
    rows.append(
        row_within(
            "a winner named where the truth is just the margin",
            3 * sessions,
            _share_wrong(3 * sessions, math.log1p(MARGIN)),
            high=0.05,
        )
    )
    for name, disturbance in DISTURBED.items():
        rows.append(
            row_within(
                f"a winner named between equals under {name}",
                sessions,
                _share_wrong(sessions, 0, disturbance),
                high=0.01,
            )
        )
    violent = _share_wrong(sessions, 0, lambda random, moment: 0.2 * _draw_wave(random, moment))
    rows.append(row_without_target("the same, a fifth up and down", sessions, f"{violent:.3f}"))
    return Part("TIMED PROBES: five candidates in random order a block, looks at 5, 8, 12 and 15 blocks", rows)


def check_mistakes(sessions: int) -> Part:
    """Check that each seeded mistake is noticed."""
    drift, _, periodic = DISTURBED.values()
    rows = [
        row_caught(
            "values of one process pooled as if independent: coverage",
            sessions,
            _coverage_of_pooled(sessions),
            0.87,
            0.95,
        ),
        row_caught(
            "looks that nobody planned for: a winner named at the margin",
            sessions,
            _share_wrong(sessions, math.log1p(MARGIN), looks=1),
            high=0.05,
        ),
        row_caught(
            "A always before B, under ten times the drift: a winner named between equals",
            sessions,
            _share_wrong(sessions, 0, lambda random, moment: 10 * drift(random, moment), fixed=True),
            high=0.01,
        ),
        row_caught(
            "A always before B, under the periodic load",
            sessions,
            _share_wrong(sessions, 0, periodic, fixed=True),
            high=0.01,
        ),
    ]
    return Part("SEEDED MISTAKES", rows)


def _coverage_of_intervals(noise: Callable[[Random, tuple[int, ...]], Logs], sessions: int) -> float:
    """Return the share of intervals that contain the truth."""
    truth, random = math.log(1.2), np.random.default_rng(1)
    intervals = (interval_of((truth + a - b).tolist()) for a, b in noise(random, (sessions, 2, LOOKS[0])))
    return float(np.mean([estimate.low <= math.exp(truth) <= estimate.high for estimate in intervals]))


def _coverage_of_pooled(sessions: int) -> float:
    """Return the coverage if every window of a process counts as a block."""
    random = np.random.default_rng(2)
    shape = (sessions, LOOKS[0], WINDOWS)
    logs = random.normal(0, NOISE * math.sqrt(2), (*shape[:2], 1)) + random.normal(0, NOISE / 3, shape)
    intervals = (interval_of(log.ravel().tolist()) for log in logs)
    return float(np.mean([estimate.log_low <= 0 <= estimate.log_high for estimate in intervals]))


def _share_wrong(
    sessions: int,
    truth: float,
    disturbance: Callable[[Random, Logs], Logs] = lambda _, moment: 0 * moment,
    *,
    looks: int = len(LOOKS),
    fixed: bool = False,
) -> float:
    """Return how often A or B is wrongly judged faster by more than the margin, at any look.

    Args:
        sessions: how many.
        truth: log ratio of their times; what is named at a truth of the margin, or of nothing, is wrong.
        disturbance: what the machine adds at a moment.
        looks: for how many looks the level is adjusted.
        fixed: whether A always goes first (a mistake).
    """
    random, wrong = np.random.default_rng(3), 0
    for _ in range(sessions):
        moment = _draw_moments(random, fixed)
        a, b = random.normal(0, NOISE, moment.shape) + disturbance(random, moment)
        wrong += any(_names_winner(truth + b - a, blocks, looks) for blocks in LOOKS)
    return wrong / sessions


def _draw_moments(random: Random, fixed: bool) -> Logs:
    """Return when A and B run in every block, (2, blocks)."""
    every = np.tile(np.arange(CANDIDATES), (LOOKS[-1], 1))
    order = every if fixed else random.permuted(every, axis=1)
    return (order + CANDIDATES * np.arange(LOOKS[-1])[:, None]).T[:2].astype(float)


def _names_winner(logs: Logs, blocks: int, looks: int) -> bool:
    """Return whether one of the two is judged faster after some blocks."""
    judgement, why = judge_faster(interval_of(logs[:blocks].tolist(), looks), MARGIN)
    named: tuple[tuple[Judgement, str], ...] = (("confirmed", "better"), ("refuted", "reverse"))
    return (judgement, why) in named
