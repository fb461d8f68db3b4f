"""Stub probes of known truth: they import no framework, so a whole session takes a second."""

from __future__ import annotations

import os
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

from probes.candidates import Candidate
from probes.child.stack import bare_framework
from probes.run import Run
from probes.suite import Plan, Progress, Registration, measure

INIT = """
QUESTION = "What does a child do that does {name}?"
TIMED = {timed}
MEASURES = {{"value": {{}}, "some_seconds": {{"unit": "s"}}}}
"""
TASK = "def make():\n    return None\n"
GOOD = "def measure(task):\n    return {'value': 42}\n"


class Stubs:
    """A folder of stub probes: `add` writes one, `run` measures it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "stubs"
        self.pids = folder / "pids"
        self.lock = folder / "lock"
        self.lock.mkdir()

    def write_probe(self, probe: str = "stub", timed: bool = False, **files: str) -> None:
        """Write a probe; each keyword is a candidate's file, in which PIDS becomes the file to write process ids to."""
        folder = self.folder / probe
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text(INIT.format(name=probe, timed=timed))
        (folder / "task.py").write_text(TASK)
        for name, source in files.items():
            text = textwrap.dedent(source).replace("PIDS", repr(str(self.pids)))
            (folder / f"on_{name}.py").write_text(text)

    def measure_events(
        self, *names: str, budget: float = 60.0, **options: object
    ) -> Iterator[Registration | Run | Progress]:
        """Yield everything `measure` yields for candidates that consist of nothing but their file."""
        candidates = tuple(Candidate(name, (bare_framework(name),)) for name in names)
        probes = tuple(sorted(path.parent.name for path in self.folder.glob("*/__init__.py")))
        blocks = options.pop("blocks", None)
        plan = Plan(candidates, probes, budget_seconds=budget, blocks=blocks)  # type: ignore[arg-type]
        return measure(plan, folder=self.folder, lock_folder=self.lock, **options)  # type: ignore[arg-type]

    def measure_runs(self, *names: str, retried: bool = False, **options: object) -> list[Run]:
        """Return the runs, without second tries unless asked for."""
        finished = []
        events = self.measure_events(*names, **options)
        for event in events:
            if isinstance(event, Progress) and event.phase == "retry" and not retried:
                break
            if isinstance(event, Run):
                finished.append(event)
        events.close()  # type: ignore[attr-defined]
        return finished

    def surviving_pids(self, patience: float = 60.0) -> list[int]:
        """Return the noted processes that are still alive after `patience` seconds."""
        limit = time.monotonic() + patience
        while (left := [pid for pid in self.noted_pids() if is_alive(pid)]) and time.monotonic() < limit:
            time.sleep(0.02)
        return left

    def noted_pids(self) -> list[int]:
        """Return the processes that have noted their id."""
        return [int(line) for line in self.pids.read_text().split()] if self.pids.exists() else []

    def wait_for_pids(self, count: int, patience: float = 60.0) -> list[int]:
        """Wait until `count` processes have noted their id."""
        limit = time.monotonic() + patience
        while len(self.noted_pids()) < count and time.monotonic() < limit:
            time.sleep(0.02)
        return self.noted_pids()


def is_alive(pid: int) -> bool:
    """Return whether a process exists and is not a zombie."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (ProcessLookupError, FileNotFoundError):
        return False
