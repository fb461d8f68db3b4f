"""One decision for all tests."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "evidence"))  # made_runs
from decided import Decided, decide

from advisor.knowledge.pack import Pack


@pytest.fixture(scope="session")
def decided(built_in: Pack, today: date) -> Decided:
    """A large project in production, on the runs of one whole measurement."""
    return decide(built_in, today)


@pytest.fixture(scope="session", autouse=True)
def _each_chart_is_drawn_once() -> Iterator[None]:
    """Keep the drawing of each chart: folders of one decision hold the same ones, and they take half the time of a folder."""
    if find_spec("vl_convert") is None:
        yield
        return
    import vl_convert

    draw = vl_convert.vegalite_to_svg

    @cache
    def drawing(spec: str) -> str:
        return str(draw(json.loads(spec)))

    def draw_once(spec: dict[str, Any]) -> str:
        return drawing(json.dumps(spec))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vl_convert, "vegalite_to_svg", draw_once)
        yield
