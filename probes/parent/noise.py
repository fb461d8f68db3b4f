"""What else the machine did while a child was measured, recorded with its runs: "unknown" where it cannot be seen."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from probes.machine import system
from probes.parent.process import Ending


@dataclass(frozen=True)
class Moment:
    """The state of the machine at one moment; counters are seconds since it started."""

    load: float | str
    pressure: float | str
    busy: float | None
    stolen: float | None
    throttled: float | None


def now() -> Moment:
    """Look at the machine."""
    return Moment(
        system.load1(),
        system.pressure(),
        system.busy_seconds(),
        system.stolen_seconds(),
        system.throttled_seconds(),
    )


def during(before: Moment, ending: Ending, alone: bool) -> dict[str, Any]:
    """What happened between `before` and the end of a child, as shares of the whole machine's time, 0 to 1.

    Args:
        alone: no other child ran meanwhile: only then can foreign work be told from our own.
    """
    after = now()
    whole = ending.seconds * (os.cpu_count() or 1)
    own = None if before.busy is None or not alone else before.busy + ending.cpu_seconds
    return {
        "load1": before.load,
        "pressure": before.pressure,
        "foreign_cpu": _share(own, after.busy, whole),
        "stolen": _share(before.stolen, after.stolen, whole),
        "throttled": _share(before.throttled, after.throttled, whole),
    }


def _share(begin: float | None, end: float | None, whole: float) -> float | str:
    if begin is None or end is None or whole <= 0:
        return "unknown"
    return round(min(1.0, max(0.0, (end - begin) / whole)), 4)
