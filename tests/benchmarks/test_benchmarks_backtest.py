"""The scores of the back-test on made-up cases, and the closed half as it was written down."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from pathlib import Path

import backtest
import pytest
from backtest import (
    Case,
    Forecast,
    accepts_all,
    accepts_some,
    base_rates,
    brier_score,
    log_score,
    measure_calibration,
    measure_separation,
    wilson_interval,
)


def case(
    id: str, chosen: str = "pytorch", accept: str = "pytorch", *, near_tie: bool = False, field: str = "a"
) -> Case:
    return Case(id, field, {}, frozenset(chosen.split()), frozenset(accept.split()), near_tie)


def forecast(label: str, named: str, **shares: float) -> Forecast:
    return Forecast(label, tuple(named.split()), shares)


@pytest.mark.parametrize(
    ("named", "whole", "some"),
    [("pytorch", True, True), ("pytorch keras", True, True), ("pytorch jax", False, True), ("jax", False, False)],
)
def test_an_answer_is_met_where_everything_it_names_is_accepted(named: str, whole: bool, some: bool) -> None:
    accepted = case("one", accept="pytorch keras")
    assert (accepts_all(accepted, forecast("depends", named)), accepts_some(accepted, forecast("depends", named))) == (
        whole,
        some,
    )


def test_the_log_score_is_the_mean_of_minus_the_logarithms_and_never_infinite() -> None:
    assert log_score([1.0, 1.0]) == 0
    assert log_score([0.5, 0.25]) == pytest.approx((math.log(2) + math.log(4)) / 2)
    assert log_score([0.0]) == pytest.approx(math.log(100))


def test_the_brier_score_adds_the_squared_errors_over_all_frameworks() -> None:
    cases = [case("one"), case("two", chosen="keras jax")]
    shares: dict[str, Mapping[str, float]] = {"one": {"pytorch": 0.6, "keras": 0.4}, "two": {"keras": 1.0}}
    by_hand = (0.4**2 + 0.4**2 + 0.5**2 + 0.5**2) / 2
    assert brier_score(cases, lambda case: shares[case.id]) == pytest.approx(by_hand)


def test_base_rates_count_one_of_each_more_and_leave_out_the_case_itself() -> None:
    cases = [case("one"), case("two"), case("three", chosen="jax", field="b")]
    assert base_rates(cases)["pytorch"] == pytest.approx(3 / 7)
    assert base_rates(cases, "b")["jax"] == pytest.approx(2 / 5)
    assert base_rates(cases, "b", without="three") == dict.fromkeys(backtest.FRAMEWORKS, 0.25)


def test_the_interval_of_a_proportion_is_wilsons() -> None:
    low, high = wilson_interval(9, 10, z=1.96)
    assert (low, high) == (pytest.approx(0.596, abs=1e-3), pytest.approx(0.982, abs=1e-3))
    assert wilson_interval(0, 10)[0] == pytest.approx(0)


def test_the_calibration_error_is_the_gap_between_said_and_seen() -> None:
    cases = [case(str(n), chosen="pytorch" if n < 7 else "keras") for n in range(10)]
    said = {each.id: forecast("clear", "pytorch", pytorch=0.9, keras=0.1) for each in cases}
    rows, error = measure_calibration(cases, said)
    assert error == pytest.approx(0.2)
    ((share, often, low, high, count),) = rows
    assert (share, often, count) == (pytest.approx(0.9), pytest.approx(0.7), 10)
    assert 0.6 < low < 0.9 < high <= 1


def test_ties_are_told_apart_where_clear_cases_have_larger_shares() -> None:
    cases = [case("tie", near_tie=True), case("clear"), case("clearer")]
    shares = {"tie": 0.6, "clear": 0.7, "clearer": 0.6}
    said = {id: forecast("lean", "pytorch", pytorch=share, keras=1 - share) for id, share in shares.items()}
    assert measure_separation(cases, said) == pytest.approx(0.75)


def test_a_row_counts_what_is_met_and_what_is_missed() -> None:
    cases = [case("met"), case("missed", accept="jax"), case("tie", accept="pytorch", near_tie=True)]
    said = {
        "met": forecast("clear", "pytorch", pytorch=0.95, keras=0.05),
        "missed": forecast("lean", "pytorch", pytorch=0.7, jax=0.3),
        "tie": forecast("clear", "pytorch", pytorch=0.95, keras=0.05),
    }
    cells = [cell.strip() for cell in backtest.result_line("a version", cases, said).strip("|").split("|")]
    assert cells[0] == "a version"
    assert cells[1].startswith("2 of 3 (67%;")
    assert cells[2:5] == ["2 (67%)", "1", "1"]


# The cases.


def test_both_halves_can_be_read_and_hold_no_case_twice() -> None:
    halves = {half: backtest.read_cases(half) for half in backtest.HALVES}
    ids = [each.id for cases in halves.values() for each in cases]
    assert len(ids) == len(set(ids)) >= 100
    assert 3 * sum(each.chosen != {"pytorch"} for cases in halves.values() for each in cases) >= len(ids)
    assert all(each.chosen and each.accept for cases in halves.values() for each in cases)


def test_a_closed_half_that_was_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("open.yaml", "closed.yaml", "closed.sha256"):
        shutil.copy(backtest.CASES / name, tmp_path / name)
    monkeypatch.setattr(backtest, "CASES", tmp_path)
    assert backtest.read_cases("closed")
    with (tmp_path / "closed.yaml").open("a", encoding="utf-8") as file:
        file.write("# one more line\n")
    with pytest.raises(ValueError, match="digest"):
        backtest.read_cases("closed")


def test_of_the_closed_half_no_single_case_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [case("secret-one", accept="jax"), case("secret-two")]
    said = {each.id: forecast("lean", "pytorch", pytorch=0.7, jax=0.3) for each in cases}
    monkeypatch.setattr(backtest, "read_cases", lambda half: cases)
    monkeypatch.setattr(backtest, "answer_cases", lambda *_: said)
    told = {half: "\n".join(backtest.report_lines(half, by_topic=False, base=None)) for half in backtest.HALVES}
    assert "secret-one" in told["open"]
    assert "secret" not in told["closed"]
