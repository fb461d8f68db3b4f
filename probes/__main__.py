"""`python -m probes`: the suite by itself, its registration and runs as JSON lines on stdout, progress on stderr."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from probes.candidates import CANDIDATES
from probes.catalogue import PROBES
from probes.machine.lock import Busy
from probes.parent.process import DEADLINES
from probes.registration import LOOKS
from probes.suite import Plan, Progress, measure

STARTING = ("start", "import", "total")
"""Phases that a slow file system makes longer."""


def main() -> int:
    """Measure what the arguments ask for and return the exit status."""
    options = _make_parser().parse_args()
    names = ("candidates", "probes")
    candidates, probes = (tuple(filter(None, getattr(options, name).split(" "))) for name in names)
    plan = Plan(candidates, probes, options.depth, options.budget, options.seed, options.blocks)
    placed = (
        {"engine": options.engine, **({"labels": options.label} if options.label else {})} if options.engine else {}
    )
    deadlines = {phase: options.slowness * DEADLINES[phase] for phase in STARTING} if options.slowness > 1 else {}
    events = measure(plan, folder=options.path, on_python=options.python, deadlines=deadlines, placed=placed)
    try:
        for event in events:
            if not isinstance(event, Progress):
                sys.stdout.write(event.to_json() + "\n")
                sys.stdout.flush()
            else:
                where = f"{event.phase} {event.block}/{event.blocks}" if event.block else event.phase
                text = f"{event.used_seconds:6.1f} s  {where}  {event.candidate}  {event.probe}  {event.note}"
                sys.stderr.write(text.rstrip() + "\n")
    except Busy as error:
        sys.stderr.write(f"{error}\n")
        return 4
    except KeyboardInterrupt:
        return 130
    return 0


def _make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m probes", description=__doc__)
    parser.add_argument("--depth", choices=sorted(LOOKS), default="quick")
    parser.add_argument("--budget", type=float, default=120.0, help="seconds")
    parser.add_argument("--candidates", default=" ".join(CANDIDATES), help="ids, separated by spaces")
    parser.add_argument("--probes", default=" ".join(PROBES), help="names, separated by spaces")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blocks", type=int, default=None)
    parser.add_argument("--path", type=Path, default=None, help="a folder of probes instead of the built-in ones")
    parser.add_argument("--engine", default="", help="what started this on a node of a cluster")
    parser.add_argument("--label", action="append", default=[], help="KEY=VALUE of this node, to be recorded")
    parser.add_argument("--slowness", type=float, default=1.0, help="how much longer than usual starting may take")
    parser.add_argument("--python", default=sys.executable, help="the interpreter whose frameworks are measured")
    return parser


if __name__ == "__main__":
    sys.exit(main())
