"""What is kept of the sentences to save time: used as it was written by this user, and never as somebody else wrote it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor import sentences
from advisor.folders import cache_folder
from advisor.text import Lang


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the sentences as kept in a folder of the test's own, with one of them told otherwise."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    _forget()
    catalogue = sentences._catalogue()
    folder = cache_folder()
    assert folder is not None
    file = folder / "sentences.json"
    document = json.loads(file.read_text("utf-8"))
    assert document["templates"] == catalogue
    document["templates"]["words.labels.clear"]["en"] = "told otherwise"
    file.write_text(json.dumps(document), "utf-8")
    _forget()
    yield file
    _forget()


def _forget() -> None:
    sentences._catalogue.cache_clear()
    sentences.template.cache_clear()


def test_what_was_kept_is_what_is_read(kept: Path) -> None:
    assert sentences.template("words.labels.clear")[Lang.EN] == "told otherwise"


@pytest.mark.parametrize("open_to_others", ["file", "folder"])
def test_what_others_may_write_is_not_read(kept: Path, open_to_others: str) -> None:
    (kept if open_to_others == "file" else kept.parent).chmod(0o777)
    assert sentences.template("words.labels.clear")[Lang.EN] != "told otherwise"
