"""A pack of one's own to spoil."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest
from pack_folder import PackFolder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder parsed packs are kept in, away from the user's."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path, cache: Path) -> PackFolder:
    """A small sound pack in a temporary folder."""
    return PackFolder(tmp_path)
