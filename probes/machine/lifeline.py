"""Has processes end when the one that started them ends, however that ends."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import sys
from pathlib import Path

from probes.machine import processes

PR_SET_PDEATHSIG = 1


def end_with_parent(number: int, parent: int) -> bool:
    """Ask for a signal to this process when its parent ends (Linux only), and return whether the parent is alive.

    Returns:
        Whether the parent was still there afterwards. If it was not, no signal will come: the caller ends by itself.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    return os.getppid() == parent


def die_with_parent(lifeline: int, result_pipe: int, parent_pid: int) -> None:
    """End this process, its group and what left the group when the parent ends, however it ends, and remove its folder.

    A forked guard waits for the end of the lifeline pipe, so it acts even while this process hangs in native code. It
    has a group of its own, to outlive the one it ends.

    Args:
        lifeline: the descriptor of a pipe whose other end the parent holds.
        result_pipe: a descriptor that the guard must not keep open.
        parent_pid: the parent's process id.
    """
    group = os.getpgid(0)
    if os.fork() == 0:
        os.setpgid(0, 0)
        os.close(result_pipe)
        with contextlib.suppress(OSError):
            os.read(lifeline, 1)
            os.killpg(group, signal.SIGKILL)
        _clear_folder(Path.cwd())
        os._exit(0)
    os.close(lifeline)
    if not end_with_parent(signal.SIGTERM, parent_pid):  # should the guard itself be killed
        os.killpg(0, signal.SIGKILL)


def _clear_folder(folder: Path) -> None:
    """End every other process that works in a folder or was told of it, then remove the folder."""
    with contextlib.suppress(Exception):
        processes.end_all(lambda: processes.at_home_in(folder))
    shutil.rmtree(folder, ignore_errors=True)
