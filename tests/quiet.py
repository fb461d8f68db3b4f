"""Whether the machine was left alone while a test ran: what a busy machine makes unknowable is skipped, with that reason."""

from __future__ import annotations

import time

import pytest

from probes.machine.contention import ALLOWED, Contention

WHOLE_CORE = 1.15
"""Wall time of a short computation over its processor time, up to which this process has a core to itself."""
SPIN_SECONDS = 0.3


class Watched(Contention):
    """A stretch of a test: `with Watched() as machine: ...`, then `machine.promise(held, what)`."""

    def promise(self, held: bool, what: str) -> None:
        """Assert what the program promises of a quiet machine; skip where it was not quiet.

        Args:
            held: whether the promise was kept; a kept one is never skipped.
            what: the promise, for the failure's message.
        """
        if held:
            return
        if not self.is_quiet:
            pytest.skip(f"other processes used {100 * self.share:.0f} % of the machine, {100 * ALLOWED:.0f} % allowed")
        if (stretch := measure_slowdown()) > WHOLE_CORE:
            pytest.skip(f"this process does not get a whole core: {stretch:.1f} s by the clock for each second of work")
        pytest.fail(what)


def measure_slowdown() -> float:
    """Return the wall seconds per processor second of a short computation: 1 where a core is free for it."""
    wall, work = time.perf_counter(), time.thread_time()
    while time.perf_counter() - wall < SPIN_SECONDS:
        sum(range(1000))
    return (time.perf_counter() - wall) / max(time.thread_time() - work, 1e-9)
