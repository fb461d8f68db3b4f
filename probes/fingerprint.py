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

CHILD = ("child/*.py", "frameworks/__init__.py", "job.py", "gate.py", "optimiser_settings.py")
JOBS = BUILT_IN / "jobs"


def code_hash(probe: Probe, *candidates: Candidate) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of the code behind a probe's numbers for these candidates."""
    digest = hashlib.sha256(_hash_shared().encode())
    for candidate in candidates:
        framework_ids = tuple(framework.id for framework in candidate.frameworks)
        digest.update(_hash_stack(candidate).encode())
        for folder in (probe.folder, *(BUILT_IN / name for name in probe.uses)):
            digest.update(_hash_folder(folder, framework_ids).encode())
    return digest.hexdigest()[:16]


def registered_code(probe: Probe, *candidates: Candidate) -> str:
    """Return the hash of the code that a session registers for a probe: that of its candidates, or of all files of a user's own one."""
    if not probe.is_own:
        return code_hash(probe, *candidates)
    return hashlib.sha256((_hash_shared() + _hash_files(_python_files(probe.folder))).encode()).hexdigest()[:16]


def folder_id(folder: Path) -> str:
    """Return eight hexadecimal digits that stand for the place of a folder, which is not told."""
    return hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]


@cache
def _hash_shared() -> str:
    """Return the hash of the code that every child runs, with the files of `jobs/` that belong to no framework."""
    general = (file for file in JOBS.glob("*.py") if file.stem not in FRAMEWORKS)
    return _hash_files([*(file for pattern in CHILD for file in BUILT_IN.glob(pattern)), *general])


def _hash_stack(candidate: Candidate) -> str:
    """Return the hash of a candidate's framework files, with what its pack adds to them."""
    places = (place for framework in candidate.frameworks for place in (framework.place, JOBS / f"{framework.id}.py"))
    files = tuple(place for place in places if place is not None)
    return _hash_stack_files(files) + json.dumps([candidate.imports, sorted(candidate.env.items())])


@cache
def _hash_stack_files(files: tuple[Path, ...]) -> str:
    """Return the hash of those of the files that exist."""
    return _hash_files(file for file in files if file.is_file())


@cache
def _hash_folder(folder: Path, framework_ids: tuple[str, ...]) -> str:
    """Return the hash of a probe's files, without those of other frameworks; the reference is included."""
    names = {f"on_{id}" for id in (*framework_ids, REFERENCE.file)}
    return _hash_files(file for file in _python_files(folder) if not file.stem.startswith("on_") or file.stem in names)


@cache
def _python_files(folder: Path) -> tuple[Path, ...]:
    """Return the Python files of a folder."""
    return tuple(file for file in folder.glob("*.py") if file.is_file())


def _hash_files(files: Iterable[Path]) -> str:
    """Return one hash of the names and contents of files, whatever their order."""
    lines = sorted(f"{file.name}\0{_content_hash(file)}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@cache
def _content_hash(file: Path) -> str:
    """Return the hash of a file's content."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
