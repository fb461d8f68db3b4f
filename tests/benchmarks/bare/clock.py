"""The loop all bare scripts share: warm up, time windows of about ten milliseconds, print the median step."""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any


def time_loop(
    step: Callable[..., Any],
    batches: Sequence[tuple[Any, ...]],
    seconds: float,
    wait: Callable[[], object] = lambda: None,
) -> None:
    """Print the median seconds of a step and those of the first one, as JSON on the last line; `wait` ends a window."""
    stream = cycle(batches)
    begin = time.perf_counter()
    float(sum_losses(step(*next(stream))))
    first = time.perf_counter() - begin
    singles = []
    for _ in range(20):
        begin = time.perf_counter()
        step(*next(stream))
        wait()
        singles.append(time.perf_counter() - begin)
    count = max(1, math.ceil(0.010 / min(singles)))
    windows, start = [], time.perf_counter()
    while time.perf_counter() - start < seconds or len(windows) * count < 40:
        begin = time.perf_counter()
        for _ in range(count):
            step(*next(stream))
        wait()
        windows.append((time.perf_counter() - begin) / count)
    half = windows[len(windows) // 4 :]
    sys.stdout.write("\n" + json.dumps({"step_s": statistics.median(half), "first_s": first}) + "\n")


def sum_losses(loss: Any) -> Any:
    """Return a loss, or the sum of several."""
    return sum(loss) if isinstance(loss, tuple | list) else loss
