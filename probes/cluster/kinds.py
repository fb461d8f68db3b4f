"""The kinds of node a cluster has, from what the nodes say of themselves and the labels that were asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from probes.cluster.launcher import Node
from probes.machine.kind import Kind, kind_of


@dataclass
class NodesOfKind:
    """The nodes of one kind.

    Attributes:
        machine: the facts of one of them, as a run records them.
        versions: module → version of the frameworks on it.
        missing: candidate → the modules that it lacks on any of them.
        machines: the boot ids of the nodes: fewer than nodes where several are one machine.
        slowness: how many times slower than a local disk its slowest file system is, 1 or more.
    """

    kind: Kind
    machine: dict[str, Any]
    versions: Mapping[str, str]
    missing: dict[str, list[str]]
    nodes: list[Node] = field(default_factory=list)
    machines: set[str] = field(default_factory=set)
    slowness: float = 1.0

    def to_json(self) -> dict[str, Any]:
        """Return what may be told: no id of a node, none of a boot."""
        return {
            "kind": self.kind.id,
            "nodes": len(self.nodes),
            "machines": len(self.machines),
            "machine": self.machine,
            "versions": dict(self.versions),
            "missing": self.missing,
            "slowness": self.slowness,
        }


def group_by_kind(
    nodes: Sequence[Node], seen: Mapping[str, Mapping[str, Any] | str], engine: str, labels: Sequence[str]
) -> list[NodesOfKind]:
    """Return the kinds of those nodes that answered, most nodes first.

    Args:
        seen: by node id, what `probes.cluster.look` printed there, or why it did not.
        labels: the keys whose values tell kinds apart.
    """
    kinds: dict[Kind, NodesOfKind] = {}
    for node in nodes:
        answer = seen.get(node.id, "")
        if isinstance(answer, str):
            continue
        named = [f"{key}={node.labels[key]}" for key in sorted(labels) if key in node.labels]
        machine = {**answer["machine"], "engine": engine, **({"labels": named} if named else {})}
        kind = kind_of(machine)
        entry = kinds.setdefault(kind, NodesOfKind(kind, machine, answer["versions"], {}))
        entry.nodes.append(node)
        for candidate, modules in answer["missing"].items():
            entry.missing[candidate] = sorted({*entry.missing.get(candidate, ()), *modules})
        entry.machines.add(answer["boot"] or node.id)
        entry.slowness = max(entry.slowness, answer["slowness"])
    return sorted(kinds.values(), key=lambda entry: (-len(entry.nodes), entry.kind))
