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


def read_moment() -> Moment:
    """Return the state of the machine now."""
    return Moment(
        system.load_average(),
        system.cpu_pressure(),
        system.busy_seconds(),
        system.stolen_seconds(),
        system.throttled_seconds(),
    )


def noise_during(before: Moment, ending: Ending, alone: bool) -> dict[str, Any]:
    """Return what happened between `before` and the end of a child, as shares of the whole machine's time, 0 to 1.

    Args:
        before: the state of the machine when the child started.
        ending: how the child ended, and what it used.
        alone: whether no other child ran meanwhile; only then can the work of other programs be told from the child's.
    """
    after = read_moment()
    whole_time = ending.seconds * (os.cpu_count() or 1)
    expected_busy = None if before.busy is None or not alone else before.busy + ending.cpu_seconds
    return {
        "load1": before.load,
        "pressure": before.pressure,
        "foreign_cpu": _share_of_time(expected_busy, after.busy, whole_time),
        "stolen": _share_of_time(before.stolen, after.stolen, whole_time),
        "throttled": _share_of_time(before.throttled, after.throttled, whole_time),
    }


def _share_of_time(value_before: float | None, value_after: float | None, whole_time: float) -> float | str:
    """Return the increase of a counter as a share of the whole time, 0 to 1, or "unknown"."""
    if value_before is None or value_after is None or whole_time <= 0:
        return "unknown"
    return round(min(1.0, max(0.0, (value_after - value_before) / whole_time)), 4)
