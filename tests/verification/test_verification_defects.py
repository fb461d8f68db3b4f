"""Every kind of defect is found where it stands: one spoilt passage of a sound pack at a time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from sound_pack import find_defects, replace_in_file, write_pack

from advisor.verification.defect import Defect
from advisor.verification.table import CHECKS, UNREADABLE

SEEDS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("defects.yaml").read_text(encoding="utf-8"))
OVERLAY_ONLY = {"replaced"}
"""Found only where packs lie one over another (see test_verification_overlays.py)."""


def test_the_pack_to_be_spoilt_is_sound(tmp_path: Path) -> None:
    assert find_defects(write_pack(tmp_path / "mine")) == []


def test_every_check_has_a_seeded_defect() -> None:
    assert {seed["check"] for seed in SEEDS} == {UNREADABLE, *(check.id for check in CHECKS)} - OVERLAY_ONLY
    assert len(SEEDS) >= 30


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed["seed"])
def test_a_seeded_defect_is_found_at_its_place(tmp_path: Path, seed: Mapping[str, Any]) -> None:
    folder = write_pack(tmp_path / "mine")
    if "file" in seed:
        replace_in_file(folder, seed["file"], seed["old"], seed["new"])
    write_pack(folder, seed.get("also", {}))
    defects = find_defects(folder)
    assert [defect for defect in defects if is_it(defect, seed)], [str(defect) for defect in defects]


def is_it(defect: Defect, seed: Mapping[str, Any]) -> bool:
    shown = {question: tuple(choices) for question, choices in seed.get("shown", {}).items()}
    return (
        (defect.check, defect.place) == (seed["check"], f"mine/{seed['place']}")
        and all(words in defect.what or words in defect.fix for words in seed["what"])
        and shown.items() <= defect.example.items()
        and (bool(defect.fix) or defect.check == UNREADABLE)
    )
