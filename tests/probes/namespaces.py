"""Machines that are namespaces of this one, on one switch: own network, processes, host name and `/tmp`; they end with this program.

They show how clusters behave, never how fast they are: all of them are one machine, and share its boot id.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

SPACES = ("--net", "--pid", "--mount", "--uts")
PR_SET_PDEATHSIG = 1
NETWORK = "10.77.0"
NOBODY: Mapping[str, str] = {}
BOOT = "/proc/sys/kernel/random/boot_id"


def why_no_namespaces() -> str:
    """Return why there are no such machines here; empty where there are."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "namespaces need root on Linux"
    tried = subprocess.run(["unshare", *SPACES, "--fork", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "namespaces are forbidden here"


class Machine:
    """One machine: what is started by it ends when its power is cut.

    Args:
        folder: for its `/tmp`; it lies outside of `/tmp`.
        number: the last part of its address.
        names: every host name of the network, with its address; what this machine knows by name.
        own_boot: whether it passes for a machine where times are taken: it claims a boot of its own, and keeps to one processor.
    """

    def __init__(
        self, folder: Path, name: str, number: int, names: Mapping[str, str] = NOBODY, own_boot: bool = False
    ) -> None:
        self.name, self.address, self.tmp = name, f"{NETWORK}.{number}", folder / name
        self.tmp.mkdir()
        here = sorted(os.sched_getaffinity(0))
        self._processor = here[number % len(here)] if own_boot else None
        hosts = folder / f"{name}.hosts"
        hosts.write_text("".join(f"{at} {each}\n" for each, at in {"localhost": "127.0.0.1", **names}.items()))
        boot = folder / f"{name}.boot"
        boot.write_text(f"{uuid.uuid4()}\n")
        mounts = {self.tmp: "/tmp", hosts: "/etc/hosts"} | ({boot: BOOT} if own_boot else {})
        steps = [f"hostname {name}", *(f"mount --bind {source} {place}" for source, place in mounts.items())]
        setting_up = " && ".join(
            [*steps, "ip link set lo up", "echo up", "sleep infinity & wait"]
        )  # waits for orphans as well
        self._outer = subprocess.Popen(
            ["unshare", *SPACES, "--fork", "--kill-child", "--mount-proc", "sh", "-c", setting_up],
            stdout=subprocess.PIPE, text=True, preexec_fn=_end_with_this_program,
        )  # fmt: skip
        assert self._outer.stdout is not None
        assert self._outer.stdout.readline() == "up\n", f"{name} did not start"
        children = Path(f"/proc/{self._outer.pid}/task/{self._outer.pid}/children")
        self.init = int(children.read_text().split()[0])
        self._started: list[subprocess.Popen[bytes]] = []

    def command(self, *command: str) -> list[str]:
        """Return what runs a command on this machine."""
        enter = ["nsenter", "-t", str(self.init), "-n", "-p", "-m", "-u"]
        return [*enter, *(["taskset", "-c", str(self._processor)] if self._processor is not None else []), *command]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command on this machine and wait for it."""
        return subprocess.run(self.command(*command), capture_output=True, text=True, check=False)

    def network(self, *command: str) -> None:
        """Change the network of this machine."""
        done = subprocess.run(
            ["nsenter", "-t", str(self.init), "-n", *command], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"

    def start(self, command: Sequence[str], variables: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
        """Start a daemon on this machine."""
        with log.open("ab") as out:
            process = subprocess.Popen(
                self.command(*command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(variables),
            )
        self._started.append(process)
        return process

    @property
    def is_on(self) -> bool:
        """Whether its power was not cut."""
        return self._outer.poll() is None

    def power_off(self) -> None:
        """End everything on this machine at once, without a word to anybody."""
        self._outer.kill()
        self._outer.wait()
        for process in self._started:
            process.wait()


class Network:
    """Machines on one switch.

    Args:
        names: of the machines.
        unknown: those whose own name nobody can resolve.
        own_boots: see `Machine`.
    """

    def __init__(self, *names: str, unknown: Sequence[str] = (), own_boots: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="advise-net-", dir="/var/tmp", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        self._switch = Machine(self.folder, "switch", 254)
        self._switch.network("ip", "link", "add", "br0", "type", "bridge")
        self._switch.network("ip", "link", "set", "br0", "up")
        known = {name: f"{NETWORK}.{number}" for number, name in enumerate(names, 1) if name not in unknown}
        self.machines: dict[str, Machine] = {}
        for number, name in enumerate(names, 1):
            machine = self.machines[name] = Machine(self.folder, name, number, known, own_boots)
            peer = ["type", "veth", "peer", "name", "eth0", "netns", str(machine.init)]
            self._switch.network("ip", "link", "add", f"to-{name}", *peer)
            self._switch.network("ip", "link", "set", f"to-{name}", "master", "br0", "up")
            machine.network("ip", "addr", "add", f"{machine.address}/24", "dev", "eth0")
            machine.network("ip", "link", "set", "eth0", "up")

    def __getitem__(self, name: str) -> Machine:
        return self.machines[name]

    def processes(self) -> Iterator[tuple[int, str]]:
        """Yield the id and the working folder of every process on these machines."""
        spaces = {
            Path(f"/proc/{machine.init}/ns/pid").readlink() for machine in self.machines.values() if machine.is_on
        }
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (folder / "ns/pid").readlink() in spaces:
                    yield int(folder.name), str((folder / "cwd").readlink())

    def pull_cable(self, name: str) -> None:
        """Cut a machine off: nothing is refused, nothing arrives."""
        self._switch.network("ip", "link", "set", f"to-{name}", "down")

    def plug_in(self, name: str) -> None:
        """Undo that."""
        self._switch.network("ip", "link", "set", f"to-{name}", "up")

    def limit(self, name: str, mbit: float) -> None:
        """Let no more than so many Mbit/s through the cable of a machine, in each direction."""
        shape = ["root", "tbf", "rate", f"{mbit:g}mbit", "burst", "64kb", "latency", "400ms"]
        self._switch.network("tc", "qdisc", "replace", "dev", f"to-{name}", *shape)
        self[name].network("tc", "qdisc", "replace", "dev", "eth0", *shape)

    def close(self) -> None:
        """End every machine and the switch."""
        for machine in [*self.machines.values(), self._switch]:
            machine.power_off()
        self._folder.cleanup()

    def __enter__(self) -> Network:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _end_with_this_program() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
