"""Runs of known content: what a measurement would have written, without measuring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from probes.candidates import CANDIDATES as CANDIDATES_HERE
from probes.candidates import REFERENCE
from probes.catalogue import PROBES
from probes.fingerprint import code_hash
from probes.run import Outcome, Run

CANDIDATES = ("tensorflow", "pytorch", "keras[tensorflow]", "keras[torch]", "keras[jax]")
MACHINE: Mapping[str, Any] = {
    "os": "Linux 6.1",
    "arch": "x86_64",
    "cpu": "Test CPU",
    "cpu_flags": ["avx2"],
    "logical_cores": 2,
    "usable_cores": 2,
    "physical_cores": 2,
    "cpu_quota": "none",
    "memory_mb": 16000,
    "gpus": [],
    "python": "3.12.1",
}
STARTED = "2026-11-20T10:00:00+00:00"


def make_run(probe: str = "dev-effort", candidate: str = "pytorch", **fields: Any) -> Run:
    """Make one run: a good run of one session, of the probes' present code, on one machine, but for the given fields."""
    shared: dict[str, Any] = {
        "session": "s1",
        "outcome": Outcome.OK,
        "machine": dict(MACHINE),
        "started": STARTED,
        "code": present_code(probe, candidate),
        "seconds": 1.0,
        "threads": 2,
    }
    return Run(probe=probe, candidate=candidate, **(shared | fields))


def present_code(probe: str, candidate: str) -> str:
    """Return the hash of the present code of a probe and a candidate; empty where one is unknown."""
    known = {**CANDIDATES_HERE, REFERENCE.id: REFERENCE}
    return code_hash(PROBES[probe], known[candidate]) if probe in PROBES and candidate in known else ""


def make_exact_runs(probe: str, measure: str, amounts: Mapping[str, Any], **fields: Any) -> list[Run]:
    """Make one run per candidate of an exact probe, from its amount."""
    return [make_run(probe, who, measures={measure: amount}, **fields) for who, amount in amounts.items()]


def make_timed_runs(
    milliseconds: Mapping[str, Sequence[float]], mode: str = "default", first: float = 0.1, **fields: Any
) -> list[Run]:
    """Make one run per candidate and block of a timed probe (training-step), from the step times of its blocks."""
    measures, probe = fields.pop("measures", {}), fields.pop("probe", "training-step")
    return [
        make_run(
            probe,
            who,
            mode="reference" if who == "numpy" else mode,
            block=block,
            measures={"step_ms": step, "first_step_s": first, "peak_mb": 300.0} | measures,
            **fields,
        )
        for who, steps in milliseconds.items()
        for block, step in enumerate(steps, start=1)
    ]


STEPS = {
    "numpy": (1.00, 1.02, 0.99, 1.01, 1.00),
    "tensorflow": (1.90, 1.95, 1.88, 1.93, 1.91),
    "pytorch": (1.20, 1.22, 1.19, 1.21, 1.20),
    "keras[tensorflow]": (2.90, 2.95, 2.88, 2.93, 2.91),
    "keras[torch]": (3.90, 3.95, 3.88, 3.93, 3.91),
    "keras[jax]": (1.10, 1.12, 1.09, 1.11, 1.10),
}
STATEMENTS = dict(zip(CANDIDATES, (17, 16, 10, 10, 10), strict=True))
IN_TRAINING = dict(zip(CANDIDATES, ("works", "works", "fails", "works", "fails"), strict=True))
BREAKPOINT = dict(zip(CANDIDATES, (True, True, False, True, False), strict=True))
MECHANISM = dict(zip(CANDIDATES, ("works", "works", "no-effect", "absent", "works"), strict=True))


def make_session(**fields: Any) -> list[Run]:
    """Make the runs of one complete measurement: five candidates, all probes."""
    listed = {"dev-effort", "graph-mode", "data-parallel", "linear-regression", "training-step"}
    others = [name for name, probe in PROBES.items() if name not in listed and not probe.timed]
    other_timed = [name for name, probe in PROBES.items() if name not in listed and probe.timed]
    graph = [
        make_run(
            "graph-mode",
            who,
            measures={
                "data_if_in_training": IN_TRAINING[who],
                "breakpoint_reached": BREAKPOINT[who],
                "execution": "eager" if BREAKPOINT[who] else "traced",
                "session_api": False,
                "explicit_graph_needed": False,
            },
            **fields,
        )
        for who in CANDIDATES
    ]
    learned = {"learned": True, "gradient_agrees": True, "gradient_error": 4e-8}
    return [
        *make_exact_runs("dev-effort", "statements", STATEMENTS, **fields),
        *graph,
        *make_exact_runs("data-parallel", "mechanism", MECHANISM, **fields),
        *(make_run("linear-regression", who, measures=dict(learned), **fields) for who in CANDIDATES),
        *make_timed_runs(STEPS, **fields),
        *(make_run(name, who, measures={"works": True}, **fields) for name in others for who in CANDIDATES),
        *(run for name in other_timed for run in make_timed_runs(STEPS, probe=name, **fields)),
    ]


def write_evidence(runs: Iterable[Run], file: Path) -> Path:
    """Write runs as an evidence file and return its path."""
    file.write_text("".join(run.to_json() + "\n" for run in runs), encoding="utf-8")
    return file
