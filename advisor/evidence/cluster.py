"""Measure on the nodes of a cluster: a child in the cluster's Python joins it, and says what it is and what was measured."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from msgspec import Struct

from advisor.errors import InputError, Problem
from advisor.evidence.cluster_errors import cluster_error
from advisor.evidence.keeping import Keeper
from advisor.evidence.lost_nodes import unfinished_runs
from advisor.evidence.node_kinds import Cluster, NodeKind
from advisor.text import clean
from probes.boundary import BadRun
from probes.catalogue import PROBES
from probes.fingerprint import folder_id
from probes.machine.kind import Kind, kind_of
from probes.machine.scratch import ScratchFolder
from probes.records import read_record
from probes.registration import Registration
from probes.run import Run

PROBES_FOLDER = Path(PROBES["training-step"].folder).parent
JOINING_SECONDS = 150.0
"""Ray tries for a minute to join, and then every node has one to answer."""
PATIENCE_SECONDS = 20.0
STOPPING_SECONDS = 5.0
"""After Ctrl-C, for every node to stop and its last runs to arrive."""


class SessionEnd(Struct, frozen=True):
    """How measuring on nodes of a kind ended: ok, busy, node-lost, too-long, too-few or failed, and what was heard last."""

    kind: Kind
    word: str
    why: str = ""


class NodeLine(Struct, frozen=True):
    """A line of progress from a node."""

    kind: Kind
    line: str


ClusterEvent = Registration | Run | NodeLine | SessionEnd


class Connection:
    """A child that has joined a cluster.

    Args:
        address: `ray:auto`, `ray://HOST:10001`, `slurm`, …
        python: the cluster's Python.
        labels: labels of the nodes that tell kinds apart.
        own_folder: a folder of the user's own probes.
        patience: seconds that the engine may wait until it can ask a busy node what it is.

    Raises:
        InputError: the address is none.
        ProbeError: the cluster cannot be used; the message says why and what to do.
    """

    def __init__(
        self,
        address: str,
        python: str,
        labels: Sequence[str] = (),
        own_folder: Path | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._own = own_folder
        self._scratch = ScratchFolder()
        (self._scratch.path / PROBES_FOLDER.name).symlink_to(PROBES_FOLDER, target_is_directory=True)
        options = [word for label in labels for word in ("--label", label)]
        options += ["--patience", f"{patience:g}"]
        options += ["--path", str(own_folder.resolve())] if own_folder else []
        variables = {"PYTHONPATH": str(self._scratch.path), "PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1"}
        variables |= {"RAY_USAGE_STATS_ENABLED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            self._process = subprocess.Popen(
                [python, "-m", "probes.cluster", address, *options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, **variables},
                start_new_session=True,
            )
        except OSError as error:
            self._scratch.remove()
            problem = f"`{clean(python)}` cannot be started: {error.strerror}"
            raise InputError([Problem("--worker-python", problem, "good: /opt/cluster/bin/python")]) from None
        self._text, self._heard = b"", deque[str](maxlen=5)
        try:
            self.cluster = self._read_cluster(JOINING_SECONDS + patience)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the child and what it has started: closing its standard input is enough, should it be able to."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOPPING_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        self._scratch.remove()

    def _read_cluster(self, seconds: float) -> Cluster:
        """Return what the cluster is, as said within so many seconds."""
        facts: dict[str, Any] = {}
        kinds: list[NodeKind] = []
        for event in self._events(time.monotonic() + seconds):
            if event["event"] == "cluster":
                facts = event
            elif event["event"] == "kind":
                fields = {name: event[name] for name in NodeKind.__struct_fields__ if name != "kind"}
                kinds.append(NodeKind(kind_of(event["machine"]), **fields))
            elif event["event"] == "ready":
                break
        if not facts:
            raise cluster_error("no-answer", self._heard[-1] if self._heard else "-")
        more = {name: tuple(facts[name]) for name in ("silent", "unknown_labels")}
        return Cluster(facts["engine"], facts["version"], facts["open"], tuple(kinds), facts["silent_nodes"], **more)

    def measure(self, kinds: Sequence[Kind], order: Mapping[str, Any]) -> Iterator[ClusterEvent]:
        """Measure on nodes of some kinds, and yield what comes; what a lost node did not finish is a run of its own.

        Closing the iterator, or an interrupt, ends what runs on every node, and what was measured by then is yielded.

        Args:
            order: what `probes.cluster` reads: `arguments` of the nodes' Python, `budget`, `patience`, `per_kind`.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"kinds": [kind.id for kind in kinds], **order}).encode() + b"\n")
        self._process.stdin.flush()
        by_id = {node_kind.kind.id: node_kind for node_kind in self.cluster.kinds}
        sessions: dict[int | str, list[Registration | Run]] = {}
        events = self._events()
        interrupted, ended = False, set[Kind]()
        while True:
            try:
                event = next(events, None)
                if event is None:
                    break
                of = by_id[event["kind"]]
                records = sessions.setdefault(event["session"], [])
                if event["event"] == "ended":
                    if event["as"] == "node-lost":
                        yield from unfinished_runs(records, event["why"], of.machine)
                    ended.add(of.kind)
                    yield SessionEnd(of.kind, event["as"], clean(event["why"])[:200])
                elif (record := self._read_line(event["line"])) is None:
                    yield NodeLine(of.kind, clean(event["line"]))
                else:
                    records.append(record)
                    yield record
            except KeyboardInterrupt:
                if interrupted:
                    raise
                interrupted = True
                self._process.send_signal(signal.SIGINT)
                events = self._events(time.monotonic() + STOPPING_SECONDS)
        if interrupted:
            raise KeyboardInterrupt
        for kind in kinds if self._process.wait() else ():  # it broke down: whatever it printed last is all there is
            if kind not in ended:
                yield SessionEnd(kind, "failed", self._heard[-1] if self._heard else "-")

    def _read_line(self, line: str) -> Registration | Run | None:
        """Return the record of a line; None where it is none. A registration of own probes names the folder on this machine."""
        if not line.startswith("{"):
            return None
        try:
            record = read_record(line)
        except BadRun:
            return None
        if isinstance(record, Registration) and self._own is not None:
            folders = {name: folder_id(self._folder_of(name)) for name in record.folders}
            return replace(record, folders=folders, id="")
        return record

    def _folder_of(self, probe: str) -> Path:
        """Return where the folder of an own probe lies here."""
        assert self._own is not None
        below = self._own / probe.replace("-", "_")
        return below if below.is_dir() else self._own

    def _events(self, until: float = float("inf")) -> Iterator[dict[str, Any]]:
        """Yield the events of the child until it ends or the time is over.

        Raises:
            ProbeError, InputError: the child says that it failed.
        """
        assert self._process.stdout is not None and self._process.stderr is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            selector.register(self._process.stderr, selectors.EVENT_READ)
            while selector.get_map() and time.monotonic() < until:
                for key, _ in selector.select(1.0):
                    received = os.read(key.fd, 65_536)
                    if not received:
                        selector.unregister(key.fileobj)
                    elif (
                        key.fileobj is self._process.stderr
                    ):  # what Ray prints is of interest only where nothing else is known
                        printed = received.decode(errors="replace").splitlines()
                        self._heard += [clean(line)[:200] for line in printed if line.strip()]
                    else:
                        *lines, self._text = (self._text + received).split(b"\n")
                        yield from filter(None, map(_event_of, lines))


def _event_of(line: bytes) -> dict[str, Any] | None:
    """Return the event of a line; None for what an engine prints among them.

    Raises:
        ProbeError, InputError: the event is a failure.
    """
    try:
        event = json.loads(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or "event" not in event:
        return None
    if event["event"] == "failed":
        raise cluster_error(event["word"], event["why"])
    return event


def measure_on_nodes(
    connection: Connection,
    kinds: Sequence[Kind],
    order: Mapping[str, Any],
    keeper: Keeper | None,
    tell: Callable[[NodeLine], None],
) -> Iterator[Registration | Run | SessionEnd]:
    """Measure on nodes, keep every record the moment it comes, and yield records and endings."""
    for event in connection.measure(kinds, order):
        if isinstance(event, NodeLine):
            tell(event)
            continue
        if keeper is not None and not isinstance(event, SessionEnd):
            keeper.add_record(event)
        yield event
