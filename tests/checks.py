"""Every check besides the tests: style, types, imports, dependencies, and the knowledge.

    python tests/checks.py              # all of them; exit code 1 where one finds something
    python tests/checks.py ruff mypy    # only these

The tools come from the same virtual environment as the interpreter.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHECKS: Mapping[str, Sequence[str]] = {
    "ruff": ("ruff", "check"),
    "format": ("ruff", "format", "--check"),
    "deptry": ("deptry", "advisor", "probes"),
    "import-linter": ("lint-imports", "--no-cache"),
    "rules": ("advise", "rules", "check", "rules"),
    "mypy": ("mypy",),
}
"""Name → command, run at the top of the tree; the quick ones first."""


def run_check(name: str, tree: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run one check over a tree and return its exit code and output."""
    program, *arguments = CHECKS[name]
    command = [str(Path(sys.executable).parent / program), *arguments]
    return subprocess.run(
        command, cwd=tree, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", check=False
    )


def run_checks(names: Iterable[str]) -> bool:
    """Run checks one after another, print how each ended, and return whether all passed."""
    clean = True
    for name in names:
        start = time.monotonic()
        outcome = run_check(name)
        clean &= outcome.returncode == 0
        print(f"{name:14} {'ok' if outcome.returncode == 0 else 'FAILED':7} {time.monotonic() - start:3.0f} s")
        if outcome.returncode:
            print(outcome.stdout)
    return clean


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="CHECK", help=f"one of {', '.join(CHECKS)}")
    chosen = parser.parse_args().names or list(CHECKS)
    if unknown := sorted(set(chosen) - set(CHECKS)):
        parser.error(f"no check named {', '.join(unknown)}; there are {', '.join(CHECKS)}")
    sys.exit(0 if run_checks(chosen) else 1)
