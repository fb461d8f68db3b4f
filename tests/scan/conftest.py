"""Repositories written for a test, and the scan of them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from scanning_fixtures import ScanFolder, WriteRepository

from advisor.evidence.stacks import load_probed_pack
from advisor.knowledge.moving import load_moving
from advisor.knowledge.pack import Pack
from advisor.knowledge.signal import Signal
from advisor.knowledge.signals import load_signals
from advisor.scan.proposals import scan_repository
from advisor.verification.signal_checks import content_of


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_probed_pack()


@pytest.fixture(scope="session")
def signals(pack: Pack) -> Mapping[str, Signal]:
    return load_signals(pack)


@pytest.fixture
def write(tmp_path: Path) -> WriteRepository:
    def write(files: Mapping[str, str]) -> Path:
        root = tmp_path / "repository"
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content_of(content))
        return root

    return write


@pytest.fixture(scope="session")
def scan(pack: Pack, signals: Mapping[str, Signal]) -> ScanFolder:
    moving = load_moving(pack)
    return lambda root: scan_repository(root, pack, signals, moving)
