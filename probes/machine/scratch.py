"""Folders for the work of one child: locked while somebody uses them, and swept where nobody does any more.

The system gives a lock back however its holder ends. So whatever is not locked was left behind: by `kill -9`, by a closed
terminal, by a machine that was switched off.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path

PREFIX = "advise-probe-"
OLD_SECONDS = 60.0
"""A younger folder is left alone: it may just have been made, and not be locked yet."""


class ScratchFolder:
    """A new folder below the temporary one, for this user alone, and locked until it is removed.

    Attributes:
        path: the folder.
    """

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock: int | None = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        with contextlib.suppress(
            OSError
        ):  # a file system without locks: then nobody can take it for left behind either
            _lock_at_once(self._lock)

    def remove(self) -> None:
        """Remove the folder with all that is in it, and give the lock back."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> str:
        return str(self.path)

    def __exit__(self, *_: object) -> None:
        self.remove()


def sweep_leftovers() -> int:
    """Remove the folders of children that were left behind below the temporary folder.

    Returns:
        How many there were. One that is locked, young, a link or somebody else's is left alone.
    """
    removed = 0
    if not hasattr(os, "O_DIRECTORY"):  # not on Windows, where nothing is measured
        return 0
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in [entry for entry in entries if entry.name.startswith(PREFIX)]:
            with contextlib.suppress(OSError):
                removed += _remove_if_left(Path(entry.path))
    return removed


def _remove_if_left(folder: Path) -> bool:
    """Remove a folder unless somebody uses it; return whether it was removed."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        kind = os.fstat(handle)
        if kind.st_uid != os.geteuid() or time.time() - kind.st_mtime < OLD_SECONDS:
            return False
        _lock_at_once(handle)
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()
    finally:
        os.close(handle)


def _lock_at_once(handle: int) -> None:
    """Lock an open folder.

    Raises:
        OSError: somebody else holds it, or it cannot be locked.
    """
    import fcntl  # not on Windows, where nothing is measured

    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
