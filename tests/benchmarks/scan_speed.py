"""How long a scan of a large repository takes, and how much memory: a tree is made, and `advise scan` runs over it.

    python tests/benchmarks/scan_speed.py [--files 100000] [--python 5000] [--share 0.3] [--tree DIR] [--rounds 1] [--check]

The tree has Python files of 10 kB, a share of which name a framework, a notebook of 100 cells for every 50 of them, scripts, settings,
and data; with 100,000 files it has 1 GB. It is made anew in a folder of its own and removed, or with --tree made there once and kept.
Printed are seconds by the clock, seconds of processor time of all processes together, and the most memory that the command and the
processes it started held at one time. Target: 20 s on two cores, and 300 MiB; with --check the exit code is 1 where it is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS, MOST_MIB = 20.0, 300.0
PLAIN = "".join(
    f"def summary_{number}(values, other=None):\n    kept = [value * {number} for value in values if value % 3]\n"
    f"    return sum(kept) + len(str(other))\n\n\n"
    for number in range(75)
)
"""10 kB of Python that names no framework."""
NET = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n\n" + "".join(
    f"class Net{number}(nn.Module):\n    def __init__(self, size):\n        super().__init__()\n"
    f"        self.linear = nn.Linear(size, {number})\n\n    def forward(self, x):\n"
    f"        return F.relu(self.linear(x).mean(dim=1)) + torch.zeros({number})\n\n\n"
    for number in range(45)
)
"""10 kB of PyTorch."""
CELLS = [
    {
        "cell_type": "code",
        "source": [f"import torch.nn as layers_{number}\n", f"x = layers_{number}.Linear(1, {number})"],
    }
    for number in range(100)
]


def make_tree(root: Path, files: int, python: int, share: float) -> None:
    """Write a repository.

    Args:
        root: a folder that is not there yet.
        files: how many files it has.
        python: how many of them are Python.
        share: how many of these name a framework, from 0 to 1.
    """
    notebook = json.dumps({"cells": CELLS, "nbformat": 4})
    data = os.urandom(10_000)
    data_per_folder = max(files * 10 // max(python, 10) - 13, 0)
    for folder in range(python // 10):
        inside = root / f"part{folder // 100}" / f"package{folder}"
        inside.mkdir(parents=True)
        for number in range(10):
            names_one = (folder * 10 + number) * 37 % 100 < share * 100
            (inside / f"module{number}.py").write_text(NET if names_one else PLAIN)
        (inside / "run.sh").write_text("#!/bin/sh\npython train.py\n" * 20)
        (inside / "settings.yaml").write_text("size: 3\n" * 50)
        (inside / ("walk.ipynb" if folder % 5 == 0 else "notes.txt")).write_text(notebook)
        for number in range(data_per_folder):
            (inside / f"data{number}.dat").write_bytes(data)


def scan(root: Path, home: Path) -> tuple[float, float, float]:
    """Run `advise scan`; return its seconds by the clock and of the processor, and the most MiB its processes held together."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        **{f"XDG_{kind}_HOME": str(home) for kind in ("DATA", "STATE", "CACHE")},
    }
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "advisor", "scan", str(root), "--lang", "en"],
        env=environment, cwd=home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    most_kib = 0
    while not os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        most_kib = max(most_kib, sum(resident_kib(pid) for pid in family_of(process.pid)))
        time.sleep(0.05)
    seconds = time.monotonic() - start
    _, status, usage = os.wait4(process.pid, 0)  # with those of its processes that it waited for
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the scan ended with exit code {process.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, most_kib / 1024


def family_of(pid: int) -> Iterator[int]:
    """Yield a process and all that it started, itself or through others (Linux)."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family_of(int(child))


def resident_kib(pid: int) -> int:
    """Return how much memory a process holds by itself: what it shares with others is counted in equal parts; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def main() -> int:
    """Make the tree, scan it, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--python", type=int, default=5_000, help="how many of them are Python")
    parser.add_argument("--share", type=float, default=0.3, help="how many of these name a framework, from 0 to 1")
    parser.add_argument("--tree", type=Path, help="make it here, and keep it")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="advise-scan-"))
    root: Path = options.tree or home / "repository"
    try:
        if not root.exists():
            make_tree(root, options.files, options.python, options.share)
        rounds = [scan(root, home) for _ in range(options.rounds)]
    finally:
        shutil.rmtree(home)
    for seconds, processor, mib in rounds:
        print(f"{seconds:6.1f} s by the clock  {processor:6.1f} s of the processor  {mib:5.0f} MiB")
    seconds, _, mib = min(rounds)
    return int(options.check and (seconds > MOST_SECONDS or mib > MOST_MIB))


if __name__ == "__main__":
    sys.exit(main())
