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
CHECKS = 3
"""Counted up whenever what is checked of a pack changes: an older reading is then no longer sound."""


class ParsedFiles:
    """The parsed values of a pack's files, from an earlier sound reading of the very same contents if there was one.

    Args:
        contents: every file of the pack.
        folder: the pack as the user knows it, for places in errors.
        fresh: read everything anew, whatever is kept.

    Attributes:
        checked: whether these contents were found sound before: only such readings are kept.
    """

    def __init__(self, contents: Mapping[str, bytes], folder: str, *, fresh: bool = False) -> None:
        self.contents = contents
        self.folder = folder
        self.values = self._read() if len(contents) >= LEAST_FILES and not fresh else {}
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
            body = json.dumps(self.values, ensure_ascii=False).encode()
            temporary.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            temporary.replace(self._file)

    @cached_property
    def _file(self) -> Path:
        from platformdirs import user_cache_path

        digest = hashlib.sha256(f"{__version__} {CHECKS}".encode())
        for name in sorted(self.contents):
            digest.update(name.encode() + b"\0" + hashlib.sha256(self.contents[name]).digest())
        return user_cache_path("framework-advisor", appauthor=False) / f"pack-{digest.hexdigest()[:32]}.json"

    def _read(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError, RecursionError):
            digest, _, body = self._file.read_bytes().partition(b"\n")
            values = json.loads(body) if digest.decode() == hashlib.sha256(body).hexdigest() else None
            if isinstance(values, dict) and set(values) == set(self.contents):
                return values
        return {}
