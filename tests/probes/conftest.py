"""Fixtures of the probe tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from probe_stubs import Stubs


@pytest.fixture
def stubs(tmp_path: Path) -> Stubs:
    return Stubs(tmp_path)


@pytest.fixture
def clock() -> Callable[[], float]:
    """A clock that stands still until it is told to go on: `clock.now += 1`."""

    class Clock:
        now = 0.0

        def __call__(self) -> float:
            return self.now

    return Clock()
