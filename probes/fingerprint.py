"""The hash that tells whether a run was made by the code that is here now.

What shapes the numbers of a candidate in a probe: the child's side, the files of its frameworks, and the probe's own folder.
What only starts, watches and records, and the files of other frameworks, may change freely.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from probes.candidates import FRAMEWORKS, REFERENCE, Candidate
from probes.catalogue import BUILT_IN, Probe

CHILD = ("child/*.py", "frameworks/__init__.py", "job.py", "gate.py")
JOBS = BUILT_IN / "jobs"


def fingerprint(probe: Probe, *candidates: Candidate) -> str:
    """The first 16 hexadecimal digits of the SHA-256 over what shapes the numbers of these candidates in a probe."""
    digest = hashlib.sha256(_shared().encode())
    for candidate in candidates:
        own = tuple(one.id for one in candidate.frameworks)
        digest.update(_stack(candidate).encode())
        for folder in (probe.folder, *(BUILT_IN / name for name in probe.uses)):
            digest.update(_folder(folder, own).encode())
    return digest.hexdigest()[:16]


@cache
def _shared() -> str:
    """What every child runs: the files of `jobs/` that are not a framework's among it."""
    general = (file for file in JOBS.glob("*.py") if file.stem not in FRAMEWORKS)
    return _hash([*(file for pattern in CHILD for file in BUILT_IN.glob(pattern)), *general])


def _stack(candidate: Candidate) -> str:
    """The files of a candidate's frameworks, and what its pack adds to them."""
    places = (place for one in candidate.frameworks for place in (one.place, JOBS / f"{one.id}.py"))
    files = tuple(place for place in places if place is not None)
    return _stack_files(files) + json.dumps([candidate.imports, sorted(candidate.env.items())])


@cache
def _stack_files(files: tuple[Path, ...]) -> str:
    return _hash(file for file in files if file.is_file())


@cache
def _folder(folder: Path, own: tuple[str, ...]) -> str:
    """The files of a probe but for those of other frameworks; the reference is everybody's."""
    names = {f"on_{id}" for id in (*own, REFERENCE.file)}
    return _hash(file for file in _listed(folder) if not file.stem.startswith("on_") or file.stem in names)


@cache
def _listed(folder: Path) -> tuple[Path, ...]:
    return tuple(file for file in folder.glob("*.py") if file.is_file())


def _hash(files: Iterable[Path]) -> str:
    """One hash over the names and contents of files, whatever their order."""
    lines = sorted(f"{file.name}\0{_content_hash(file)}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@cache
def _content_hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
