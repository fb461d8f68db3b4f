"""One measurement at a time on a machine: two would time each other."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

NAME = "framework-advisor-probes.lock"


class Busy(Exception):
    """Another measurement is running on this machine."""


@contextlib.contextmanager
def machine_lock(folder: Path | None = None) -> Iterator[None]:
    """Hold the lock of this machine; the system releases it when this process ends, however it ends.

    Raises:
        Busy: another process holds it.
    """
    import fcntl  # not on Windows, where nothing is measured

    file = _open_lock_file((folder or Path(tempfile.gettempdir())) / NAME)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = (
                "another measurement is running on this machine; wait for it or stop it, two would disturb each other"
            )
            raise Busy(message) from None
        yield
    finally:
        os.close(file)


def _open_lock_file(path: Path) -> int:
    """Open the lock file without following links; another user's file can be read, which is enough to lock it."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(path, flags | os.O_CREAT, 0o644)
    except PermissionError:
        return os.open(path, flags)
