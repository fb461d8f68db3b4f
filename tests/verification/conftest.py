"""A sound pack, and an overlay upon it."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest
from sound_pack import write_pack


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep parsed packs away from the user's cache."""
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "cache")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "mine")


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    header = 'name: acme\nversion: "2"\nreviewed: 2026-11-23\nprecedence: 10\nextends: small\n'
    return write_pack(tmp_path / "acme", {"pack.yaml": header})
