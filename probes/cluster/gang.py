"""A job of one process per node: started on all of them, listened to, ended; fresh for every size and candidate."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from probes.candidates import Candidate
from probes.cluster.launcher import Ended, Team
from probes.machine.accelerator import CPU
from probes.parent.variables import process_variables

LISTENING_SECONDS = 0.3
LAST_WORDS_SECONDS = 5.0
"""After the first rank has ended badly the others may say why, too."""
Message = dict[str, Any]


@dataclass
class Gang:
    """What the ranks of one job said, and how they ended.

    Attributes:
        messages: by rank; each says under `at` when it came, in seconds of the driver's clock.
        ended: by rank, once it has; `ended_at` says when.
        too_long: whether its time was over first.
    """

    messages: list[list[Message]]
    ended: dict[int, Ended] = field(default_factory=dict)
    ended_at: dict[int, float] = field(default_factory=dict)
    too_long: bool = False

    def first(self, key: str) -> Message | None:
        """Return the first message with a key, of the lowest rank that has one."""
        return next((message for messages in self.messages for message in messages if key in message), None)

    @property
    def is_done(self) -> bool:
        """Whether every rank has said that it has done its part."""
        return all(any("done" in message for message in messages) for messages in self.messages)

    @property
    def lost(self) -> str:
        """The engine's word for a node that was lost; empty where none was."""
        return next((ended.why or "lost" for ended in self.ended.values() if ended.status is None), "")


def run_gang(
    team: Team,
    addresses: Sequence[tuple[str, int]],
    candidate: Candidate,
    order: Mapping[str, Any],
    threads: int,
    seconds: float,
    is_enough: Callable[[Gang], bool] = lambda gang: False,
) -> Gang:
    """Run one job on the first nodes of a team, and return what was said; nothing of it is left running.

    Args:
        addresses: where its ranks are; as many as are to take part.
        order: what `probes.cluster.rank` reads beside the places.
        seconds: after which it is ended, whatever it does.
        is_enough: whether it need not be listened to any longer.
    """
    environment = process_variables(candidate, CPU, threads) | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    meeting = {"addresses": [f"{host}:{port}" for host, port in addresses], "threads": threads}
    gang = Gang([[] for _ in addresses])
    for rank in range(len(addresses)):
        spec = {**order, **meeting, "candidate": candidate.id, "place": rank, "seconds": seconds / 2}
        team.start(rank, ["-m", "probes.cluster.rank", json.dumps(spec)], environment)
    ends = time.monotonic() + seconds
    failed_at = float("inf")
    try:
        while len(gang.ended) < len(addresses) and not gang.is_done and not is_enough(gang):
            if time.monotonic() > min(ends, failed_at + LAST_WORDS_SECONDS):
                gang.too_long = time.monotonic() > ends
                break
            for rank, news in team.lines(LISTENING_SECONDS):
                if isinstance(news, Ended):
                    gang.ended[rank], gang.ended_at[rank] = news, time.monotonic()
                    if order.get("falls") is not True and news.status != 0:
                        failed_at = min(failed_at, time.monotonic())
                elif news.startswith("{"):
                    _receive(gang, rank, news)
    finally:
        team.stop()
        _drain(team, gang)
    return gang


def _receive(gang: Gang, rank: int, line: str) -> None:
    """Take in one message of a rank."""
    try:
        message = json.loads(line)
    except ValueError:
        return
    if isinstance(message, dict):
        gang.messages[rank].append(message | {"at": time.monotonic()})


def _drain(team: Team, gang: Gang) -> None:
    """Wait for the end of every rank that was stopped, so that the next job hears nothing of this one."""
    deadline = time.monotonic() + LAST_WORDS_SECONDS
    while len(gang.ended) < len(gang.messages) and time.monotonic() < deadline:
        for rank, news in team.lines(LISTENING_SECONDS):
            if isinstance(news, Ended):
                gang.ended.setdefault(rank, news)
