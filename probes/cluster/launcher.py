"""The contract between measuring and a cluster's engine: nodes, whole reservations, workers whose lines come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

FIRST_ANSWER_SECONDS = 60.0
"""How long a node may take to say what it is."""


class ClusterError(Exception):
    """Why a cluster cannot be used: a word of `advisor/sentences/cluster.yaml`, and what the engine said."""

    def __init__(self, word: str, why: str = "") -> None:
        self.word, self.why = word, why
        super().__init__(f"{word}: {why}")


@dataclass(frozen=True)
class Node:
    """One machine of the cluster, as its engine knows it.

    Attributes:
        id: what the engine calls it; never recorded.
        resources: what it can be reserved for, `CPU` and `GPU`.
        labels: what its administrator says of it.
    """

    id: str
    resources: Mapping[str, float] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    """How a worker ended: its exit status, or None where its node was lost, and then the engine's word for it."""

    status: int | None
    why: str = ""


class Team(Protocol):
    """Reserved nodes, one worker on each: rank 0 on the first."""

    def addresses(self) -> list[tuple[str, int]]:
        """Return for each rank the address at which the others reach it, and a free port there."""

    def start(self, rank: int, arguments: Sequence[str], environment: Mapping[str, str] = {}) -> None:
        """Start the cluster's Python with these arguments in a folder that holds the package `probes`."""

    def lines(self, seconds: float) -> Iterator[tuple[int, str | Ended]]:
        """Yield what has come within so many seconds: lines with their rank, at last how each worker ended."""

    def stop(self) -> None:
        """End every worker, as Ctrl-C does; return when all have ended, or after some seconds have killed them."""

    def release(self) -> None:
        """Give the nodes back, workers or not."""


class Request(Protocol):
    """Nodes that were asked for; it keeps its place in the engine's queue."""

    def team(self, seconds: float) -> Team | None:
        """Return the workers once the nodes are held; None where they are not within so many seconds."""

    def withdraw(self) -> None:
        """Ask no longer."""


class Launcher(Protocol):
    """The engine of a cluster, connected to it."""

    name: str
    version: str
    is_open: bool
    """Whether whoever reaches the cluster may use it."""

    def nodes(self) -> list[Node]:
        """Return the nodes that can be measured on."""

    def look(self, nodes: Sequence[Node]) -> dict[str, dict[str, Any] | str]:
        """Return by node id what `probes.cluster.look` says there, reserving nothing; a text says why it does not."""

    def request(self, nodes: Sequence[Node]) -> Request | None:
        """Ask for these nodes whole, all or none; None where one is gone."""

    def close(self) -> None:
        """Leave the cluster."""
