"""Parse and check the files of a pack once: the values are kept as JSON, keyed by the content they came from."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from advisor import __version__
from advisor.knowledge.yaml_source import YamlSource, parse_yaml

LEAST_FILES = 20
"""Smaller packs are parsed faster than a cache is opened."""


class ParsedFiles:
    """The parsed values of a pack's files, from an earlier sound reading of the very same contents if there was one.

    Args:
        contents: every file of the pack.
        folder: the pack as the user knows it, for places in errors.

    Attributes:
        checked: whether these contents were found sound before: only such readings are kept.
    """

    def __init__(self, contents: Mapping[str, bytes], folder: str) -> None:
        self.contents = contents
        self.folder = folder
        self.values = self._read() if len(contents) >= LEAST_FILES else {}
        self.checked = bool(self.values)

    def parse(self, name: str, content: bytes) -> YamlSource:
        """Return a file as plain values; their places are looked up again only if something is wrong with them."""
        where = f"{self.folder}/{name}"
        if name in self.values:
            return YamlSource(where, self.values[name], content=content)
        source = parse_yaml(content, where)
        self.values[name] = source.value
        return source

    def keep(self) -> None:
        """Keep the values for next time, whole or not at all; a folder that cannot be written is no error."""
        if len(self.contents) < LEAST_FILES:
            return
        temporary = self._file.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            for old in sorted(self._file.parent.glob("pack-*.json"), key=lambda one: one.stat().st_mtime)[:-4]:
                old.unlink(missing_ok=True)
            temporary.write_text(json.dumps(self.values, ensure_ascii=False), encoding="utf-8")
            temporary.replace(self._file)

    @cached_property
    def _file(self) -> Path:
        from platformdirs import user_cache_path

        digest = hashlib.sha256(__version__.encode())
        for name in sorted(self.contents):
            digest.update(name.encode() + b"\0" + hashlib.sha256(self.contents[name]).digest())
        return user_cache_path("framework-advisor", appauthor=False) / f"pack-{digest.hexdigest()[:32]}.json"

    def _read(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError, RecursionError):
            values = json.loads(self._file.read_bytes())
            if isinstance(values, dict) and set(values) == set(self.contents):
                return values
        return {}
