"""Parse the files of a pack once: the values are kept as JSON, keyed by the content they came from."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from advisor.knowledge.yaml_source import YamlSource, parse_yaml

CACHE_FORMAT = 1
LEAST_FILES = 20
"""Smaller packs are parsed faster than a cache is opened."""


class ParsedFiles:
    """The parsed values of a pack's files; a file that is not among them is parsed.

    Args:
        folder: the pack as the user knows it, for places in errors.
        values: what an earlier parse of the same contents gave, by file name.
    """

    def __init__(self, folder: str, values: Mapping[str, Any]) -> None:
        self.folder = folder
        self.values = dict(values)
        self.new = False

    def parse(self, name: str, content: bytes) -> YamlSource:
        """Return a file as plain values; their places are looked up again only if something is wrong with them."""
        where = f"{self.folder}/{name}"
        if name in self.values:
            return YamlSource(where, self.values[name], content=content)
        source = parse_yaml(content, where)
        self.values[name], self.new = source.value, True
        return source


@contextlib.contextmanager
def parsed_once(contents: Mapping[str, bytes], folder: str) -> Iterator[ParsedFiles]:
    """Open the cache of a pack and keep what had to be parsed; a cache that cannot be used is no error.

    Args:
        contents: every file of the pack; the cache is keyed by all of them.
        folder: the pack's name in errors.
    """
    if len(contents) < LEAST_FILES:
        yield ParsedFiles(folder, {})
        return
    digest = hashlib.sha256(f"format {CACHE_FORMAT}".encode())
    for name in sorted(contents):
        digest.update(name.encode() + b"\0" + hashlib.sha256(contents[name]).digest())
    file = _folder() / f"pack-{digest.hexdigest()[:32]}.json"
    files = ParsedFiles(folder, _read(file))
    yield files
    if files.new:
        _write(file, files.values)


def _folder() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("framework-advisor", appauthor=False)


def _read(file: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError, RecursionError):
        values = json.loads(file.read_bytes())
        if isinstance(values, dict):
            return values
    return {}


def _write(file: Path, values: Mapping[str, Any]) -> None:
    """Write whole or not at all; several processes may do so at once."""
    temporary = file.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        for old in sorted(file.parent.glob("pack-*.json"), key=lambda one: one.stat().st_mtime)[:-4]:
            old.unlink(missing_ok=True)
        temporary.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
        temporary.replace(file)
