"""The belief about distance is the one that the recorded step times give, and holds on what was left out of the fit."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from advisor.evidence import size_trend

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
import held_out

JOBS = held_out.read_jobs(held_out.RECORD)


def test_the_record_is_small_and_whole() -> None:
    assert held_out.RECORD.stat().st_size < 2_000_000
    assert {job.family for job in JOBS if job.part == "grid"} == {"transformer", "cnn", "dense", "recurrent"}
    assert all(len(job.works) >= 3 for job in JOBS if job.part != "long")
    assert [len(job.works) for job in JOBS if job.part == "long"] == [1, 1, 1, 1]
    assert all(len(seconds) == 6 for job in JOBS for seconds in job.rungs)


def test_the_constants_are_those_of_the_fit() -> None:
    at_size = held_out.fit_at_size(held_out.pairs_at_size(held_out.read_session(held_out.SESSION)))
    belief = held_out.fit([job for job in JOBS if job.part == "grid"], at_size)
    assert pytest.approx(belief, abs=0.011) == (size_trend.TREND, size_trend.AT_SIZE, size_trend.PER_FACTOR)


def test_intervals_hold_what_they_say_on_pairs_that_are_not_in_the_fit() -> None:
    belief = held_out.Belief(size_trend.TREND, size_trend.AT_SIZE, size_trend.PER_FACTOR)
    pairs = [pair for job in JOBS if job.part == "held-out" for pair in held_out.pairs_of(job, belief.trend)]
    near = [pair for pair in pairs if pair.distance <= held_out.FARTHEST]
    assert len(near) >= 50
    assert 0.85 <= held_out.covered(near, belief) <= 0.98
    doubled = belief._replace(at_size=belief.at_size / 3, per_factor=belief.per_factor / 3)
    assert held_out.covered(near, doubled) < 0.8, "a belief that is too sure is seen"
