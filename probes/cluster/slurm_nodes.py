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
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from probes.cluster.agent import PR_SET_PDEATHSIG
from probes.cluster.launcher import FIRST_ANSWER_SECONDS, ClusterError, Node
from probes.cluster.process_team import ProcessTeam, ReadyRequest

FIELDS = ("node", "features", "cpus", "sockets", "cores", "memory", "gres", "partition", "state")
FORMAT = "%N|%f|%c|%X|%Y|%m|%G|%R|%T"
LIVING = ("idle", "planned", "mixed", "completing", "allocated")
"""States of nodes that run jobs, the freest first."""
PROGRAM_SECONDS = 20.0
"""For a program of SLURM that only tells something."""
VERSION = re.compile(r"\d+(\.\d+)+")
PLACES = re.compile(r"\([^)]*\)")
"""What SLURM says of where a GPU is, which is no part of what is asked for."""
GRANTED = re.compile(rb"Granted job allocation (\d+)")
BUSY = re.compile(r"Requested nodes are busy|Pending job allocation|queued and waiting")
LOST = re.compile(r"node failure|NODE FAIL|Communication connection failure|Zero Bytes were transmitted", re.IGNORECASE)
"""What srun prints where a node no longer answers."""
WHOLE = {"usable_cores": "CPU", "physical_cores": "cores", "memory_mb": "memory_mb"}
"""Fact → the resource of a node that it is of the whole of."""


class SlurmNodes:
    """A SLURM cluster, or one partition of it.

    Args:
        partition: its name; empty for those that SLURM itself would choose.
        packed: the probes.
        patience: seconds to wait for a free place on a node of each sort, to ask it what it is.

    Raises:
        ClusterError: there is no SLURM here, no such partition, or no answer.
    """

    name = "slurm"
    is_open = False

    def __init__(self, partition: str, packed: bytes, patience: float) -> None:
        for program in ("sinfo", "salloc", "srun"):
            if shutil.which(program) is None:
                raise ClusterError("no-slurm", program)
        self._in_partition, self._packed = (["-p", partition] if partition else []), packed
        self._job = os.environ.get("SLURM_JOB_ID", "")
        self._patience = max(1.0, patience)
        version = VERSION.search(asked("sinfo", "--version"))
        self.version = version[0] if version else ""
        if partition and not asked("sinfo", "-h", "-p", partition, "-o", "%R"):
            raise ClusterError("no-partition", partition)

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
        groups = _alike(nodes)
        with ThreadPoolExecutor(max_workers=len(groups) or 1) as pool:
            answers = list(pool.map(lambda alike: self._look_at(alike[0]), groups))
        seen: dict[str, dict[str, Any] | str] = {}
        for alike, answer in zip(groups, answers, strict=True):
            for node in alike:
                own_boot = {"boot": answer["boot"] if node is alike[0] else node.id} if isinstance(answer, dict) else {}
                seen[node.id] = {**answer, **own_boot} if isinstance(answer, dict) else answer
        return seen

    def _look_at(self, node: Node) -> dict[str, Any] | str:
        """Return what a node says of itself, or why it does not; of the part of it that is shared SLURM knows the whole."""
        beside = [f"--jobid={self._job}"] if self._job else [*self._in_partition, f"--immediate={self._patience:.0f}"]
        order = {"arguments": ["-m", "probes.cluster.look"], "environment": {}}
        printed = self._team([node], beside).ask(0, order, FIRST_ANSWER_SECONDS + self._patience)
        if not printed.startswith('{"machine"'):
            return "busy" if BUSY.search(printed) else printed or "no answer"
        answer: dict[str, Any] = json.loads(printed)
        machine = answer["machine"]
        for fact, resource in WHOLE.items() if not self._job else ():  # an allocation may have a part of a node
            machine[fact] = max(machine[fact], int(node.resources[resource]))
        return answer

    def request(self, nodes: Sequence[Node]) -> SlurmRequest | ReadyRequest:
        """Ask for nodes whole, by an allocation that ends when this program does."""
        if self._job:
            return ReadyRequest(self._team(nodes, [f"--jobid={self._job}"]))
        libc = ctypes.CDLL(None)
        holder = subprocess.Popen(
            ["salloc", f"-N{len(nodes)}", "--exclusive", "--mem=0", *_gres(nodes[0]), "-w", ",".join(node.id for node in nodes),
             *self._in_partition, "cat"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0),
        )  # fmt: skip
        return SlurmRequest(holder, lambda job: self._team(nodes, [f"--jobid={job}"], lambda: _end(holder)))

    def _team(self, nodes: Sequence[Node], options: Sequence[str], release: Any = lambda: None) -> ProcessTeam:
        """Return workers that srun starts on these nodes; a step has all of what its job has of its node."""

        def command(rank: int, inner: Sequence[str]) -> list[str]:
            """Return the command that runs another on the node of a rank."""
            gpus = [] if self._job else _gres(nodes[rank])
            return [
                "srun",
                *options,
                "--overlap",
                "--cpu-bind=none",
                *gpus,
                "-N1",
                "-n1",
                "-u",
                "-w",
                nodes[rank].id,
                *inner,
            ]

        return ProcessTeam(
            len(nodes),
            command,
            sys.executable,
            self._packed,
            "name",
            lost_word,
            release,
        )

    def close(self) -> None:
        """Leave nothing behind: what was allocated ends with what held it."""


class SlurmRequest:
    """An allocation that may still be queued.

    Args:
        holder: the salloc that waits for it.
        team: job number → the workers in it.
    """

    def __init__(self, holder: subprocess.Popen[bytes], team: Callable[[str], ProcessTeam]) -> None:
        self._holder, self._make_team, self._heard = holder, team, b""
        assert holder.stderr is not None
        os.set_blocking(holder.stderr.fileno(), False)

    def team(self, seconds: float) -> ProcessTeam | None:
        """Return the workers once the job is granted."""
        assert self._holder.stderr is not None
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._heard += self._holder.stderr.read() or b""
            if match := GRANTED.search(self._heard):
                return self._make_team(match[1].decode())
            if self._holder.poll() is not None and not BUSY.search(self._heard.decode(errors="replace")):
                raise ClusterError("slurm-failed", self._heard.decode(errors="replace").strip().split("\n")[-1])
            time.sleep(0.1)
        return None

    def withdraw(self) -> None:
        """Take the job out of the queue."""
        _end(self._holder)


def asked(*command: str) -> str:
    """Return what a program of SLURM prints.

    Raises:
        ClusterError: it fails, or does not answer.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PROGRAM_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise ClusterError("slurm-failed", f"{command[0]} does not answer") from None
    if done.returncode:
        raise ClusterError("slurm-failed", done.stderr.strip().split("\n")[-1])
    return done.stdout


def lost_word(printed: str) -> str:
    """Return what srun says of a node that no longer answers, without its name; empty where it says nothing of the kind."""
    match = LOST.search(printed)
    return match[0].casefold() if match else ""


def parse_sinfo(text: str) -> list[Node]:
    """Return the living nodes that `sinfo -N -o FORMAT` lists, each once, the freest first."""
    nodes: dict[str, Node] = {}
    freedom: dict[str, int] = {}
    for line in text.splitlines():
        row = dict(zip(FIELDS, line.split("|"), strict=False))
        state = row.get("state", "").rstrip("*+~#!%$@^-")
        if state not in LIVING or "*" in row["state"]:
            continue
        features = [] if row["features"] == "(null)" else row["features"].split(",")
        labels = {"features": "+".join(features), "partition": row["partition"], "gres": row["gres"]}
        numbers = {name: float(row[name].rstrip("+")) for name in ("cpus", "sockets", "cores", "memory")}
        resources: Mapping[str, float] = {
            "CPU": numbers["cpus"], "cores": numbers["sockets"] * numbers["cores"], "memory_mb": numbers["memory"]
        }  # fmt: skip
        freedom[row["node"]] = LIVING.index(state)
        nodes.setdefault(row["node"], Node(row["node"], resources, labels | dict.fromkeys(features, "yes")))
    return sorted(nodes.values(), key=lambda node: freedom[node.id])


def _alike(nodes: Sequence[Node]) -> list[list[Node]]:
    """Return the nodes in groups of those that SLURM describes alike."""
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        described = {**node.labels, "partition": ""}
        groups.setdefault(json.dumps([dict(node.resources), described], sort_keys=True), []).append(node)
    return list(groups.values())


def _gres(node: Node) -> list[str]:
    """Return the option by which srun and salloc give all GPUs of a node."""
    gpus = [PLACES.sub("", each) for each in node.labels.get("gres", "").split(",") if each.startswith("gpu")]
    return [f"--gres={','.join(gpus)}"] if gpus else []


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
