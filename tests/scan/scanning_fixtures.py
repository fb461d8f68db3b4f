"""The types of the fixtures in conftest.py, under a name that no other folder's conftest takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from advisor.scan.proposals import Scan

WriteRepository = Callable[[Mapping[str, str]], Path]
ScanFolder = Callable[[Path], Scan]
