"""A cluster as its nodes describe it, and the kinds of node that were asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct

from advisor.errors import InputError, Problem
from advisor.evidence.cluster_errors import cluster_error
from advisor.evidence.kinds import kind_text, kinds_named
from advisor.text import clean
from probes.machine.kind import Kind

BUSY = "busy"
"""What is heard of a node that has no place free to say what it is."""


class NodeKind(Struct, frozen=True):
    """The nodes of one kind: how many, on how many machines, and what one of them is and has."""

    kind: Kind
    nodes: int
    machines: int
    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    missing: Mapping[str, list[str]]
    slowness: float = 1.0


class Cluster(Struct, frozen=True):
    """A cluster as its nodes describe it.

    Attributes:
        open: whether whoever reaches it may use it.
        silent: how many nodes did not say what they are, and what was heard instead.
        unknown_labels: labels that were asked for and no node has.
    """

    engine: str
    version: str
    open: bool
    kinds: tuple[NodeKind, ...]
    silent_nodes: int = 0
    silent: tuple[str, ...] = ()
    unknown_labels: tuple[str, ...] = ()


def chosen_kinds(cluster: Cluster, named: Collection[str]) -> list[Kind]:
    """Return the kinds that were asked for, all of them where none was.

    Raises:
        InputError: there is none of a name, or there are several.
        ProbeError: the cluster has no nodes to measure on.
    """
    if not cluster.kinds:
        heard = cluster.silent[0] if cluster.silent else ""
        raise cluster_error("all-busy" if heard == BUSY else "no-answer" if heard else "no-nodes", heard)
    kinds = [node_kind.kind for node_kind in cluster.kinds]
    listed = "; ".join(f"{kind.id} ({kind_text(kind).en})" for kind in kinds)
    chosen = []
    for name in named:
        matching = kinds_named(name, kinds)
        if len(matching) != 1:
            problem = f"`{clean(name)}` stands for {len(matching)} kinds of node"
            raise InputError([Problem("--kind", problem, f"there are: {listed}")])
        chosen += matching
    return list(dict.fromkeys(chosen)) or kinds
