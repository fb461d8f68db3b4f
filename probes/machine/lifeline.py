"""Has the system end a process when its parent ends, however that ends."""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def end_with_parent(number: int, parent: int) -> bool:
    """Ask for a signal to this process when its parent ends (Linux only), and return whether the parent is alive.

    Returns:
        Whether the parent was still there afterwards. If it was not, no signal will come: the caller ends by itself.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    return os.getppid() == parent
