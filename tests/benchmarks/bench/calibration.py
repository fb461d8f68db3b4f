"""Is p_best as often right as it says, and does the truth lie where the worlds lie?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import pairwise
from unittest.mock import patch

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bench.judging import COPIES, NO_MISMATCH, RIGHT, TOO_SHY, TOO_SURE, Mistake, Verdict, compare_with_truth
from bench.report import Part, Row, row_caught, row_within, row_without_target
from bench.telling import draw_trial
from bench.truth import Setting

EDGES = (0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.01)
WORST_ERROR = 0.04
SURE, LEAST_RIGHT = 0.9, 0.9
COVERAGE = (0.87, 0.95)
"""Of 90 % intervals."""

FEW = Setting(criteria=(3, 6))
SOME = Setting(criteria=(7, 15))
MANY = Setting(criteria=(16, 30))
LOUD = Setting(criteria=(3, 8), sources=(1, 2), density=(0.6, 1.0), repeats=(4, 5), measured=0.0)
PROBES = Setting(criteria=(1, 2), stacks=0, unknown=(0, 0), ruled_out=0, density=(0, 0), measured=1.0)

BEYOND = {
    "every source leans to a framework by a quarter of a level, on all criteria": Setting(leaning=0.05),
    "the same by half a level": Setting(leaning=0.1),
    "candidates differ half as much as the prior expects": Setting(closeness=0.5),
    "every other source silently copies another": Setting(silent_copies=0.5),
    "sources rather keep silent about what is bad": Setting(discreet=True),
}
"""What nobody promises: how far it goes wrong where an assumption does not hold at all."""


class Score(Struct, frozen=True):
    """Verdicts on many projects, beside the truth."""

    verdicts: Sequence[Verdict]

    @property
    def stated(self) -> NDArray[np.float64]:
        """The p_best of each recommended framework."""
        return np.array([judged.ranking.frameworks[0].p_best for judged in self.verdicts])

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Whether each recommended framework is the best one."""
        return np.array([judged.lead >= 0 for judged in self.verdicts])

    @property
    def calibration_error(self) -> float:
        """The calibration error of p_best of the recommended frameworks."""
        return calibration_error(self.stated, self.is_right)

    @property
    def calibration_error_of_all(self) -> float:
        """The calibration error of p_best of every framework."""
        shares = [standing.p_best for judged in self.verdicts for standing in judged.ranking.frameworks]
        best = [max(judged.utility, key=lambda id: judged.utility[id]) for judged in self.verdicts]
        true = [
            standing.id == id
            for judged, id in zip(self.verdicts, best, strict=True)
            for standing in judged.ranking.frameworks
        ]
        return calibration_error(np.array(shares), np.array(true))

    @property
    def expected_error(self) -> float:
        """The calibration error that a perfect p_best would show on as many projects."""
        random, stated = np.random.default_rng(0), self.stated
        return float(np.mean([calibration_error(stated, random.random(len(stated)) < stated) for _ in range(50)]))

    @property
    def share_right_where_sure(self) -> float:
        """The share of right answers among those stated with more than 90 %."""
        return float(self.is_right[self.stated > SURE].mean())

    @property
    def coverage(self) -> float:
        """The share of true utilities that lie in the middle 90 % of the worlds."""
        return float(np.mean([inside for judged in self.verdicts for inside in judged.inside]))


def calibration_error(stated: NDArray[np.float64], true: NDArray[np.bool_]) -> float:
    """Return the expected calibration error: the gap between stated and observed, weighted over bins (Naeini et al. 2015)."""
    gap = 0.0
    for low, high in pairwise(EDGES):
        here = (stated >= low) & (stated < high)
        if here.any():
            gap += here.mean() * abs(stated[here].mean() - true[here].mean())
    return float(gap)


def simulate(setting: Setting, trials: int, mistake: Mistake = RIGHT) -> Score:
    """Judge `trials` projects of a setting; where no source speaks, nobody read a level, and no spread is allowed for that."""
    nobody_reads = patch("advisor.reasoning.worlds.BIAS_SD", 0.0)
    with nobody_reads if setting.density == (0, 0) else nullcontext():
        return Score([compare_with_truth(draw_trial(setting, 1, n), mistake) for n in range(trials)])


def check_calibration(trials: int) -> Part:
    """Check the calibration that is promised, from three criteria to thirty."""
    rows: list[Row] = []
    together: list[Verdict] = []
    for name, setting in (("3 to 6 criteria", FEW), ("7 to 15 criteria", SOME), ("16 to 30 criteria", MANY)):
        score = simulate(setting, trials)
        together += score.verdicts
        rows.append(_error_row(f"calibration error of the recommended p_best, {name}", score))
    rows.append(
        _error_row("the same, one or two sources that say everything four or five times", simulate(LOUD, trials))
    )
    rows.append(_error_row("the same, one or two criteria and nothing but probes", simulate(PROBES, trials)))
    rows += _overall_rows(Score(together))
    return Part("CALIBRATION against a generator of its own (bench/truth.py, bench/telling.py)", rows)


def _error_row(what: str, score: Score) -> Row:
    """Return the row of the calibration error of a score."""
    return row_within(what, len(score.verdicts), score.calibration_error, high=WORST_ERROR)


def _overall_rows(score: Score) -> Iterator[Row]:
    """Yield the rows over all settings together."""
    stated, sure = score.stated, int((score.stated > SURE).sum())
    yield _error_row("the same, 3 to 30 criteria", score)
    yield row_without_target(
        "  of which is luck: a perfect p_best would show", len(stated), f"{score.expected_error:.3f}"
    )
    yield row_without_target(
        "  said on average less how often right: above 0 is too sure",
        len(stated),
        f"{(stated - score.is_right).mean():+.3f}",
    )
    yield row_within(
        "calibration error of every framework's p_best", len(stated), score.calibration_error_of_all, high=WORST_ERROR
    )
    yield row_within("right where it says more than 90 %", sure, score.share_right_where_sure, low=LEAST_RIGHT)
    yield row_within("true utility within the middle 90 % of the worlds", len(stated), score.coverage, *COVERAGE)
    best = [judged.best_stack[judged.first] == max(judged.best_stack.values()) for judged in score.verdicts]
    yield row_without_target(
        "calibration error if a framework were as good as its best stack",
        len(stated),
        f"{calibration_error(stated, np.array(best)):.3f}",
    )


def check_mistakes(trials: int) -> Part:
    """Check that each seeded mistake spoils the calibration."""
    rows = []
    for mistake, where, setting in (
        (NO_MISMATCH, "nothing but probes", PROBES),
        (COPIES, "sources that repeat themselves", LOUD),
        (TOO_SURE, "3 to 6 criteria", FEW),
        (TOO_SHY, "3 to 6 criteria", FEW),
    ):
        score = simulate(setting, trials, mistake)
        rows.append(row_caught(f"{mistake.name}: calibration error", trials, score.calibration_error, high=WORST_ERROR))
        rows.append(
            row_without_target(
                f"  {where}; right where it says more than 90 %; coverage",
                trials,
                f"{score.share_right_where_sure:.3f}; {score.coverage:.3f}",
            )
        )
    return Part("SEEDED MISTAKES: each must miss a target", rows)


def show_limits(trials: int) -> Part:
    """Show what happens where an assumption does not hold at all."""
    rows = []
    for name, setting in BEYOND.items():
        score = simulate(setting, trials)
        reached = f"{score.calibration_error:.3f}; {score.share_right_where_sure:.3f}"
        rows.append(row_without_target(name, trials, reached))
    return Part("BEYOND WHAT IS PROMISED: calibration error; right where it says more than 90 %", rows)
