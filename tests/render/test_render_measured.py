"""The measured table, whatever a pack holds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent.parent / "reasoning"))  # small_packs
from small_packs import case_of, small_pack

from advisor.reasoning.advice import Measurement
from advisor.reasoning.assemble import assemble
from advisor.render.measured import measured_table, notes
from advisor.render.page import Page
from advisor.text import Lang, Text


def timed(candidate: str) -> Measurement:
    """A step that was timed against NumPy, and counts."""
    return Measurement(
        candidate=candidate,
        probe="training-step",
        measure="step_ms",
        mode="default",
        label=Text(en="step", zh="单步"),
        unit=Text(en="ms", zh="毫秒"),
        amount=1.0,
        ratio=1.0,
        low=0.9,
        high=1.1,
        blocks=5,
        counts="yes",
        note=None,
        why=None,
        timed=True,
    )


@pytest.mark.parametrize("count", [2, 11, 30])
def test_every_tier_has_its_letter(count: int) -> None:
    """However many candidates a pack has, and each of them a tier of its own."""
    names = [f"f{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(count)]
    pack = small_pack({"candidates": names})
    advice = assemble(case_of(pack))
    evidence = replace(
        advice.evidence,
        measurements=tuple(map(timed, names)),
        tiers=tuple((name,) for name in names),
        tiered="training-step",
    )
    page = Page(replace(advice, evidence=evidence), pack, Lang.EN)
    table = measured_table(page)
    assert table is not None
    letters = [row[2].removeprefix("1.00 0.90-1.10") for row in table.rows[:-1]]
    assert len(set(letters)) == count and letters[:2] == ["a", "b"]
    assert f"a-{letters[-1]}: tiers" in " ".join(notes(page))
