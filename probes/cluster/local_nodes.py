"""This machine as a cluster of itself, `local:2`: workers that are processes here. It shows mechanisms, never speed."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from probes.cluster.launcher import ClusterError, Node
from probes.cluster.process_team import ProcessTeam, ReadyRequest

MOST = 8


class LocalNodes:
    """So many nodes that are all this machine.

    Args:
        address: how many, 1 to 8; empty for one.
        packed: the probes.
    """

    name = "local"
    version = ""
    is_open = False

    def __init__(self, address: str, packed: bytes) -> None:
        if address and not (address.isdigit() and 1 <= int(address) <= MOST):
            raise ClusterError("no-address", f"local:{address}")
        self._count, self._packed = int(address or 1), packed

    def nodes(self) -> list[Node]:
        """Return as many nodes as were asked for."""
        return [Node(str(number), {"CPU": 1}) for number in range(self._count)]

    def look(self, nodes: Sequence[Node]) -> dict[str, dict[str, Any] | str]:
        """Return what this machine is, once for all."""
        team = self._team(1)
        printed = team.ask(0, {"arguments": ["-m", "probes.cluster.look"], "environment": {}})
        seen = json.loads(printed) if printed.startswith('{"machine"') else printed
        return {node.id: seen for node in nodes}

    def request(self, nodes: Sequence[Node]) -> ReadyRequest:
        """Ask for workers here."""
        return ReadyRequest(self._team(len(nodes)))

    def _team(self, count: int) -> ProcessTeam:
        """Return so many workers here."""
        return ProcessTeam(count, lambda rank, command: list(command), sys.executable, self._packed)

    def close(self) -> None:
        """Leave nothing behind."""
