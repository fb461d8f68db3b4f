"""What a user of a real cluster types on its head, and what is left of it there and on the nodes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from namespaces import Network

ROOT = Path(__file__).parents[2]
LONGEST_SECONDS = 1200.0


class RealCluster:
    """A cluster on the machines of a network, used from the one that is called `head`.

    Attributes:
        address, label, options: what `advise` is given to use it and to tell its nodes apart.
        variables: of whatever is started on its machines.
    """

    address = label = ""
    options: tuple[str, ...] = ()

    def __init__(self, network: Network, variables: Mapping[str, str]) -> None:
        self.network = network
        own = {f"XDG_{name}_HOME": str(network.folder / name) for name in ("DATA", "STATE", "CACHE")}
        unset = ("TMPDIR", "SLURM", "RAY_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
        self.variables = {**inherited, **own, **variables}

    def start_node(self, name: str) -> None:
        """Start what makes a machine a node."""
        raise NotImplementedError

    def advise(self, *arguments: str, **variables: str) -> Command:
        """Start `advise` on the head."""
        command = [sys.executable, "-m", "advisor", *arguments, "--cluster", self.address, *self.options]
        return Command(self.network["head"].command(*command), {**self.variables, "PYTHONPATH": str(ROOT), **variables})

    def workers(self) -> list[int]:
        """Return the processes that still work on probes on any machine."""
        return [pid for pid, cwd in self.network.processes() if "advise-probe-" in cwd]


class Command:
    """`advise` as it runs: what it said on standard error is kept with its time."""

    def __init__(self, command: list[str], variables: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(variables)
        )  # fmt: skip
        self.begin, self.said = time.monotonic(), list[str]()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.said.append(line)

    def wait_for(self, said: str, times: int = 1) -> None:
        """Wait until lines with a text have come."""
        assert self._process.stderr is not None
        until = time.monotonic() + 120
        while sum(said in line for line in self.said) < times:
            assert self._process.poll() is None and time.monotonic() < until, self.said
            time.sleep(0.1)

    def signal(self, number: int) -> None:
        """Send a signal to the command itself, not to what put it on its machine."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        os.kill(int(children.read_text().split()[0]), number)

    def end(self) -> tuple[int, str, str, float]:
        """Return exit code, both outputs, and the seconds since it was started."""
        assert self._process.stdout is not None
        watch = threading.Timer(LONGEST_SECONDS, self._process.kill)
        watch.start()
        out = self._process.stdout.read()
        code = self._process.wait()
        watch.cancel()
        self._reader.join()
        return code, out, "".join(self.said), time.monotonic() - self.begin


def runs_of(out: str) -> list[dict[str, Any]]:
    """Return the runs that were printed as JSON."""
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def wait_until(true: Callable[[], object], seconds: float, what: str) -> None:
    """Wait until a function returns something true; fail when the time is over."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, what
        time.sleep(0.2)
