"""How long `advise` takes to start and answer, as a multiple of a command that does nothing.

    python tests/benchmarks/startup.py [--times 15] [--at-most 2.5]

Compares, interleaved in one run, `advise --scale large --probe none --format json` with a click command without a body, each in
a fresh process of this interpreter, and prints both medians and their ratio. The pack's cache and Python's are warm, as they are
after the first answer; the first answer of all is printed apart. With --at-most the exit code is 1 where the ratio is larger.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NOTHING = "import click\n\n\n@click.command()\ndef nothing() -> None:\n    pass\n\n\nnothing()\n"
ANSWER = ("-m", "advisor", "--scale", "large", "--probe", "none", "--format", "json")


def time_process(arguments: tuple[str, ...], home: str) -> float:
    """Return the wall time of one process of this interpreter, from start to end."""
    folders = {"HOME": home, "XDG_CACHE_HOME": home, "XDG_STATE_HOME": home, "XDG_DATA_HOME": home}
    environment = os.environ | folders
    environment.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # else every module changed since would be compiled in every process
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment | folders, cwd=home
    )
    return time.perf_counter() - begin


def time_commands(times: int) -> dict[str, list[float]]:
    """Time both commands in turns; the first answer, which fills the cache, is kept apart."""
    with tempfile.TemporaryDirectory() as home:
        nothing = Path(home, "nothing.py")
        nothing.write_text(NOTHING)
        first = time_process(ANSWER, home)
        time_process((str(nothing),), home)
        durations: dict[str, list[float]] = {"first": [first], "nothing": [], "answer": []}
        for turn in range(times):
            both = [("nothing", (str(nothing),)), ("answer", ANSWER)]
            for name, arguments in both if turn % 2 else reversed(both):
                durations[name].append(time_process(arguments, home))
        return durations


def main() -> int:
    parser = argparse.ArgumentParser(description="Start-up time of `advise` over that of a do-nothing click command.")
    parser.add_argument("--times", type=int, default=15, help="processes of each (default 15)")
    parser.add_argument("--at-most", type=float, help="exit 1 where the ratio of the medians is larger")
    options = parser.parse_args()
    times = time_commands(options.times)
    nothing, answer = (statistics.median(times[name]) for name in ("nothing", "answer"))
    ratio = answer / nothing
    for name in ("nothing", "answer"):
        low, *_, high = sorted(times[name])
        print(
            f"{name:8} median {statistics.median(times[name]):.3f} s  ({low:.3f} to {high:.3f}, {options.times} processes)"
        )
    print(f"first    {times['first'][0]:.3f} s  (nothing cached)")
    print(f"ratio    {ratio:.2f}")
    return int(options.at_most is not None and ratio > options.at_most)


if __name__ == "__main__":
    sys.exit(main())
