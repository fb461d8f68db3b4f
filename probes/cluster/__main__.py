"""`python -m probes.cluster ADDRESS`: joins a cluster, describes it in JSON lines, measures what a line of stdin asks for.

It runs in the Python of the cluster, and needs nothing but the engine's own package there. It ends, and everything that it
has started with it, when its standard input is closed.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from probes.cluster.jobs import SeveralNodesSession
from probes.cluster.kinds import group_by_kind
from probes.cluster.launcher import ClusterError, Launcher
from probes.cluster.packing import packed_probes
from probes.cluster.sessions import find_kinds, run_sessions

PATIENCE_SECONDS = 20.0


def main() -> int:
    """Serve one order and return the exit status: 0, 3 where the cluster cannot be used, 130 after an interrupt."""
    parser = argparse.ArgumentParser(prog="python -m probes.cluster", description=__doc__)
    parser.add_argument(
        "address", help="ray:auto, ray:HOST:6379, ray://HOST:10001, slurm[:PARTITION] or local[:NUMBER]"
    )
    parser.add_argument("--label", action="append", default=[], help="a label of the nodes that tells kinds apart")
    parser.add_argument("--path", type=Path, help="a folder of the user's own probes that travels along")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE_SECONDS, help="seconds to wait for nodes that are busy"
    )
    options = parser.parse_args()
    launcher: Launcher | None = None
    try:
        launcher = join(options.address, packed_probes(options.path), options.patience)
        serve(launcher, options.label)
    except ClusterError as error:
        say({"event": "failed", "word": error.word, "why": error.why[:500]})
        return 3
    except KeyboardInterrupt:
        return 130
    finally:
        if launcher is not None:
            launcher.close()
    return 0


def join(address: str, packed: bytes, patience: float) -> Launcher:
    """Return the engine of an address, joined to its cluster; some wait for a free place to ask a node what it is.

    Raises:
        ClusterError: there is no such engine, it is not installed, or it does not let this program in.
    """
    engine, _, place = address.partition(":")
    if engine == "local":
        from probes.cluster.local_nodes import LocalNodes

        return LocalNodes(place, packed)
    if engine == "ray":
        try:
            from probes.cluster.ray_nodes import RayNodes
        except ModuleNotFoundError as error:
            raise ClusterError("no-ray", error.name or "") from None
        return RayNodes(address if place.startswith("//") else place or "auto", packed)
    if engine == "slurm":
        from probes.cluster.slurm_nodes import SlurmNodes

        return SlurmNodes(place, packed, patience)
    raise ClusterError("no-address", address)


def serve(launcher: Launcher, labels: list[str]) -> None:
    """Say what the cluster is, then carry out the order on standard input; none where that is closed."""
    nodes = launcher.nodes()
    seen = launcher.look(nodes)
    silent = [answer for answer in seen.values() if isinstance(answer, str)]
    heard = list(dict.fromkeys(silent))
    kinds = group_by_kind(nodes, seen, launcher.name, labels)
    cluster = {"engine": launcher.name, "version": launcher.version, "open": launcher.is_open, "nodes": len(nodes)}
    unknown = sorted(set(labels) - {key for node in nodes for key in node.labels})
    say({"event": "cluster", **cluster, "silent": heard[:5], "silent_nodes": len(silent), "unknown_labels": unknown})
    for entry in kinds:
        say({"event": "kind", **entry.to_json()})
    say({"event": "ready"})
    line = sys.stdin.readline()
    if not line:
        return
    threading.Thread(target=end_with_stdin, daemon=True).start()
    order = json.loads(line)
    chosen = find_kinds(kinds, order["kinds"])
    if order["arguments"]:
        run_sessions(launcher, chosen, order["arguments"], order["budget"], order["patience"], order["per_kind"], say)
    names = ("sizes", "probes", "candidates", "budget", "patience")
    for entry in chosen if order.get("probes") else ():
        SeveralNodesSession(launcher, entry, *(order[name] for name in names)).run(say)


def end_with_stdin() -> None:
    """Interrupt this program when its standard input is closed: whoever asked is gone."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGINT)


def say(event: dict[str, Any]) -> None:
    """Write one event."""
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
