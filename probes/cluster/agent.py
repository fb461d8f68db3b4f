"""What runs on a node: it unpacks the probes, starts one fresh process at a time, and hands on what that prints.

Standard library only, and this file alone: it travels inside Ray's message, or as the program that srun starts.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import fcntl
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 3.0
EXIT = '{"event": "exit"'
"""How the line begins that tells the exit status of a process."""
STOP = signal.SIGUSR1
"""What an agent is told to stop by: srun hands it on, while SIGINT and SIGTERM make it kill what it has started."""
STARTED_FROM = "SLURM_LAUNCH_NODE_IPADDR"
LOOPBACK = "127.0.0.1"
OTHER_PROBES = ("PYTHONPATH", "PYTHONSAFEPATH")
"""Variables by which another package `probes` than the unpacked one would be found."""


class Agent:
    """A folder with the unpacked probes, and the process that works in it.

    Args:
        packed: a zip file.
    """

    def __init__(self, packed: bytes) -> None:
        self.place = Path(
            tempfile.mkdtemp(prefix="advise-probe-")
        ).resolve()  # swept by the next measurement should this be killed
        self._lock = os.open(self.place, os.O_RDONLY | os.O_CLOEXEC)
        with contextlib.suppress(OSError):
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        zipfile.ZipFile(io.BytesIO(packed)).extractall(self.place)
        self._lines: collections.deque[str] = collections.deque()
        self._arrived = threading.Condition()
        self._process: subprocess.Popen[str] | None = None
        # The lock of this machine must not lie in a home that all nodes share.
        self._own = {"XDG_STATE_HOME": str(Path(tempfile.gettempdir()) / f"framework-advisor-{os.geteuid()}")}

    def look(self, seconds: float) -> dict[str, Any] | str:
        """Return what `probes.cluster.look` says of this node, or what it printed instead within so many seconds."""
        self.start(["-m", "probes.cluster.look"], {})
        lines: list[str] = []
        until = time.monotonic() + seconds
        while time.monotonic() < until and not any(line.startswith(EXIT) for line in lines):
            lines += self.poll(1.0)
        seen = [line for line in lines if line.startswith('{"machine"')]
        printed = [line for line in lines if line.strip() and not line.startswith(EXIT)]
        return json.loads(seen[0]) if seen else (printed or ["no answer"])[-1][:200]

    def address(self, host: str = "") -> tuple[str, int]:
        """Return a host, by default the one by which Ray knows this node, with a port that is free on it."""
        host = host or str(sys.modules["ray"].util.get_node_ip_address())
        with socket.socket() as listener:
            listener.bind(("", 0))
            return host, listener.getsockname()[1]

    def start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start this node's Python in the folder; what was started before has ended."""
        libc = ctypes.CDLL(None)
        inherited = {name: value for name, value in os.environ.items() if name not in OTHER_PROBES}

        def begin_clean() -> None:
            """Undo what Ray and background shells do to signals, and end with the agent."""
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGQUIT, signal.SIG_DFL)
            signal.signal(STOP, signal.SIG_IGN)  # srun hands it to everything on the node
            libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)

        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.place,
            env={**inherited, **self._own, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=begin_clean,
        )
        self._process = process
        threading.Thread(target=self._listen, args=[process], daemon=True).start()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        """Collect the lines of the process; the last one is a JSON object that tells its exit status."""
        assert process.stdout is not None
        for line in process.stdout:
            self._add(line)
        self._add(json.dumps({"event": "exit", "status": process.wait()}))

    def _add(self, line: str) -> None:
        with self._arrived:
            self._lines.append(line.rstrip("\n"))
            self._arrived.notify_all()

    def poll(self, seconds: float) -> list[str]:
        """Return the lines that have come, waiting for the first one for so many seconds."""
        with self._arrived:
            if not self._lines:
                self._arrived.wait(seconds)
            lines = list(self._lines)
            self._lines.clear()
        return lines

    def hand_on(self) -> int:
        """Print what the process says until it has ended, at last how it ended; return its exit status."""
        while True:
            for line in self.poll(60.0):
                say(line)
                if line.startswith(EXIT):
                    return int(json.loads(line)["status"])

    def stop(self) -> None:
        """End the process as Ctrl-C does, and if that does not help by SIGKILL."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        for number, seconds in ((signal.SIGINT, GRACE_SECONDS), (signal.SIGKILL, None)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
                return

    def close(self) -> None:
        """End the process and remove the folder."""
        self.stop()
        shutil.rmtree(self.place, ignore_errors=True)
        os.close(self._lock)


def main() -> int:
    """Be the agent of one process: the packed probes come on standard input, what to start as JSON in the first argument."""
    order = json.loads(sys.argv[1])

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(STOP, interrupt)
    agent = Agent(sys.stdin.buffer.read())
    try:
        if order.get("address"):
            say(json.dumps(agent.address(LOOPBACK if order["address"] == "local" else own_address())))
            return 0
        agent.start(order["arguments"], order["environment"])
        try:
            return agent.hand_on()
        except KeyboardInterrupt:
            agent.stop()
            return agent.hand_on()
    except KeyboardInterrupt:
        return 130
    finally:
        agent.close()


def own_address() -> str:
    """Return the address by which the node that started this one reaches it; its own name may stand for the loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.connect((os.environ.get(STARTED_FROM) or socket.gethostname(), 9))  # sends nothing
        return str(asker.getsockname()[0])


def say(line: str) -> None:
    """Write a line."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
