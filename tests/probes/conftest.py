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


@pytest.fixture(scope="module")
def candidates_asked(request: pytest.FixtureRequest) -> frozenset[str]:
    """The candidates that the selected tests of this module ask about: only these need to be measured."""
    own_tests = [test for test in request.session.items if test.path == request.path and hasattr(test, "callspec")]
    return frozenset(filter(None, (test.callspec.params.get("candidate") for test in own_tests)))
