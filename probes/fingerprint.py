"""The hash that tells whether a run was made by the code that is here now."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

HARNESS = Path(__file__).parent
# The files that shape the numbers; those that only start, watch and record may change freely.
SHAPING = (
    "child/main.py",
    "child/timed.py",
    "child/timing.py",
    "child/steady.py",
    "gate.py",
    "child/peers.py",
    "job.py",
    "child/threads.py",
    "candidates.py",
    "child/device.py",
    "child/matmul.py",
    "jobs/autodiff.py",
    "jobs/draws.py",
    "jobs/keras.py",
    "jobs/pytorch.py",
    "jobs/reference.py",
    "jobs/tensorflow.py",
)


@cache
def fingerprint(folder: Path) -> str:
    """The first 16 hexadecimal digits of the SHA-256 over a probe's Python files and the harness behind it."""
    digest = hashlib.sha256()
    files = [*sorted(folder.glob("*.py")), *(HARNESS / name for name in SHAPING)]
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]
