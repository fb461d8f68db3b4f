"""Ray as an engine: placement groups that hold whole nodes, and one actor on each. The only module that imports Ray."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ray
from ray import cloudpickle
from ray.util.placement_group import placement_group, remove_placement_group
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy, PlacementGroupSchedulingStrategy

from probes.cluster import agent
from probes.cluster.knocking import knock, reason_of
from probes.cluster.launcher import FIRST_ANSWER_SECONDS, ClusterError, Ended, Node

RESOURCES = ("CPU", "GPU")
STARTING_SECONDS = 60.0
STOPPING_SECONDS = 8.0


class RayNodes:
    """A Ray cluster, joined at `auto`, `HOST:6379` or `ray://HOST:10001`.

    Args:
        packed: the probes, as `packing.packed_probes` returns them.

    Raises:
        ClusterError: it cannot be joined; the word says why.
    """

    name = "ray"

    def __init__(self, address: str, packed: bytes) -> None:
        knock(address)
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        try:
            ray.init(address=address, namespace="framework-advisor", logging_level="error", log_to_driver=False)
        except Exception as error:  # Ray raises ValueError, ConnectionError, RuntimeError and its own, by version
            raise reason_of(error) from None
        cloudpickle.register_pickle_by_value(agent)  # the class travels in the message: nothing to install on a node
        self.version = ray.__version__
        self.is_open = os.environ.get("RAY_AUTH_MODE", "disabled") != "token"
        self._packed = ray.put(packed)

    def nodes(self) -> list[Node]:
        """Return the living nodes that have processors to give."""
        return [
            Node(node["NodeID"], _whole(node["Resources"]), node.get("Labels") or {})
            for node in ray.nodes()
            if node["Alive"] and node["Resources"].get("CPU", 0) > 0
        ]

    def look(self, nodes: Sequence[Node]) -> dict[str, dict[str, Any] | str]:
        """Return what each node says it is; it takes none of its resources."""
        make = ray.remote(agent.Agent)
        agents = {
            node.id: make.options(
                num_cpus=0, max_restarts=0, scheduling_strategy=NodeAffinitySchedulingStrategy(node.id, soft=False)
            ).remote(self._packed)
            for node in nodes
        }
        asked = {id: handle.look.remote(FIRST_ANSWER_SECONDS) for id, handle in agents.items()}
        _wait_for([*asked.values()], FIRST_ANSWER_SECONDS)
        seen: dict[str, dict[str, Any] | str] = {}
        for id, answer in asked.items():
            try:
                seen[id] = ray.get(answer, timeout=0.1)
            except ray.exceptions.RayError as error:
                seen[id] = type(error).__name__
        _wait_for([handle.close.remote() for handle in agents.values()])
        for handle in agents.values():
            ray.kill(handle)
        return seen

    def request(self, nodes: Sequence[Node]) -> RayRequest | None:
        """Ask for nodes whole. What cannot be met would wait for ever without a word: so only nodes that are there."""
        alive = {node.id for node in self.nodes()}
        if not alive.issuperset(node.id for node in nodes):
            return None
        group = placement_group(
            [dict(node.resources) for node in nodes],
            strategy="STRICT_SPREAD" if len(nodes) > 1 else "STRICT_PACK",
            bundle_label_selector=[{"ray.io/node-id": node.id} for node in nodes],
        )
        return RayRequest(group, nodes, self._packed)

    def close(self) -> None:
        """Leave the cluster; Ray ends what this program still has there."""
        ray.shutdown()


class RayRequest:
    """A placement group that may still be pending."""

    def __init__(self, group: Any, nodes: Sequence[Node], packed: Any) -> None:
        self._group, self._nodes, self._packed = group, nodes, packed

    def team(self, seconds: float) -> RayTeam | None:
        """Return an agent on each node once the group is there."""
        return RayTeam(self._group, self._nodes, self._packed) if self._group.wait(seconds) else None

    def withdraw(self) -> None:
        """Remove the group."""
        remove_placement_group(self._group)


class RayTeam:
    """Reserved nodes with an agent on each."""

    def __init__(self, group: Any, nodes: Sequence[Node], packed: Any) -> None:
        self._group = group
        self._asked: dict[Any, int] = {}
        make = ray.remote(agent.Agent)
        self._agents = [
            make.options(
                num_cpus=node.resources["CPU"],
                num_gpus=node.resources.get("GPU", 0),
                max_restarts=0,
                max_concurrency=4,
                scheduling_strategy=PlacementGroupSchedulingStrategy(group, rank),
            ).remote(packed)
            for rank, node in enumerate(nodes)
        ]

    def addresses(self) -> list[tuple[str, int]]:
        """Return where each rank can be reached."""
        try:
            asked = [handle.address.remote() for handle in self._agents]
            places: list[tuple[str, int]] = ray.get(asked, timeout=STARTING_SECONDS)
        except ray.exceptions.RayError as error:
            raise ClusterError("no-answer", type(error).__name__) from None
        return places

    def start(self, rank: int, arguments: Sequence[str], environment: Mapping[str, str] = {}) -> None:
        """Start a worker; that its node is lost meanwhile is told by `lines`."""
        self._agents[rank].start.remote(list(arguments), dict(environment))
        self._asked[self._agents[rank].poll.remote(2.0)] = rank

    def lines(self, seconds: float) -> Iterator[tuple[int, str | Ended]]:
        """Yield what the agents hand on."""
        ready, _ = ray.wait(list(self._asked), timeout=seconds) if self._asked else ([], [])
        for answer in ready:
            rank = self._asked.pop(answer)
            try:
                lines = ray.get(answer)
            except ray.exceptions.RayError as error:
                yield rank, Ended(None, type(error).__name__)
                continue
            ended = [line for line in lines if line.startswith(agent.EXIT)]
            yield from ((rank, line) for line in lines if line not in ended)
            if ended:
                yield rank, Ended(json.loads(ended[0])["status"])
            else:
                self._asked[self._agents[rank].poll.remote(2.0)] = rank

    def stop(self) -> None:
        """End every worker."""
        _wait_for([handle.stop.remote() for handle in self._agents])

    def release(self) -> None:
        """End the agents and give the nodes back."""
        _wait_for([handle.close.remote() for handle in self._agents])
        for handle in self._agents:
            ray.kill(handle)
        remove_placement_group(self._group)


def _whole(resources: Mapping[str, float]) -> dict[str, float]:
    """Return what a node is reserved for, all of it."""
    return {name: resources[name] for name in RESOURCES if resources.get(name)}


def _wait_for(answers: list[Any], seconds: float = STOPPING_SECONDS) -> None:
    """Wait until agents have done something, those of lost nodes excepted."""
    if answers:
        ray.wait(answers, num_returns=len(answers), timeout=seconds)
