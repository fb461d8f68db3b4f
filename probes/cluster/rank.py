"""`python -m probes.cluster.rank ORDER`: one rank of a job on several nodes; what it finds comes as JSON lines.

When it has done its part it says so and waits to be ended: a rank that leaves takes others with it.

One framework per process, which is the rule of this tower: what must not be picked up is blocked before the first import.
"""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import re
import signal
import socket
import struct
import sys
from typing import Any

from probes.candidates import find_candidate
from probes.child.stack import imported_versions, pin_to_cpus
from probes.job import Unsupported
from probes.machine.system import worker_cpus

SIOCGIFADDR = 0x8915
LOOPBACK = "127."
ADDRESS = re.compile(r"\[?(\d{1,3}\.){3}\d{1,3}\]?(:\d+)?")
"""What a framework's message must not tell of the cluster."""


def main() -> None:
    """Do what the order says, and wait; after an error leave without the frameworks' own teardown, which may hang."""
    order = json.loads(sys.argv[1])
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # not an exception that looks like a framework's
    try:
        for message in _work(order):
            say(message)
        say({"done": True, "versions": imported_versions(list(find_candidate(order["candidate"]).frameworks))})
        signal.pause()
    except BaseException as error:  # whatever a framework raises when it loses its peers
        say({"error": type(error).__name__, "why": _why(error, order)[:400]})
        sys.stdout.flush()
        os._exit(3)


def _work(order: dict[str, Any]) -> Any:
    """Import the framework and begin with the task."""
    from probes.cluster_scaling.task import Place

    candidate = find_candidate(order["candidate"])
    host = order["addresses"][order["place"]].rpartition(":")[0]
    if name := interface_of(host):
        os.environ |= {"GLOO_SOCKET_IFNAME": name, "NCCL_SOCKET_IFNAME": name}
    pin_to_cpus(worker_cpus())
    for name in candidate.blocks:
        sys.modules[name] = None  # type: ignore[assignment]  # an import of it now raises ImportError
    for name in candidate.imports:
        importlib.import_module(name)
    candidate.engine.set_threads(order["threads"])
    candidate.engine.use_cpu()
    task = importlib.import_module(f"probes.{order['probe']}.task")
    framework = importlib.import_module(f"probes.{order['probe']}.on_{candidate.file}")
    place = Place(order["place"], tuple(order["addresses"]), order["seconds"])
    return task.work(framework, place, order)


def _why(error: BaseException, order: dict[str, Any]) -> str:
    """Return what went wrong; where it can only be that this node's name does not resolve, say that."""
    try:
        own = socket.gethostbyname(socket.gethostname())
    except OSError:
        own = ""
    elsewhere = not order["addresses"][order["place"]].startswith(LOOPBACK)
    hint = ""
    if elsewhere and not isinstance(error, Unsupported) and (not own or own.startswith(LOOPBACK)):
        hint = "; this node's own name does not resolve to its address, which gloo needs (add it to /etc/hosts)"
    return ADDRESS.sub("a peer", f"{error}".replace("\n", " "))[:250] + hint


def interface_of(address: str) -> str:
    """Return the name of the network interface that has an IPv4 address; empty where none has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asker.fileno(), SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:
                continue
            if socket.inet_ntoa(answer[20:24]) == address:
                return name
    return ""


def say(message: dict[str, Any]) -> None:
    """Write one message."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
