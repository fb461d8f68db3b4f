"""Waiting for nodes that may be busy: another one is tried at once, and a place in the engine's queue is kept."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from probes.cluster.launcher import Launcher, Node, Request, Team

ASKING_SECONDS = 1.0
"""How long each choice is asked for at first, and how long one look at a request takes."""

GONE_SECONDS = 0.2
"""Before another choice is asked for where a node is gone."""


class Claim:
    """Asks for one of several sets of nodes: for each a moment, then for one after the other as long as the patience allows.

    Args:
        choices: sets of nodes of which any will do.
        patience: seconds after which it is given up; every choice is asked for once nevertheless.

    Attributes:
        nodes: those that are asked for now.
    """

    def __init__(self, launcher: Launcher, choices: Sequence[Sequence[Node]], patience: float) -> None:
        self._launcher, self._choices = launcher, choices
        self._over, self._share = time.monotonic() + patience, patience / len(choices)
        self._tries = 0
        self._request: Request | None = None
        self._until = 0.0
        self.nodes: Sequence[Node] = ()

    @property
    def is_over(self) -> bool:
        """Whether every choice was tried and no time is left."""
        return self._tries >= len(self._choices) and time.monotonic() > self._over

    def poll(self, taken: Collection[str] = ()) -> Team | None:
        """Return the workers on nodes that were free within a second, none of them with an id that is taken; None where none were."""
        if self._request is None:
            choice = self._choices[self._tries % len(self._choices)]
            first_round = self._tries < len(self._choices)
            self._tries += 1
            if any(node.id in taken for node in choice):
                return None
            self._until = time.monotonic() + (0.0 if first_round and len(self._choices) > 1 else self._share)
            self._request, self.nodes = self._launcher.request(choice), choice
            if self._request is None:
                time.sleep(GONE_SECONDS)
        team = self._request.team(ASKING_SECONDS) if self._request is not None else None
        if team is not None:
            self._request = None
        elif time.monotonic() > self._until:
            self.withdraw()
        return team

    def withdraw(self) -> None:
        """Ask for nothing any longer."""
        if self._request is not None:
            self._request.withdraw()
        self._request, self.nodes = None, ()


def rotations(nodes: Sequence[Node], size: int) -> list[list[Node]]:
    """Return one choice of so many nodes for each node that it can begin with."""
    twice = [*nodes, *nodes]
    return [twice[start : start + size] for start in range(len(nodes) if size < len(nodes) else 1)]
