"""Two workers, one of which is killed, and the watch over the other."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.child.ranks import free_ports
from probes.child.subcall import Answer, Call

STEPS_TOGETHER, MORE_STEPS = 5, 200
MEETING_SECONDS, PATIENCE_SECONDS = 45.0, 30.0


@dataclass(frozen=True)
class Task:
    """One worker's batch, features (8, 4) and targets (8, 1), ones."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]

    def measure(self, module: str, api: str) -> dict[str, Any]:
        """Start `work(rank, ports, meeting)` of a module twice, and judge what rank 0 does when rank 1 is killed.

        Raises:
            RuntimeError: the workers did not train together before that.
        """
        arguments = {"ports": free_ports(2), "meeting": (Path.cwd() / "meeting").as_uri()}
        survivor, peer = (Call(f"{module}:work", {"rank": rank} | arguments, normal_exit=True) for rank in (0, 1))
        try:
            status = peer.process.wait(MEETING_SECONDS)
        except subprocess.TimeoutExpired:
            status = 0
        if status != -signal.SIGKILL:
            survivor.end()
            peer_answer = peer.wait_for_answer(0.1)
            raise RuntimeError(f"the peer ended before its time: {peer_answer.error}: {peer_answer.why}")
        return {"api": api} | judge_survivor(survivor.wait_for_answer(PATIENCE_SECONDS), survivor)


def judge_survivor(answer: Answer, call: Call) -> dict[str, Any]:
    """Return the measures, from how the survivor ended."""
    seconds = {"survivor_seconds": max(0.01, round(call.waited_seconds, 2))}
    if answer.error == "Timeout":
        return {"survivor": "hangs"} | seconds
    if not answer.error:
        return {"survivor": "continues"} | seconds
    died = answer.error.startswith("SIG") or answer.error == "NoAnswer"
    outcome = "dies" if died else "errors" if answer.ended_itself else "errors-then-hangs"
    return {"survivor": outcome, "survivor_error": f"{answer.error}: {answer.why}"[:200]} | seconds


def kill_second_worker(rank: int, step: int) -> None:
    """End the second worker as an out-of-memory killer would, once both have trained together."""
    if rank == 1 and step == STEPS_TOGETHER:
        os.kill(os.getpid(), signal.SIGKILL)


STEPS = range(1, STEPS_TOGETHER + MORE_STEPS)


def make() -> Task:
    """Return the task."""
    return Task(np.ones((8, 4), np.float32), np.ones((8, 1), np.float32))
