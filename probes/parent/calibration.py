"""A fixed piece of work before every block: how fast and how steady the machine is at that moment.

SHA-256 over a buffer: the same instructions on every machine with Python, in compiled code that leaves the interpreter's
lock, so that one thread per processor keeps all of them at work. It sees clock, throttling and neighbours, not the memory
bus; the NumPy reference of a timed probe, which runs at the start of the block, does.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

from probes.child.steady import relative_spread

SECONDS = 0.3
WINDOW_SECONDS = 0.010
BLOCK = bytes(1 << 16)
Kernel = Callable[[int], None]


def hash_block(rounds: int) -> None:
    """Hash 64 KiB `rounds` times."""
    for _ in range(rounds):
        hashlib.sha256(BLOCK).digest()


def calibrate(
    threads: int, seconds: float = SECONDS, clock: Callable[[], float] = time.perf_counter, kernel: Kernel = hash_block
) -> dict[str, Any]:
    """Work for about `seconds` on every processor in windows of about 10 ms.

    Returns:
        `calibration_ms`, the median time of one round on all threads in milliseconds, and `calibration_spread`, the
        interquartile range of the windows over their median.
    """
    rounds = 1
    windows = list[float]()
    with ThreadPoolExecutor(threads) as pool:
        begin = clock()
        while clock() - begin < seconds or len(windows) < 4:
            start = clock()
            list(pool.map(kernel, [rounds] * threads))
            spent = clock() - start
            if spent < WINDOW_SECONDS / 2 and not windows:
                rounds *= 2
            else:
                windows.append(spent / rounds)
    return {"calibration_ms": 1e3 * median(windows), "calibration_spread": relative_spread(windows)}
