"""The speed benchmark runs, and compares things that are equal."""

from __future__ import annotations

import pytest
import speed


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "RULES", 60)
    monkeypatch.setattr(speed, "PROFILES", 500)


def test_rules_over_columns_say_what_bare_numpy_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert speed.time_rules(2) > 0  # asserts on the way that both sides return the same weights
    assert "60 rules x 500 profiles" in capsys.readouterr().out


def test_everything_timed_is_shown_with_its_ratio(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    speed.time_packs(1)
    shown = capsys.readouterr().out
    assert "the built-in pack, from its cache : the smallest pack =" in shown


def test_a_ratio_is_the_median_over_the_turns() -> None:
    assert speed.median_ratio({"a": [2.0, 4.0, 90.0], "b": [1.0, 1.0, 1.0]}, "a", "b") == 4.0
