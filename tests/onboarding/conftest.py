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

from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from advisor.onboarding import kit as kit_module
from advisor.pipeline import Request
from advisor.reasoning.derivation import Derivation
from advisor.reasoning.profile import Profile


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


@pytest.fixture(scope="session", autouse=True)
def _each_answer_is_derived_once() -> Iterator[None]:
    """Keep the derivation of each answer: folders of one decision say the same of it, and it takes half the time of one."""
    derive_answer = kit_module.derive_answer
    derivation_by_question: dict[tuple[str, int, str, int, tuple[str, ...]], tuple[Derivation, Pack, Evidence]] = {}

    def derive_once(
        request: Request, pack: Pack, profile: Profile, evidence: Evidence, against: tuple[str, ...]
    ) -> Derivation:
        key = (repr(request), id(pack), repr(profile), id(evidence), against)
        if key not in derivation_by_question:
            derived = derive_answer(request, pack, profile, evidence, against)
            derivation_by_question[key] = derived, pack, evidence  # kept alive, for their ids are in the key
        return derivation_by_question[key][0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kit_module, "derive_answer", derive_once)
        yield
