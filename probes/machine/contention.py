"""How much of the machine other processes used while something was timed."""

from __future__ import annotations

import os
import time

from probes.machine.system import busy_seconds

ALLOWED = 0.10
"""The share of the machine that others may use while something is timed: one busy process elsewhere slows some stacks to a
third."""


class TooNoisy(Exception):
    """Other processes were too busy for the times to mean anything; the message says how busy."""


class Contention:
    """A stretch of time: `with Contention() as contention: ...`, after which `contention.share` is known.

    Work of this process and of its children counts as its own once they have been waited for. `share` is a fraction of
    all cores, 0 to 1, and -1 where the system does not tell.
    """

    share = -1.0

    def __enter__(self) -> Contention:
        self._begin, self._busy_at_begin, self._own_at_begin = time.monotonic(), busy_seconds(), _own_seconds()
        return self

    def __exit__(self, error_type: type[BaseException] | None, *_: object) -> None:
        busy_at_end, wall_seconds = busy_seconds(), time.monotonic() - self._begin
        if busy_at_end is not None and self._busy_at_begin is not None and wall_seconds > 0:
            own_seconds = _own_seconds() - self._own_at_begin
            others_seconds = busy_at_end - self._busy_at_begin - own_seconds
            self.share = round(min(1.0, max(0.0, others_seconds / (wall_seconds * (os.cpu_count() or 1)))), 4)
        if error_type is not None and issubclass(error_type, Exception):
            self.require_quiet()  # what failed on a busy machine may have failed because of it

    @property
    def is_quiet(self) -> bool:
        """Whether other processes left the machine alone, as far as the system tells."""
        return self.share <= ALLOWED

    def require_quiet(self) -> None:
        """Refuse times that were taken on a busy machine.

        Raises:
            TooNoisy: other processes used more of the machine than is allowed.
        """
        if not self.is_quiet:
            raise TooNoisy(too_busy_reason(self.share))


def too_busy_reason(share: float) -> str:
    """Return in words how much of the machine others used, and how much they may; empty if it was not too much."""
    if share <= ALLOWED:
        return ""
    return f"other processes used {100 * share:.0f} % of the machine meanwhile, {100 * ALLOWED:.0f} % allowed"


def _own_seconds() -> float:
    """Return the CPU seconds of this process and its children."""
    return sum(os.times()[:4])
