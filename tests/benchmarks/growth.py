"""What stored runs and large packs cost: seconds and memory of a command over many, beside the same command over none.

    python tests/benchmarks/growth.py [--runs 100000] [--rules 10000] [--against FOLDER] [--rounds 3]

Each command runs in a process of its own; with `--against` the commands of another checkout take their turns with those of this
one, and the ratios are printed. Seconds are processor time, so that others on the machine matter little; the least of the rounds counts.
"""

from __future__ import annotations

import argparse
import gzip
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from advisor.knowledge.pack import BUILT_IN
from probes.run import Run

ROOT = Path(__file__).resolve().parents[2]
RECORDED = Path(__file__).with_name("recorded_full.jsonl.gz")
NEWEST = datetime(2026, 11, 20, tzinfo=UTC)
LARGE = ("--scale", "large", "--probe", "none", "--as-of", "2026-11-25")


def make_runs(count: int) -> Iterator[Run]:
    """Yield recorded runs as if they had been measured again and again: a session an hour, the newest last."""
    with gzip.open(RECORDED, "rt", encoding="utf-8") as file:
        recorded = [Run.from_json(line) for line in file]
    sessions = -(-count // len(recorded))
    for at in range(count):
        session = at // len(recorded)
        started = (NEWEST - timedelta(hours=sessions - session)).isoformat(timespec="seconds")
        yield recorded[at % len(recorded)].with_changes(session=f"s{session:05}", started=started)


def write_rules(folder: Path, count: int) -> Path:
    """Write an overlay of this many claims."""
    header = 'name: many\nversion: "1"\nreviewed: 2026-11-23\nprecedence: 10\nextends: built-in\n'
    sources = [
        path for path in sorted((BUILT_IN / "claims").rglob("*.yaml")) if "disputes" not in path.read_text("utf-8")
    ]
    (folder / "claims" / "many").mkdir(parents=True)
    (folder / "pack.yaml").write_text(header, "utf-8")
    for number in range(count):
        text = sources[number % len(sources)].read_text("utf-8")
        (folder / "claims" / "many" / f"many-{number:05}.yaml").write_text(text, "utf-8")
    return folder


def run_command(
    root: Path, arguments: tuple[str, ...], home: Path, environment: Mapping[str, str]
) -> tuple[float, float, int]:
    """Run a command of a checkout in a home; return its seconds of processor time, its most resident MiB and its exit code."""
    process = subprocess.Popen(
        [sys.executable, "-m", "advisor", *arguments], cwd=home, env={**environment, "PYTHONPATH": str(root)},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Time and memory of commands over many stored runs and rules.")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--against", type=Path, help="another checkout, measured in turns")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="advise-growth-"))
    try:
        file, pack = folder / "many.jsonl", folder / "many"
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(run.to_json() + "\n" for run in make_runs(options.runs))
        (folder / "none.jsonl").touch()
        write_rules(pack, options.rules)
        many, empty = ("--store", "many.sqlite"), ("--store", "empty.sqlite")
        commands = {
            "import of none": ("evidence", "import", str(folder / "none.jsonl"), *empty),
            f"import of {options.runs}": ("evidence", "import", str(file), *many),
            "answer, no store": LARGE,
            "answer, empty store": (*LARGE, *empty),
            f"answer, {options.runs} stored": (*LARGE, *many),
            f"evidence list of {options.runs}": ("evidence", "list", *many),
            f"--evidence of {options.runs}": (*LARGE, "--evidence", str(file)),
            f"answer, {options.rules} rules more": (*LARGE, "--pack", str(pack)),
        }
        measure(commands, [ROOT, *([options.against.resolve()] if options.against else [])], folder, options.rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(commands: Mapping[str, tuple[str, ...]], roots: list[Path], folder: Path, rounds: int) -> None:
    """Run every command of every checkout in turns, and print the least of the rounds."""
    base = {name: value for name, value in os.environ.items() if name in ("PATH", "VIRTUAL_ENV", "LC_ALL")}
    print(
        f"{'':32}"
        + "".join(f"{('this', 'other')[at]:>8} s {'MiB':>7}" for at in range(len(roots)))
        + "   ratio of seconds"
    )
    for name, arguments in commands.items():
        seconds, memory = {}, {}
        for number in range(rounds + 1):  # the first fills the caches and does not count
            for root in roots:
                home = folder / f"home{roots.index(root)}"
                home.mkdir(exist_ok=True)
                environment = {**base, "HOME": str(home), "TMPDIR": str(folder)}
                took, held, code = run_command(root, arguments, home, environment)
                if code and root is not ROOT:  # another version may not know the command, or the form of the pack
                    seconds[root] = memory[root] = math.nan
                    continue
                assert code == 0, (name, code)
                if number or rounds == 0:
                    seconds[root] = min(took, seconds.get(root, took))
                    memory[root] = max(held, memory.get(root, 0.0))
        cells = "".join(f"{seconds[root]:10.2f} {memory[root]:7.0f}" for root in roots)
        ratio = f"   {seconds[roots[0]] / seconds[roots[-1]]:.3f}" if len(roots) > 1 else ""
        print(f"{name:32}{cells}{ratio}", flush=True)


if __name__ == "__main__":
    main()
