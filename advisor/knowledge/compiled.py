"""Packs that were read and found sound before: their records are kept as they are, keyed by the contents they came from.

Reading YAML and checking it costs a hundred times what looking the result up does. Only sound packs are kept, so nothing read from
here needs to be checked again; a file that was cut short or changed is not used. They are kept as a pickle, of which nothing but
records and dates is read: a file that somebody else put there runs nothing, and at worst its records are wrong.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pickle
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from advisor import __version__
from advisor.knowledge.claim import Claim, ClaimCheck, Expect, Review
from advisor.knowledge.condition import All, AnyOf, Is, Not
from advisor.knowledge.contradiction import Contradiction, ContradictionsFile
from advisor.knowledge.criterion import Criterion, MeasureScale
from advisor.knowledge.fact import Fact, FactsFile, Unit
from advisor.knowledge.framework import Candidate, Framework
from advisor.knowledge.installing import Download, DownloadsFile, InstallFile, InstallRule, Resolved, Target
from advisor.knowledge.need import Constraint, Examples, Need
from advisor.knowledge.pack_files import CriteriaFile, FrameworksFile, Header, QuestionsFile, SourcesFile
from advisor.knowledge.question import Choice, Impossible, Question
from advisor.knowledge.source import Source
from advisor.knowledge.team import Ban, Preference, Team
from advisor.text import Text

LEAST_FILES = 20
"""Smaller packs are read faster than looked up."""
MOST_KEPT = 5
CHECKS = 8
"""Counted up whenever what is checked of a pack changes: an older reading is then no longer sound."""

KINDS: Mapping[tuple[str, str], type] = {
    (kind.__module__, kind.__qualname__): kind
    for kind in (
        All, AnyOf, Ban, Candidate, ClaimCheck, Choice, Claim, Constraint, Contradiction,
        ContradictionsFile, CriteriaFile, Criterion, Download, DownloadsFile, Examples, Expect, Fact, FactsFile, Framework,
        FrameworksFile, Header, Impossible, InstallFile, InstallRule, Is, Need, Not, Preference, Question, QuestionsFile, MeasureScale,
        Resolved, Review, Source, SourcesFile, Target, Team, Text, Unit, date,
    )
}  # fmt: skip

FIELDS = " ".join(
    f"{kind.__qualname__}({','.join(getattr(kind, '__dataclass_fields__', ()))})" for kind in KINDS.values()
)
"""What the records hold: those that were kept when a field was missing are not used."""


def read_cached_records(digest: str, names: Collection[str]) -> dict[str, Any] | None:
    """Return the records of a pack by file, if the same contents were found sound before; else None.

    Args:
        digest: of the pack's files (see `folder.digest_of`).
        names: what they are called.
    """
    if len(names) < LEAST_FILES:
        return None
    with contextlib.suppress(Exception):  # whatever is wrong with it, the pack is then read anew
        checksum, _, body = _cache_file(digest).read_bytes().partition(b"\n")
        if checksum.decode() == hashlib.sha256(body).hexdigest():
            records: dict[str, Any] = _Reader(io.BytesIO(body)).load()
            return records if set(records) == set(names) else None
    return None


def cache_records(digest: str, records: Mapping[str, Any]) -> None:
    """Cache the records of a sound pack, whole or not at all; a folder that cannot be written is no error.

    Args:
        digest: of the pack's files.
        records: what each of them says, by name.
    """
    if len(records) < LEAST_FILES:
        return
    file = _cache_file(digest)
    temporary = file.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError, pickle.PicklingError):
        file.parent.mkdir(parents=True, exist_ok=True)
        cached = sorted(file.parent.glob("pack-*"), key=lambda path: path.stat().st_mtime)
        for old in cached[: -MOST_KEPT + 1]:
            old.unlink(missing_ok=True)
        body = pickle.dumps(dict(records), protocol=5)
        temporary.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        temporary.replace(file)


def _cache_file(digest: str) -> Path:
    """Return the file in which the records of a pack are cached."""
    from platformdirs import user_cache_path

    name = hashlib.sha256(f"{__version__} {CHECKS} {FIELDS} {digest}".encode()).hexdigest()[:32]
    return user_cache_path("framework-advisor", appauthor=False) / f"pack-{name}.pickle"


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        """Return the class of a record; no other class can be loaded.

        Raises:
            UnpicklingError: something else was asked for.
        """
        if (module, name) not in KINDS:
            raise pickle.UnpicklingError(f"{module}.{name} is no record")
        return KINDS[module, name]
