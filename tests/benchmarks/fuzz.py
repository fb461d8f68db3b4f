"""Hands in whatever anybody may hand in, for minutes, and prints what was tried and which promises were broken.

    python tests/benchmarks/fuzz.py --minutes 60 [--only "a lock"] [--seed 1]

Targets and promises are those of `tests/fuzz/targets.py`. An input that breaks one is shrunk, printed with its seed and added to
`tests/fuzz/corpus.txt`, which the tests replay; once the fault is mended, the line stays.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "fuzz"))
from corpus import add_to_corpus
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from targets import TARGETS, Broken, World, new_world, run_target

ROUND_SECONDS, SHRINK_SECONDS = 20.0, 30.0
"""How long one target is tried before it is the next one's turn, and how long an input that breaks a promise is shrunk."""


class TimeUp(BaseException):
    """The time of a round is over."""


def fuzz_target(name: str, world: World, number: int, until: float) -> tuple[int, dict[str, Any]]:
    """Try one target until a time.

    Args:
        number: the seed.
        until: by the monotonic clock.

    Returns:
        How many inputs were tried, and by the promise that was broken the shortest input that did it.
    """
    tried, faults = 0, dict[str, Any]()

    @seed(number)
    @settings(
        max_examples=100_000, deadline=None, database=None, derandomize=False, suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def fuzz(data: st.DataObject) -> None:
        nonlocal tried
        if time.monotonic() > until + (SHRINK_SECONDS if faults else 0):
            raise TimeUp
        drawn = data.draw(TARGETS[name][0])
        tried += 1
        try:
            run_target(name, world, drawn)
        except Broken as error:
            if len(ascii(drawn)) <= len(ascii(faults.get(str(error), drawn))):
                faults[str(error)] = drawn
            raise

    with contextlib.suppress(TimeUp, Exception):
        fuzz()
    return tried, faults


def main() -> int:
    """Fuzz for some minutes, print the counts, and return 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description="Fuzz every place where something from outside comes in.")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--only", choices=list(TARGETS), help="one target alone")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first round (default: the time)")
    options = parser.parse_args()
    end, tried, broken, number = time.monotonic() + 60 * options.minutes, Counter[str](), list[str](), options.seed
    with new_world() as world:
        while time.monotonic() < end:
            for name in [options.only] if options.only else TARGETS:
                count, faults = fuzz_target(name, world, number, min(end, time.monotonic() + ROUND_SECONDS))
                tried[name] += count
                for promise, drawn in faults.items():
                    add_to_corpus(name, drawn)
                    broken.append(promise)
                    print(f"{name} (seed {number}): {promise}\n    by {ascii(drawn)[:800]}", flush=True)
            number += 1
    for name in TARGETS:
        print(f"{tried[name]:8} {name}")
    print(
        f"{tried.total():8} tried, {len(broken)} broken, seeds {options.seed} to {number - 1}, {options.minutes:g} minutes"
    )
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
