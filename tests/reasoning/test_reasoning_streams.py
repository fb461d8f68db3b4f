"""Random numbers belong to what they decide, not to the order of drawing."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from advisor.reasoning.streams import normal, stream, uniform


def test_a_key_gives_the_same_numbers_on_every_machine_and_in_every_version() -> None:
    assert [int(n) for n in stream("answer", "scale").bit_generator.random_raw(2)] == [
        15581226930525377000,
        6623129868076716555,
    ]


def test_a_key_gives_the_same_numbers_in_another_process() -> None:
    program = "from advisor.reasoning.streams import normal; print(normal(3, 'weight', 'speed').tobytes().hex())"
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert printed == {normal(3, "weight", "speed").tobytes().hex()}


def test_drawing_more_or_in_between_changes_nothing() -> None:
    first = normal(100, "source", "book")
    normal(1000, "source", "paper")
    uniform(17, "source", "book")
    assert np.array_equal(normal(100, "source", "book"), first)
    assert np.array_equal(normal(1000, "source", "book")[:100], first)


@pytest.mark.parametrize("other", [("a", "bc"), ("ab", "c", ""), ("c", "ab"), ("abc",), ("AB", "c")])
def test_keys_are_never_run_together(other: tuple[str, ...]) -> None:
    assert not np.array_equal(normal(10, "ab", "c"), normal(10, *other))


def test_the_numbers_have_the_stated_distributions() -> None:
    drawn, level = normal(20_000, "x"), uniform(20_000, "x")
    assert abs(drawn.mean()) < 0.03
    assert drawn.std() == pytest.approx(1, abs=0.03)
    assert level.min() >= 0
    assert level.max() < 1
    assert level.mean() == pytest.approx(0.5, abs=0.01)


def test_streams_of_different_keys_are_unrelated() -> None:
    columns = np.stack([normal(5000, "criterion", str(n)) for n in range(20)])
    related = np.corrcoef(columns) - np.eye(20)
    assert np.abs(related).max() < 0.07


def test_remembered_numbers_cannot_be_overwritten() -> None:
    with pytest.raises(ValueError, match="read-only"):
        uniform(5, "answer", "scale")[0] = 2
