"""Warm-up cut, steadiness and median, on series whose truth is known."""

from __future__ import annotations

import math
import random

import pytest

from probes.child.steady import cut_warmup, warmup_length


def noisy(count: int, level: float, spread: float, seed: int = 1) -> list[float]:
    source = random.Random(seed)
    return [level * math.exp(source.gauss(0, spread)) for _ in range(count)]


def test_warm_up_is_cut_where_it_ends() -> None:
    settled = cut_warmup([5.0] * 10 + noisy(40, 1.0, 0.005))
    assert 10 <= settled.start <= 14
    assert settled.steady
    assert settled.median == pytest.approx(1.0, rel=0.005)


def test_at_most_half_is_cut() -> None:
    assert warmup_length([5.0] * 90 + [1.0] * 10) <= 50


def test_a_steady_series_keeps_nearly_everything() -> None:
    cuts = [cut_warmup(noisy(60, 1.0, 0.02, seed)).start for seed in range(50)]
    assert sorted(cuts)[25] <= 15


def test_scatter_beyond_reason_is_called_noise() -> None:
    settled = cut_warmup(noisy(60, 1.0, 0.8, 3))
    assert settled.noisy and not settled.steady


@pytest.mark.parametrize("spread", [0.005, 0.05, 0.15])
def test_scatter_without_a_trend_is_steady(spread: float) -> None:
    steady = sum(cut_warmup(noisy(60, 1.0, spread, seed)).steady for seed in range(200))
    assert steady >= 170


@pytest.mark.parametrize(
    "shape",
    [
        lambda place: 1 + 0.5 * place,  # a trend
        lambda place: 1.4 if place > 0.6 else 1.0,  # a jump late, where the cut cannot reach
    ],
)
def test_a_changing_level_is_not_steady(shape) -> None:  # type: ignore[no-untyped-def]
    unsteady = 0
    for seed in range(100):
        series = [value * shape(number / 60) for number, value in enumerate(noisy(60, 1.0, 0.02, seed))]
        unsteady += not cut_warmup(series).steady
    assert unsteady >= 95


def test_an_episode_of_load_does_not_move_the_median() -> None:
    for seed in range(20):
        series = noisy(60, 1.0, 0.02, seed)
        series[20:32] = [1.5 * value for value in series[20:32]]
        assert cut_warmup(series).median == pytest.approx(1.0, rel=0.03)


def test_three_per_cent_is_allowed_to_a_quiet_series() -> None:
    assert cut_warmup([1.0] * 20 + [1.02] * 20 + [1.025] * 20).steady
    assert not cut_warmup([1.0] * 20 + [1.04] * 20 + [1.0] * 20).steady


def test_too_few_windows_are_not_steady() -> None:
    assert not cut_warmup([1.0] * 8).steady


@pytest.mark.parametrize("times", [[], [1.0, 0.0], [1.0, -1.0], [1.0, math.nan], [math.inf]])
def test_impossible_times_are_refused(times: list[float]) -> None:
    with pytest.raises(ValueError, match="positive"):
        cut_warmup(times)
