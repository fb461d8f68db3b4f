"""One measurement at a time: two would time each other. The lock lies in the user's own folder, out of others' reach."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

NAME = "probes.lock"
RETRY_SECONDS = 0.2
"""Between two tries while another measurement is awaited."""
BUSY = (
    "another measurement is running on this machine; wait for it (--wait 10m) or stop it, two would disturb each other"
)


class Busy(Exception):
    """The lock cannot be had: another measurement holds it, or what lies in its place is no file of this user."""


def own_folder() -> Path | None:
    """Return the user's state folder, as the XDG specification places it; None where this user has no home."""
    try:
        state = Path(os.environ.get("XDG_STATE_HOME") or "").expanduser()
        state = state if state.is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError:  # neither HOME nor an entry among the users
        return None
    return state / "framework-advisor" if state.is_absolute() else None


@contextlib.contextmanager
def machine_lock(folder: Path | None = None, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock; the system releases it when this process ends, however it ends.

    Where no lock can be made, because there is no home, or the disk is full or read-only, measuring goes on without:
    whatever else runs then still shows in the processor time that others used.

    Args:
        folder: where it lies; by default `own_folder`.
        wait_seconds: how long to wait for another measurement to end.

    Raises:
        Busy: another process holds it, or what lies in its place cannot be locked.
    """
    file = _open_lock_file(folder or own_folder())
    try:
        if file is not None:
            _lock(file, wait_seconds)
        yield
    finally:
        if file is not None:
            os.close(file)


def _lock(file: int, wait_seconds: float) -> None:
    """Lock an open file, at once or as soon as it is free."""
    import fcntl  # not on Windows, where nothing is measured

    until = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Busy(BUSY) from None
        time.sleep(RETRY_SECONDS)


def _open_lock_file(folder: Path | None) -> int | None:
    """Open the lock file, made where there is none, for this user alone; None where none can be made.

    Raises:
        Busy: a link, a folder, a pipe or somebody else's file lies in its place.
    """
    if folder is None or sys.platform == "win32":
        return None
    path = folder / NAME
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, flags | os.O_CREAT, 0o600)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.EMLINK):
            raise Busy(f"{path} is no file: remove it") from None
        try:
            file = os.open(path, flags)  # a folder that is read-only now may have a lock from before
        except OSError:
            return None
    opened = os.fstat(file)
    if not stat.S_ISREG(opened.st_mode) or opened.st_uid != os.geteuid():
        os.close(file)
        raise Busy(f"{path} is no file of yours: remove it, or let HOME be your own folder")
    with contextlib.suppress(OSError):
        os.fchmod(file, 0o600)  # whoever can open it can hold it
    return file
