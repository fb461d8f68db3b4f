"""A requirement of one target is met by a way to that target alone, whatever other targets are named beside it."""

from __future__ import annotations

from datetime import date

import pytest

from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from advisor.pipeline import Request, make_inputs
from advisor.reasoning.advice import Advice
from advisor.reasoning.assemble import assemble
from advisor.reasoning.profile import Answer, Profile

OTHER_TARGETS = ("mobile", "edge-box", "browser", "desktop", "cloud-server")


def advice_for(pack: Pack, today: date, **answers: tuple[str, ...]) -> Advice:
    """The answer from documents alone."""
    given = {id.replace("_", "-"): choices for id, choices in answers.items()}
    profile = Profile({id: Answer(id, choices, "flag") for id, choices in given.items()})
    return assemble(make_inputs(Request(probing="none", as_of=today), pack, profile, Evidence()))


@pytest.mark.parametrize("other", OTHER_TARGETS)
def test_a_microcontroller_is_not_reached_by_a_way_to_another_target(built_in: Pack, today: date, other: str) -> None:
    advice = advice_for(built_in, today, deploy=("microcontroller", other))
    assert built_in.candidates[advice.ranking[0].id].backend == "tensorflow"
    shares = {standing.id: standing.p_best for standing in advice.frameworks}
    assert shares["pytorch"] < shares[built_in.candidates[advice.ranking[0].id].framework]


@pytest.mark.parametrize("domain", ["timeseries-audio", "cv"])
def test_a_microcontroller_decides_also_where_little_else_is_said(built_in: Pack, today: date, domain: str) -> None:
    advice = advice_for(built_in, today, deploy=("microcontroller",), domain=(domain,))
    assert advice.ranking[0].id == "keras[tensorflow]"
