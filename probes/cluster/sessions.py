"""One session per node: the same command on nodes of every kind at once, each reserved whole, its lines handed on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from probes.cluster.claim import Claim, rotations
from probes.cluster.kinds import NodesOfKind
from probes.cluster.launcher import ClusterError, Ended, Launcher, Team

LISTENING_SECONDS = 0.3
BUSY_STATUS = 4
"""What `python -m probes` ends with where another measurement holds the machine."""
OVERTIME_SECONDS = 300.0
"""Beyond its budget, for what a session starts last; scaled like every other deadline."""

Event = dict[str, Any]


@dataclass
class Session:
    """A command on one node of a kind; it goes to another node while the one it was sent to is busy."""

    of: NodesOfKind
    claim: Claim
    team: Team | None = None
    ends: float = 0.0
    last: str = ""

    @property
    def node_ids(self) -> set[str]:
        """The nodes that it has or waits for."""
        return {node.id for node in self.claim.nodes}


def run_sessions(
    launcher: Launcher,
    kinds: Sequence[NodesOfKind],
    arguments: Sequence[str],
    budget: float,
    patience: float,
    per_kind: int,
    say: Callable[[Event], None],
) -> None:
    """Run a command on `per_kind` nodes of each kind, and tell what it says and how it ended.

    An interrupt ends every worker and gives the nodes back; what the workers have said is told.

    Args:
        arguments: of the nodes' Python; the labels of the kind are added.
        budget: seconds that the command keeps to by itself.
        patience: seconds to wait for a free node of a kind.
        say: given `{"event": "line", "session": number, "kind": id, "line": text}`, and at last of each session
            `{"event": "ended", "session": number, "kind": id, "as": word, "why": text}`; the words are ok, busy, node-lost,
            too-long and failed.
    """
    sessions = [
        Session(of, Claim(launcher, rotations(of.nodes[number:] + of.nodes[:number], 1), patience))
        for of in kinds
        for number in range(min(per_kind, len(of.nodes)))
    ]
    open_sessions = dict(enumerate(sessions))
    try:
        while open_sessions:
            for number, session in list(open_sessions.items()):
                for event in _advance(session, sessions, arguments, budget):
                    say(event | {"session": number, "kind": session.of.kind.id})
                    if event["event"] == "ended":
                        del open_sessions[number]
    finally:
        _for_all(sessions, lambda session: session.team.stop() if session.team else None)
        for number, session in open_sessions.items():
            for _, news in session.team.lines(0.1) if session.team else ():
                if isinstance(news, str):
                    say({"event": "line", "line": news, "session": number, "kind": session.of.kind.id})
        _for_all(sessions, _release)


def _for_all(sessions: Sequence[Session], action: Callable[[Session], None]) -> None:
    """Do something for every session at once: each may have to wait for its node."""
    with ThreadPoolExecutor(max_workers=len(sessions) or 1) as pool:
        list(pool.map(action, sessions))


def _advance(session: Session, sessions: Sequence[Session], arguments: Sequence[str], budget: float) -> Iterator[Event]:
    """Do the next thing for a session: wait for a node, or listen to its worker."""
    if session.team is None:
        taken = {id for other in sessions if other is not session for id in other.node_ids}
        try:
            session.team = session.claim.poll(taken)
        except ClusterError as error:
            yield {"event": "ended", "as": "failed", "why": error.why}
            return
        if session.team is not None:
            session.last = ""
            session.ends = time.monotonic() + budget + OVERTIME_SECONDS * session.of.slowness
            labels = [word for label in session.of.machine.get("labels", ()) for word in ("--label", label)]
            session.team.start(0, [*arguments, *labels])
        elif session.claim.is_over:
            _release(session)
            yield {"event": "ended", "as": "busy", "why": session.last}
        return
    for _, news in session.team.lines(LISTENING_SECONDS):
        if isinstance(news, str):
            session.last = news
            yield {"event": "line", "line": news}
            continue
        _release(session)
        if news.status != BUSY_STATUS or session.claim.is_over:
            yield {"event": "ended", **_word_of(news, session.last)}
        return
    if time.monotonic() > session.ends:
        session.team.stop()
        _release(session)
        yield {"event": "ended", "as": "too-long", "why": ""}


def _word_of(ended: Ended, last: str) -> Event:
    """Return how a session ended."""
    if ended.status is None:
        return {"as": "node-lost", "why": ended.why}
    if ended.status == BUSY_STATUS:
        return {"as": "busy", "why": last}
    return {"as": "ok" if ended.status == 0 else "failed", "why": "" if ended.status == 0 else last}


def _release(session: Session) -> None:
    """Give the node of a session back, or ask for none any longer."""
    if session.team is not None:
        session.team.release()
    session.team = None
    session.claim.withdraw()


def find_kinds(kinds: Sequence[NodesOfKind], ids: Sequence[str]) -> list[NodesOfKind]:
    """Return the kinds with these ids.

    Raises:
        ClusterError: one is gone.
    """
    by_id = {entry.kind.id: entry for entry in kinds}
    if missing := [id for id in ids if id not in by_id]:
        raise ClusterError("no-such-kind", ", ".join(missing))
    return [by_id[id] for id in ids]
