"""`advise doctor`: can this machine measure, and what would improve it? No framework is imported."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Literal

import typer

from advisor.cli.options import one_of, pack
from advisor.cli.output import emit, table
from advisor.errors import Exit
from advisor.evidence.collect import installed_versions, is_installed
from probes import machine


@dataclass(frozen=True)
class State:
    """One thing looked at: ok, a warning with what to do, or missing."""

    name: str
    state: Literal["ok", "warn", "missing"]
    found: str
    fix: str = ""


def register(app: typer.Typer, _questions: object) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(format: Annotated[str, typer.Option(help="text or json.")] = "text") -> int:
    """What is installed, and whether timings here can be trusted."""
    from advisor.render import json

    states = list(look())
    if one_of("--format", format, ("text", "json")) == "json":
        emit(json.dumps([asdict(one) for one in states]))
    else:
        table(
            [["", "state", "found", "what to do"], *([s.name, s.state, s.found, s.fix] for s in states)],
            [False] * 4,
        )
    return Exit.OK


def look() -> Iterator[State]:
    """Yield the states, frameworks first."""
    knowledge = pack()
    for id, candidate in knowledge.candidates.items():
        if is_installed(knowledge, id):
            versions = installed_versions(candidate.modules)
            yield State(id, "ok", ", ".join(f"{name} {version}" for name, version in versions.items()))
        else:
            yield State(id, "missing", "not installed", candidate.install)
    facts = machine.facts()
    yield _python()
    yield _cores(facts)
    memory = int(facts["memory_mb"]) // 1024
    yield State(
        "memory",
        "ok" if memory >= 4 else "warn",
        f"{memory} GiB",
        "" if memory >= 4 else "4 GiB are needed to measure every stack",
    )
    yield _load()
    yield _disk()
    compiler = shutil.which("g++") or shutil.which("clang++")
    yield State(
        "C++ compiler",
        "ok" if compiler else "warn",
        "found" if compiler else "not found",
        "" if compiler else "torch.compile on a CPU needs one (Debian: g++)",
    )
    gpus = facts.get("gpus") or []
    yield State("GPU", "ok", ", ".join(gpus) or "none", "" if gpus else "timings here speak for CPU projects only")


def _python() -> State:
    minor = sys.version_info.minor
    fine = 11 <= minor <= 13
    return State(
        "Python",
        "ok" if fine else "warn",
        f"3.{minor}",
        "" if fine else "TensorFlow has wheels for 3.10 to 3.13",
    )


def _cores(facts: dict[str, object]) -> State:
    usable, logical, quota = facts["usable_cores"], facts["logical_cores"], facts["cpu_quota"]
    few = isinstance(quota, int | float) and isinstance(usable, int) and quota < usable
    note = "the CPU quota is below the usable cores: timings will vary" if few else ""
    return State("cores", "warn" if few else "ok", f"{usable} usable of {logical}, quota {quota}", note)


def _load() -> State:
    import psutil

    load = psutil.getloadavg()[0]
    busy = load > 0.5 * (os.cpu_count() or 1)
    return State(
        "load",
        "warn" if busy else "ok",
        f"{load:.1f}",
        "the machine is busy: timings will be noisy" if busy else "",
    )


def _disk() -> State:
    import tempfile

    free = shutil.disk_usage(tempfile.gettempdir()).free // 2**30
    return State(
        "disk",
        "ok" if free >= 2 else "warn",
        f"{free} GiB free for temporary files",
        "" if free >= 2 else "free some space",
    )
