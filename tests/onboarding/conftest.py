"""One decision for all tests."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "evidence"))  # made_runs
from decided import Decided, decide

from advisor.knowledge.pack import Pack


@pytest.fixture(scope="session")
def decided(built_in: Pack, today: date) -> Decided:
    """A large project in production, on the runs of one whole measurement."""
    return decide(built_in, today)
