"""The budget on a clock that moves only when told to."""

from __future__ import annotations

from typing import Any

from probes.parent.budget import Budget


def test_time_used_and_left(clock: Any) -> None:
    budget = Budget(100.0, clock)
    clock.now = 30.0
    assert (budget.used_seconds, budget.left_seconds) == (30.0, 70.0)
    clock.now = 500.0
    assert (budget.left_seconds, budget.seconds_to_deadline) == (0.0, 0.0)


def test_what_took_long_before_is_expected_to_take_long_again(clock: Any) -> None:
    budget = Budget(100.0, clock)
    assert budget.expected_seconds("new") == budget.guess_seconds
    for seconds in (40.0, 90.0, 30.0):
        budget.record_duration("new", seconds)
    assert budget.expected_seconds("new") == 40.0
    assert budget.fits(["new", "new"])
    clock.now = 30.0
    assert budget.fits(["new"])
    assert not budget.fits(["new", "new"])


def test_a_small_budget_still_tries_something(clock: Any) -> None:
    assert Budget(4.0, clock).fits(["new"])


def test_a_running_child_is_stopped_within_five_per_cent(clock: Any) -> None:
    budget = Budget(100.0, clock)
    clock.now = 90.0
    assert 10.0 < budget.seconds_to_deadline <= 15.0
