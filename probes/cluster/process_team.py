"""Workers that are processes of this machine: by themselves, or as the near ends of what a scheduler starts on its nodes."""

from __future__ import annotations

import contextlib
import ctypes
import json
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from probes.cluster import agent
from probes.cluster.launcher import FIRST_ANSWER_SECONDS, ClusterError, Ended

LAST_LINES = 10
STOPPING_SECONDS = agent.GRACE_SECONDS + 1.0
Command = Callable[[int, Sequence[str]], list[str]]
"""Rank and a command → the command that runs it on the node of that rank."""


class ProcessTeam:
    """One process per rank, each the near end of an agent.

    Args:
        command: wraps the agent's command for a rank.
        python: the interpreter on the nodes.
        packed: the probes.
        address: how the agents find their address: "local", or by their host's "name".
        lost: the word for how the node of a worker was lost, in the last lines of one that did not tell its end; empty where it was not.
        release: called when the nodes are given back.
    """

    def __init__(
        self,
        count: int,
        command: Command,
        python: str,
        packed: bytes,
        address: str = "local",
        lost: Callable[[str], str] = lambda printed: "",
        release: Callable[[], None] = lambda: None,
    ) -> None:
        self._count, self._command, self._python, self._packed = count, command, python, packed
        self._lost, self._release, self._address = lost, release, address
        self._arrived: queue.Queue[tuple[int, str | Ended]] = queue.Queue()
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def addresses(self) -> list[tuple[str, int]]:
        """Return where each rank can be reached."""
        printed = [self.ask(rank, {"address": self._address}) for rank in range(self._count)]
        if wrong := [line for line in printed if not line.startswith("[")]:
            raise ClusterError("no-answer", wrong[0])
        return [tuple(json.loads(line)) for line in printed]

    def ask(self, rank: int, order: Mapping[str, Any], seconds: float = FIRST_ANSWER_SECONDS) -> str:
        """Return the last line that an agent prints for an order, or what went wrong on the way there."""
        process = self._open(rank, order)
        try:
            printed, _ = process.communicate(self._packed, seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return ""
        lines = printed.decode(errors="replace").splitlines()
        return next((line for line in reversed(lines) if line.strip() and not line.startswith(agent.EXIT)), "")

    def start(self, rank: int, arguments: Sequence[str], environment: Mapping[str, str] = {}) -> None:
        """Start the worker of a rank."""
        process = self._open(rank, {"arguments": list(arguments), "environment": dict(environment)})
        self._processes[rank] = process
        threading.Thread(target=self._listen, args=[rank, process], daemon=True).start()

    def _open(self, rank: int, order: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        """Start an agent, whose packed probes are still to be written."""
        source = Path(agent.__file__).read_text("utf-8")
        libc = ctypes.CDLL(None)
        return subprocess.Popen(
            self._command(rank, [self._python, "-c", source, json.dumps(order)]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: libc.prctl(agent.PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0),
        )

    def _listen(self, rank: int, process: subprocess.Popen[bytes]) -> None:
        """Hand on the lines of one worker."""
        assert process.stdin is not None and process.stdout is not None
        with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write(self._packed)
        last, ended = deque[str](maxlen=LAST_LINES), False
        for line in process.stdout:
            text = line.decode(errors="replace").rstrip("\n")
            if text.startswith(agent.EXIT):
                ended = True
                continue
            last.append(text)
            self._arrived.put((rank, text))
        status = process.wait()
        lost = "" if ended else self._lost("\n".join(last))
        if not ended and status == 0:  # as srun may where a node fails
            lost = lost or "no answer"
        self._arrived.put((rank, Ended(None, lost) if lost else Ended(status, last[-1] if last else "")))

    def lines(self, seconds: float) -> Iterator[tuple[int, str | Ended]]:
        """Yield what has come."""
        with contextlib.suppress(queue.Empty):
            yield self._arrived.get(timeout=seconds)
            while True:
                yield self._arrived.get_nowait()

    def stop(self) -> None:
        """End every worker."""
        until = time.monotonic() + STOPPING_SECONDS
        for process in self._processes.values():
            if process.poll() is None:
                process.send_signal(agent.STOP)
        for process in self._processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - time.monotonic()))
            if process.poll() is None:
                process.kill()

    def release(self) -> None:
        """Give the nodes back."""
        self.stop()
        self._release()


class ReadyRequest:
    """A team that nobody has to wait for, as an engine's request for nodes (see `probes.cluster.launcher.Request`)."""

    def __init__(self, team: ProcessTeam) -> None:
        self._team = team

    def team(self, seconds: float) -> ProcessTeam:
        """Return the workers."""
        return self._team

    def withdraw(self) -> None:
        """Nothing was queued for."""
