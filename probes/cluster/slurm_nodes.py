"""SLURM as an engine: salloc holds whole nodes, srun starts the agents; no package of Python is needed.

Inside an allocation (`SLURM_JOB_ID` is set) its nodes are used, and nothing is queued.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from probes.cluster.agent import PR_SET_PDEATHSIG
from probes.cluster.launcher import ClusterError, Node
from probes.cluster.process_team import ProcessTeam

FIELDS = ("node", "features", "cpus", "memory", "gres", "partition", "state")
FORMAT = "%N|%f|%c|%m|%G|%R|%T"
LIVING = ("idle", "mixed", "allocated", "completing")
ASKING_SECONDS = 20.0
GRANTED = re.compile(rb"Granted job allocation (\d+)")
LOST = re.compile(r"node failure|NODE FAIL|Communication connection failure|Zero Bytes were transmitted", re.IGNORECASE)
"""What srun prints where a node no longer answers."""


class SlurmNodes:
    """A SLURM cluster, or one partition of it.

    Args:
        partition: its name; empty for those that SLURM itself would choose.
        packed: the probes.

    Raises:
        ClusterError: there is no SLURM here, or it does not answer.
    """

    name = "slurm"
    is_open = False

    def __init__(self, partition: str, packed: bytes) -> None:
        for program in ("sinfo", "salloc", "srun"):
            if shutil.which(program) is None:
                raise ClusterError("no-slurm", program)
        self._in_partition, self._packed = (["-p", partition] if partition else []), packed
        self._job = os.environ.get("SLURM_JOB_ID", "")
        self.version = asked("sinfo", "--version").removeprefix("slurm ").strip()

    def nodes(self) -> list[Node]:
        """Return the nodes that are up; inside an allocation those of it."""
        options = self._in_partition
        if self._job:
            options = [*options, "-n", os.environ.get("SLURM_JOB_NODELIST", "")]
        return parse_sinfo(asked("sinfo", "-h", "-N", "-o", FORMAT, *options))

    def look(self, nodes: Sequence[Node]) -> dict[str, dict[str, Any] | str]:
        """Return what one node of each row of `sinfo` says of itself; it shares the node and takes one processor for it.

        Nodes that SLURM describes alike are believed to be alike, but not to be one machine.
        """
        seen: dict[str, dict[str, Any] | str] = {}
        for alike in _alike(nodes):
            beside = ["--overlap"] if self._job else [*self._in_partition, f"--immediate={int(ASKING_SECONDS)}"]
            team = self._team(alike[:1], beside)
            printed = team.ask(0, {"arguments": ["-m", "probes.cluster.look"], "environment": {}})
            answer = json.loads(printed) if printed.startswith('{"machine"') else printed or "no answer"
            for node in alike:
                own_boot = {"boot": answer["boot"] if node is alike[0] else node.id} if isinstance(answer, dict) else {}
                seen[node.id] = {**answer, **own_boot} if isinstance(answer, dict) else answer
        return seen

    def reserve(self, nodes: Sequence[Node], patience: float) -> ProcessTeam | None:
        """Reserve nodes whole by an allocation that ends when this program does; None where they are not free in time."""
        if self._job:
            return self._team(nodes, [f"--jobid={self._job}", "--exact"])
        libc = ctypes.CDLL(None)
        holder = subprocess.Popen(
            ["salloc", f"-N{len(nodes)}", "--exclusive", "-w", ",".join(node.id for node in nodes),
             *self._in_partition, "cat"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0),
        )  # fmt: skip
        job = _granted_job(holder, patience)
        if not job:
            _end(holder)
            return None
        return self._team(nodes, [f"--jobid={job}", "--exact"], lambda: _end(holder))

    def _team(self, nodes: Sequence[Node], options: Sequence[str], release: Any = lambda: None) -> ProcessTeam:
        """Return workers that srun starts on these nodes."""

        def command(rank: int, inner: Sequence[str]) -> list[str]:
            """Return the command that runs another on the node of a rank."""
            return ["srun", *options, "-N1", "-n1", "-u", "-w", nodes[rank].id, *inner]

        return ProcessTeam(
            len(nodes),
            command,
            sys.executable,
            self._packed,
            "name",
            lambda printed: bool(LOST.search(printed)),
            release,
        )

    def close(self) -> None:
        """Leave nothing behind: what was allocated ends with what held it."""


def asked(*command: str) -> str:
    """Return what a program of SLURM prints.

    Raises:
        ClusterError: it fails, or does not answer.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ASKING_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise ClusterError("slurm-failed", f"{command[0]} does not answer") from None
    if done.returncode:
        raise ClusterError("slurm-failed", done.stderr.strip().split("\n")[-1])
    return done.stdout


def parse_sinfo(text: str) -> list[Node]:
    """Return the living nodes that `sinfo -N -o FORMAT` lists, each once."""
    nodes: dict[str, Node] = {}
    for line in text.splitlines():
        row = dict(zip(FIELDS, line.split("|"), strict=False))
        if len(row) < len(FIELDS) or row["state"].rstrip("*+~#!%$@^-") not in LIVING or "*" in row["state"]:
            continue
        features = [] if row["features"] == "(null)" else row["features"].split(",")
        labels = {"features": "+".join(features), "partition": row["partition"], "gres": row["gres"]}
        resources: Mapping[str, float] = {"CPU": float(row["cpus"]), "memory_mb": float(row["memory"].rstrip("+"))}
        nodes.setdefault(row["node"], Node(row["node"], resources, labels | dict.fromkeys(features, "yes")))
    return list(nodes.values())


def _alike(nodes: Sequence[Node]) -> list[list[Node]]:
    """Return the nodes in groups of those that SLURM describes alike."""
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        described = {**node.labels, "partition": ""}
        groups.setdefault(json.dumps([dict(node.resources), described], sort_keys=True), []).append(node)
    return list(groups.values())


def _granted_job(holder: subprocess.Popen[bytes], patience: float) -> str:
    """Return the number of the job that was allocated; empty where it is not within so many seconds."""
    assert holder.stderr is not None
    os.set_blocking(holder.stderr.fileno(), False)
    heard, until = b"", time.monotonic() + max(patience, 1.0)
    while time.monotonic() < until and holder.poll() is None:
        heard += holder.stderr.read() or b""
        if match := GRANTED.search(heard):
            return match[1].decode()
        time.sleep(0.1)
    return ""


def _end(holder: subprocess.Popen[bytes]) -> None:
    """End an allocation: by the end of what it waits for, and a request that is still queued by a signal."""
    assert holder.stdin is not None
    with contextlib.suppress(OSError):
        holder.stdin.close()
    holder.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        holder.wait(5)
    if holder.poll() is None:
        holder.kill()
