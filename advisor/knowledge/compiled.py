"""Packs that were read and found sound before: their records are kept as JSON, keyed by the contents they came from.

Reading YAML and checking it costs a hundred times what looking the result up does. Only sound packs are kept, so nothing read from
here needs to be checked again; a file that was cut short or changed is not used.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from advisor import __version__
from advisor.knowledge.claim import Check, Claim, Expect, Review
from advisor.knowledge.condition import All, AnyOf, Is, Not
from advisor.knowledge.contradiction import Contradiction, ContradictionsFile
from advisor.knowledge.criterion import Criterion, Reading
from advisor.knowledge.fact import Fact, FactsFile, Unit
from advisor.knowledge.framework import Candidate, Framework
from advisor.knowledge.layout import CriteriaFile, FrameworksFile, Header, QuestionsFile, SourcesFile
from advisor.knowledge.need import Constraint, Examples, Need
from advisor.knowledge.question import Choice, Impossible, Question
from advisor.knowledge.source import Source
from advisor.knowledge.team import Ban, Preference, Team
from advisor.text import Text

LEAST_FILES = 20
"""Smaller packs are read faster than looked up."""
MOST_KEPT = 5
CHECKS = 4
"""Counted up whenever what is checked of a pack changes: an older reading is then no longer sound."""

KIND = ""
"""The key under which an object names its kind: no record has an empty one."""
KINDS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (
        All, AnyOf, Ban, Candidate, Check, Choice, Claim, Constraint, Contradiction,
        ContradictionsFile, CriteriaFile, Criterion, Examples, Expect, Fact, FactsFile, Framework,
        FrameworksFile, Header, Impossible, Is, Need, Not, Preference, Question, QuestionsFile, Reading, Review, Source,
        SourcesFile, Team, Text, Unit,
    )
}  # fmt: skip


def recall(contents: Mapping[str, bytes]) -> dict[str, Any] | None:
    """Return the records of a pack by file, if these very contents were found sound before.

    Args:
        contents: every file of the pack by name.
    """
    if len(contents) < LEAST_FILES:
        return None
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        digest, _, body = _file(contents).read_bytes().partition(b"\n")
        if digest.decode() == hashlib.sha256(body).hexdigest():
            records = json.loads(body, object_hook=_revived)
            return records if set(records) == set(contents) else None
    return None


def keep(contents: Mapping[str, bytes], records: Mapping[str, Any]) -> None:
    """Keep the records of a sound pack for next time, whole or not at all; a folder that cannot be written is no error.

    Args:
        contents: every file of the pack by name.
        records: what each of them says.
    """
    if len(contents) < LEAST_FILES:
        return
    file = _file(contents)
    temporary = file.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        kept = sorted(file.parent.glob("pack-*.json"), key=lambda one: one.stat().st_mtime)
        for old in kept[: -MOST_KEPT + 1]:
            old.unlink(missing_ok=True)
        body = json.dumps(_plain(records), ensure_ascii=False).encode()
        temporary.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        temporary.replace(file)


def _file(contents: Mapping[str, bytes]) -> Path:
    from platformdirs import user_cache_path

    digest = hashlib.sha256(f"{__version__} {CHECKS}".encode())
    for name in sorted(contents):
        digest.update(name.encode() + b"\0" + hashlib.sha256(contents[name]).digest())
    return user_cache_path("framework-advisor", appauthor=False) / f"pack-{digest.hexdigest()[:32]}.json"


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: records and dates name their kind."""
    if is_dataclass(value):
        name = type(value).__name__
        said = {one.name: getattr(value, one.name) for one in fields(value)}
        plain = {one.name: _plain(said[one.name]) for one in fields(value) if said[one.name] != one.default}
        return {KIND: name} | plain
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, date):
        return {KIND: "date", "day": value.isoformat()}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _revived(raw: dict[str, Any]) -> Any:
    """Return what an object stands for; it was checked before it was kept."""
    for key, value in raw.items():
        if type(value) is list:
            raw[key] = tuple(value)
    name = raw.pop(KIND, None)
    if name is None:
        return raw
    if name == "date":
        return date.fromisoformat(raw["day"])
    one: Any = object.__new__(KINDS[name])
    one.__dict__.update(raw)
    return one
