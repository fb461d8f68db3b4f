"""Amounts on a criterion's fixed scale: the two ends mean the same whoever is compared."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_packs import read

from advisor.knowledge.criterion import MeasureScale
from advisor.reasoning.beliefs import MISMATCH
from advisor.reasoning.scale import measurement_sd, on_scale


def reading(nearness: str = "toy-proxy", **scale: object) -> MeasureScale:
    label = {"en": "step", "zh": "单步"}
    return read(MeasureScale, {"probe": "step", "measure": "ms", "label": label, "nearness": nearness, **scale})


@pytest.mark.parametrize(
    ("scale", "amount", "value"),
    [
        ({"log": (30, 0.3)}, 30, 0),
        ({"log": (30, 0.3)}, 0.3, 1),
        ({"log": (30, 0.3)}, 3, 0.5),
        ({"log": (1, 100)}, 10, 0.5),
        ({"log": (30, 0.3)}, 1e9, 0),
        ({"log": (30, 0.3)}, 1e-9, 1),
        ({"log": (30, 0.3)}, 0, 1),
        ({"linear": (0, 10)}, 2.5, 0.25),
        ({"linear": (10, 0)}, 2.5, 0.75),
        ({"linear": (0, 10)}, -3, 0),
        ({"linear": (0, 10)}, 30, 1),
    ],
)
def test_an_amount_lies_between_the_two_ends_of_its_scale(
    scale: dict[str, object], amount: float, value: float
) -> None:
    assert on_scale(amount, reading(**scale)) == pytest.approx(value)


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_the_faster_is_never_the_worse(amount: float, other_amount: float) -> None:
    scale = reading(log=(30, 0.3))
    assert (on_scale(amount, scale) - on_scale(other_amount, scale)) * (amount - other_amount) <= 0


@pytest.mark.parametrize("error", [0.0, 0.1, 2.0])
def test_the_spread_is_that_of_the_log_ratio_over_the_width_of_the_scale(error: float) -> None:
    expected = math.hypot(error, 0.40 / math.sqrt(2)) / math.log(100)
    assert measurement_sd(reading(log=(30, 0.3)), error) == pytest.approx(expected)
    assert measurement_sd(reading(log=(0.3, 30)), error) == pytest.approx(expected)


def test_the_nearer_the_measurement_to_the_users_own_work_the_more_it_counts() -> None:
    spreads = [
        measurement_sd(reading(kind, log=(30, 0.3)), 0.0) for kind in ("own-code", "same-family", "other-family")
    ]
    assert spreads == sorted(spreads)
    assert (MISMATCH["own-code"], MISMATCH["same-family"], MISMATCH["other-family"]) == (0.03, 0.60, 0.80)


def test_an_outcome_is_as_sure_as_its_kind() -> None:
    assert measurement_sd(reading("exact", levels={"works": 0.9, "fails": 0.1}), 0.0) == MISMATCH["exact"]
    assert measurement_sd(reading("mechanism", linear=(0, 1)), 0.0) == MISMATCH["mechanism"]
