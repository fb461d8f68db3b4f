"""The simulation bench of the reasoning: what was simulated, what it had to reach, what it reached.

    python tests/benchmarks/reasoning.py [--trials 1000] [--part calibration]

Projects are drawn whose truth is known, told through sources and probes that err in ways the reasoning does not assume, and
judged by the product (see bench/truth.py, bench/telling.py). Nothing is measured and no framework is needed. The same command
gives the same numbers; it takes about a minute on two cores. The exit code is 1 where a target is missed, or a mistake that was
seeded on purpose goes unnoticed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1] / "reasoning")
)  # packs in a few lines are those of the tests

from bench import calibration, contest, labels, laws, stability, timed
from bench.report import Part, print_part

TRIALS = 1000
PARTS: dict[str, Sequence[tuple[Callable[[int], Part], float]]] = {
    "calibration": (
        (calibration.check_calibration, 1),
        (calibration.check_mistakes, 0.5),
        (calibration.show_limits, 0.5),
    ),
    "labels": ((labels.check_labels, 0.5),),
    "stability": ((stability.check_stability, 0.5),),
    "laws": ((laws.check_laws, 1), (laws.check_mistakes, 1)),
    "contest": ((contest.check_contest, 0.5), (contest.check_mistakes, 0.5)),
    "timed": ((timed.check_intervals, 2), (timed.check_mistakes, 2)),
}
"""What is run, and its number of trials as a multiple of what is asked for."""


def run_parts(wanted: Sequence[tuple[Callable[[int], Part], int]]) -> Iterator[Part]:
    """Run parts side by side, and yield their results in order."""
    with ProcessPoolExecutor() as pool:
        for running in [pool.submit(work, trials) for work, trials in wanted]:
            yield running.result()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print every part that is asked for, and return whether all checks passed."""
    parser = argparse.ArgumentParser(description="Simulation bench of the reasoning.")
    parser.add_argument("--trials", type=int, default=TRIALS, help=f"projects of each kind (default {TRIALS})")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; may be repeated")
    options = parser.parse_args(arguments)
    chosen = [part for name in options.part or PARTS for part in PARTS[name]]
    fine = True
    for part in run_parts([(work, max(int(share * options.trials), 10)) for work, share in chosen]):
        print_part(part)
        fine = fine and all(row.is_fine for row in part.rows)
    print("\nall targets reached, all mistakes caught" if fine else "\nNOT ALL WELL: see the words in capitals above")
    return int(not fine)


if __name__ == "__main__":
    sys.exit(main())
