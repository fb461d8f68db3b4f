"""The bench in short: where the reasoning says 80 %, it is right four times of five, and a mistake would be noticed."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from bench import contest, laws, stability, timed
from bench.calibration import COVERAGE, FEW, LOUD, PROBES, WORST_ERROR, Score, simulate
from bench.judging import COPIES, NO_MISMATCH, TOO_SHY, TOO_SURE, Mistake
from bench.labels import CLEAR, KINDS, TIE, UNKNOWN, label_projects
from bench.report import Part, row_caught, row_within
from bench.truth import Setting

COMMAND = Path(__file__).with_name("reasoning.py")


@cache
def as_it_is(setting: Setting) -> Score:
    return simulate(setting, 500 if setting == FEW else 250)


def few() -> Score:
    return as_it_is(FEW)


def test_p_best_is_calibrated() -> None:
    assert few().calibration_error <= WORST_ERROR
    assert few().calibration_error_of_all <= WORST_ERROR


def test_nine_tenths_means_right_nine_times_of_ten() -> None:
    assert (few().stated > 0.9).sum() > 50
    assert few().share_right_where_sure >= 0.9


def test_the_truth_lies_where_the_worlds_lie() -> None:
    low, high = COVERAGE
    assert low <= few().coverage <= high


@pytest.mark.long
def test_many_criteria_and_open_questions_are_no_worse() -> None:
    assert simulate(Setting(criteria=(16, 30), unknown=(0.5, 1.0)), 200).calibration_error_of_all <= WORST_ERROR


@pytest.mark.parametrize(
    ("mistake", "setting"),
    [(NO_MISMATCH, PROBES), *(pytest.param(mistake, FEW, marks=pytest.mark.long) for mistake in (TOO_SURE, TOO_SHY))],
    ids=lambda parameter: parameter.name if isinstance(parameter, Mistake) else "",
)
def test_a_seeded_mistake_would_be_noticed(mistake: Mistake, setting: Setting) -> None:
    right = simulate(setting, 250).calibration_error
    assert simulate(setting, 250, mistake).calibration_error > max(WORST_ERROR, right)


@pytest.mark.long
def test_copies_added_as_independent_make_it_too_sure() -> None:
    right, copied = as_it_is(LOUD), simulate(LOUD, 250, COPIES)
    assert (
        abs(right.stated.mean() - right.is_right.mean()) <= WORST_ERROR < copied.stated.mean() - copied.is_right.mean()
    )


def test_words_fit_true_ties_clear_leads_and_sparse_evidence() -> None:
    labels_of = {kind: label_projects(simulate(KINDS[kind], 100).verdicts) for kind in (TIE, CLEAR, UNKNOWN)}
    assert labels_of[TIE].share_labelled("clear") <= 0.1
    assert labels_of[CLEAR].share_labelled("clear") >= 3 * labels_of[TIE].share_labelled("clear")
    assert labels_of[CLEAR].share_wrong("clear") <= 0.02
    assert labels_of[UNKNOWN].share_labelled("not-enough-evidence") >= 0.95


@pytest.mark.parametrize("part", [laws.check_laws, laws.check_mistakes], ids=["laws", "mistakes"])
def test_laws_hold_and_a_broken_one_is_noticed(part: object) -> None:
    assert [row for row in part(60).rows if not row.is_fine] == []  # type: ignore[operator]


@pytest.mark.parametrize("part", [contest.check_contest, contest.check_mistakes], ids=["laws", "mistakes"])
def test_the_contest_is_one_and_each_way_to_make_it_several_is_noticed(part: object) -> None:
    assert [row for row in part(200).rows if not row.is_fine] == []  # type: ignore[operator]


def test_a_mistake_with_timed_runs_would_be_noticed() -> None:
    assert all(row.state == "caught" for row in timed.check_mistakes(500).rows)


def test_other_random_numbers_name_another_framework_only_in_a_tie() -> None:
    assert [row for row in stability.other_numbers_rows(5) if not row.is_fine] == []


# The report.


@pytest.mark.parametrize(("reached", "state"), [(0.04, "ok"), (0.0404, "ok"), (0.041, "MISSED")])
def test_a_row_says_whether_its_target_was_reached_as_it_is_shown(reached: float, state: str) -> None:
    assert row_within("error", 10, reached, high=0.04).state == state


def test_a_mistake_that_reaches_the_target_is_not_caught() -> None:
    assert row_caught("a mistake", 10, 0.03, high=0.04).state == "NOT CAUGHT"
    assert not row_caught("a mistake", 10, 0.03, high=0.04).is_fine


def test_a_target_that_is_missed_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import reasoning

    for reached, code in ((0.03, 0), (0.05, 1)):
        part = Part("A PART", [row_within("error", 10, reached, high=0.04)])
        monkeypatch.setattr(reasoning, "run_parts", lambda wanted, part=part: iter([part]))
        assert reasoning.main([]) == code
    assert "MISSED" in capsys.readouterr().out


def test_the_command_prints_what_was_simulated_and_what_it_reached() -> None:
    done = subprocess.run(
        [sys.executable, str(COMMAND), "--trials", "20", "--part", "laws"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "a raised measurement lowers the rank or value of its candidate" in done.stdout
    assert done.stdout.rstrip().endswith("all targets reached, all mistakes caught")
