"""Where it says 80 %, it is right four times of five: against truths drawn by a generator it knows nothing of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from small_packs import judge, small_pack

from advisor.knowledge.condition import ALWAYS
from advisor.reasoning.beliefs import Ground, Member

PACK = small_pack("candidates: [alpha, beta, gamma]\ncriteria: {speed: major, ease: normal, care: minor}")
WEIGHT = np.array([4.0, 2.0, 1.0])
SOURCES = {"book": 0.12, "article": 0.20, "run": 0.08}
TRIALS, WORLDS = 400, 400
EDGES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.01)


@dataclass(frozen=True)
class Trials:
    """For every framework of every trial: how likely it was called the best, and whether it was."""

    said: NDArray[np.float64]
    true: NDArray[np.bool_]

    @property
    def error(self) -> float:
        """Expected calibration error: the gap between said and seen, over bins, weighed by their size."""
        gap = 0.0
        for low, high in pairwise(EDGES):
            here = (self.said >= low) & (self.said < high)
            if here.any():
                gap += here.mean() * abs(self.said[here].mean() - self.true[here].mean())
        return float(gap)


@cache
def simulate(believed: float = 1.0, copies: int = 1, counted: int = 1) -> Trials:
    """Draw truths, tell them through noisy sources, and ask who is best.

    The truth is a beta(2, 2) value and not the normal prior; a source errs with 0.7 to 1.4 times the spread that is
    assumed of it, by Student's t; weights are off by a uniform factor; a third of the sources are silent.

    Args:
        believed: the spread the reasoning believes in, as a multiple of what is assumed of the source.
        copies: how often each source repeats itself, word for word.
        counted: as how many independent sources each one is counted (a mistake, unless 1).
    """
    random = np.random.default_rng(20261123)
    said, true = [], []
    for _ in range(TRIALS):
        truth = random.beta(2, 2, size=(3, 3))
        told: dict[tuple[str, str], list[Ground]] = {}
        for row, candidate in enumerate(PACK.candidates):
            for at, criterion in enumerate(PACK.criteria):
                for source, sd in SOURCES.items():
                    error = sd * random.choice([0.7, 1.0, 1.4]) * random.standard_t(6) * np.sqrt(4 / 6)
                    if random.random() < 0.67:
                        member = Member(float(truth[row, at] + error), ALWAYS, source)
                        for number in range(counted):
                            spread, members = sd * believed, (member,) * copies
                            ground = Ground("claim", f"{source}-{number}", candidate, criterion, spread, members)
                            told.setdefault((candidate, criterion), []).append(ground)
        informed = [any((candidate, criterion) in told for candidate in PACK.candidates) for criterion in PACK.criteria]
        weight = WEIGHT * np.exp(0.35 * random.uniform(-1.7, 1.7, 3)) * informed
        best = int((truth @ weight).argmax())
        for standing in judge(PACK, grounds=told, worlds=WORLDS).outcome.frameworks:
            said.append(standing.p_best)
            true.append(standing.id == list(PACK.frameworks)[best])
    return Trials(np.array(said), np.array(true))


def test_p_best_is_calibrated() -> None:
    assert simulate().error <= 0.04


def test_nine_tenths_means_right_nine_times_of_ten() -> None:
    found = simulate()
    sure = found.said > 0.9
    assert sure.sum() > 100
    assert found.true[sure].mean() >= 0.9


def test_the_best_of_all_is_called_so_more_often_than_by_guessing() -> None:
    found = simulate()
    assert found.said[found.true].mean() > 2 * found.said[~found.true].mean()


@pytest.mark.parametrize("mistake", [{"believed": 0.25}, {"believed": 3.0}, {"counted": 6}], ids=str)
def test_a_seeded_mistake_would_be_noticed(mistake: dict[str, float]) -> None:
    """Spreads that are far off, or copies that count as sources of their own, must fail the first test."""
    assert simulate(**mistake).error > 0.04  # type: ignore[arg-type]


def test_copied_sources_do_not_make_it_overconfident() -> None:
    assert simulate(copies=5).error == pytest.approx(simulate().error, abs=0.005)
