"""What all tests share: the built-in pack, a fixed date, and hypothesis without chance."""

from __future__ import annotations

import os
import signal
from datetime import date

import pytest
from hypothesis import HealthCheck, settings

from advisor.knowledge.loading import load_pack
from advisor.knowledge.pack import BUILT_IN, Pack

settings.register_profile(
    "fixed",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("fixed")

# A shell lets what it starts in the background ignore these two, and so would every process a test starts and stops.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGQUIT"):
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)

TODAY = date(2026, 11, 25)
"""Two days after the built-in pack was reviewed: nothing is stale."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes: a worker that gets one last would work on it alone."""
    slow_files = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow_files)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep parsed packs away from the user's cache, in this process and those it starts."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def built_in() -> Pack:
    """The pack that ships with the program, read once."""
    return load_pack(BUILT_IN)


@pytest.fixture(scope="session")
def today() -> date:
    """The date every answer of the tests is computed for."""
    return TODAY
