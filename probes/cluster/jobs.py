"""The probes that need several nodes at once: one session per kind, a job for each candidate and number of nodes."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from probes.candidates import Candidate, find_candidate
from probes.catalogue import PROBES
from probes.cluster.claim import Claim, rotations
from probes.cluster.gang import Gang, run_gang
from probes.cluster.kinds import NodesOfKind
from probes.cluster.launcher import ClusterError, Ended, Launcher, Team
from probes.fingerprint import code_hash
from probes.registration import Registration
from probes.run import Outcome, Run, current_time

JOB_SECONDS = 150.0
"""For one job on one number of nodes, its start included; more on a slow file system."""
BOOT_ID = "print(open('/proc/sys/kernel/random/boot_id').read().strip())"
SURVIVING_SECONDS = 30.0
LOSS_WITHIN = 1e-4
NETWORK_BOUND_SHARE = 0.5
"""The share of a step beyond which its exchange makes it bound by the network."""
MIB = 2**20
Say = Callable[[dict[str, Any]], None]


@dataclass
class SeveralNodesSession:
    """One session on some nodes of a kind.

    Attributes:
        sizes: on how many nodes a job runs, ascending.
        budget: seconds after which nothing more is started.
        machines: how many machines the nodes are, once they are reserved.
        lost: the engine's word for a node that was lost; empty while none was.
    """

    launcher: Launcher
    of: NodesOfKind
    sizes: Sequence[int]
    probes: Sequence[str]
    candidates: Sequence[str]
    budget: float
    patience: float
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    machines: int = 0
    lost: str = ""

    def run(self, say: Say) -> None:
        """Measure, and tell the registration, each run and at last how it ended, as `probes.cluster.sessions` does."""
        header = {"session": self.name, "kind": self.of.kind.id}
        sizes = [size for size in self.sizes if size <= len(self.of.nodes)]
        if not sizes:
            why = f"{len(self.of.nodes)} nodes, {min(self.sizes)} asked for"
            say({"event": "ended", "as": "too-few", "why": why, **header})
            return
        self.sizes = sizes
        claim = Claim(self.launcher, rotations(self.of.nodes, max(sizes)), self.patience)
        try:
            while (team := claim.poll()) is None:
                if claim.is_over:
                    say({"event": "ended", "as": "busy", "why": "", **header})
                    return
        except ClusterError as error:
            say({"event": "ended", "as": "failed", "why": error.why, **header})
            return
        finally:
            claim.withdraw()
        try:
            self.machines = self._count_machines(team)
            for record in self._measure(team, lambda text: say({"event": "line", "line": text, **header})):
                say({"event": "line", "line": record.to_json(), **header})
                if self.lost:
                    break
            say({"event": "ended", "as": "node-lost" if self.lost else "ok", "why": self.lost, **header})
        finally:
            team.stop()
            team.release()

    def _count_machines(self, team: Team) -> int:
        """Return how many machines the reserved nodes really are: those with one boot id are one. No id is kept."""
        boots: set[str] = set()
        for rank in range(max(self.sizes)):
            team.start(rank, ["-c", BOOT_ID])
        for rank, news in self._until_ended(team, max(self.sizes)):
            boots |= {news or f"unknown {rank}"}
        return max(1, len(boots))

    def _until_ended(self, team: Team, count: int) -> Iterator[tuple[int, str]]:
        """Yield the lines of workers that end by themselves, until so many have."""
        ended, deadline = 0, time.monotonic() + JOB_SECONDS
        while ended < count and time.monotonic() < deadline:
            for rank, news in team.lines(1.0):
                if isinstance(news, Ended):
                    ended += 1
                else:
                    yield rank, news

    def _measure(self, team: Team, tell: Callable[[str], None]) -> Iterator[Registration | Run]:
        """Yield the registration, then a run per probe and candidate; tell in between what is done next."""
        candidates = [find_candidate(id) for id in self.candidates]
        yield Registration(
            session=self.name,
            candidates=tuple(self.candidates),
            probes=tuple(self.probes),
            depth="full",
            looks=(1,),
            budget=self.budget,
            seed=0,
            started=current_time(),
            code={name: code_hash(PROBES[name], *candidates) for name in self.probes},
            cluster={"engine": self.launcher.name, "nodes": max(self.sizes)},
        )
        first, ends = time.monotonic(), time.monotonic() + self.budget
        link = self._measure_link(team) if self.machines > 1 and "cluster-scaling" in self.probes else {}
        for name in self.probes:
            measure = {"cluster-scaling": self._scale, "cluster-loss": self._lose}[name]
            for candidate in candidates:
                begin, started = time.monotonic(), current_time()
                if missing := self.of.missing.get(candidate.id):
                    fields: dict[str, Any] = {"outcome": Outcome.NOT_INSTALLED, "why": " and ".join(missing)}
                elif time.monotonic() > ends:
                    fields = {"outcome": Outcome.CANCELLED, "why": f"the time budget of {self.budget:g} s was spent"}
                else:
                    tell(f"{begin - first:.1f} s {name} {candidate.id}")
                    fields = measure(team, candidate)
                    extra = link if name == "cluster-scaling" else {}
                    if fields["outcome"] is Outcome.OK:
                        fields["measures"] |= {"machines": self.machines, **extra}
                yield Run(
                    session=self.name,
                    probe=name,
                    candidate=candidate.id,
                    machine=self.of.machine,
                    code=code_hash(PROBES[name], candidate),
                    started=started,
                    seconds=round(time.monotonic() - begin, 3),
                    threads=self.threads,
                    **fields,
                )

    @property
    def threads(self) -> int:
        """How many threads each rank may use: one for each core of its machine, less what other ranks on it take."""
        facts, sharing = self.of.machine, -(-max(self.sizes) // self.machines)
        cores = facts["physical_cores"]
        quota = facts["cpu_quota"] if isinstance(facts["cpu_quota"], int | float) else cores
        return max(1, int(min(cores, quota)) // sharing)

    def _measure_link(self, team: Team) -> Any:
        """Return what the network carries between the first two nodes."""
        address = team.addresses()[0]
        for rank in (0, 1):
            order = json.dumps({"place": rank, "address": address})
            team.start(rank, ["-m", "probes.cluster.link", order])
        lines = [line for _, line in self._until_ended(team, 2) if line.startswith('{"link_mbit"')]
        return json.loads(lines[0]) if lines else {}

    def _run(self, team: Team, candidate: Candidate, size: int, **order: Any) -> Gang:
        """Run one job."""
        is_enough = order.pop("is_enough", lambda gang: False)
        seconds = JOB_SECONDS * self.of.slowness
        gang = run_gang(team, team.addresses()[:size], candidate, order, self.threads, seconds, is_enough)
        self.lost = self.lost or gang.lost
        return gang

    def _scale(self, team: Team, candidate: Candidate) -> dict[str, Any]:
        """Run the sizes up and down again, so that a drift of the machines meets all of them alike."""
        timed = self.machines >= max(self.sizes)
        gangs: list[tuple[int, Gang]] = []
        for size in [*self.sizes, *(reversed(self.sizes) if timed else ())]:
            gang = self._run(team, candidate, size, probe="cluster_scaling", timed=timed)
            if fault := _fault_of(gang, size):
                return fault
            gangs.append((size, gang))
        return {"outcome": Outcome.OK, "measures": self._scaling_measures(gangs), **_versions(gangs[-1][1])}

    def _scaling_measures(self, gangs: Sequence[tuple[int, Gang]]) -> dict[str, Any]:
        """Return the measures of one candidate from what its ranks said."""
        from probes.cluster_scaling.task import EQUAL_WITHIN, GRADIENT_BYTES

        largest = max(self.sizes)
        measures: dict[str, Any] = {"workers": largest}
        names = {"replicated": ("", "mechanism", "api"), "sharded": ("sharded_", "sharded", "sharded_api")}
        for way, (prefix, word, api) in names.items():
            messages = [
                message for _, gang in gangs for rank in gang.messages for message in rank if message.get("way") == way
            ]
            errors = [message["gradient_error"] for message in messages if "gradient_error" in message]
            if not errors:
                continue
            measures[f"{prefix}gradient_error"] = max(errors)
            measures[word] = "works" if max(errors) <= EQUAL_WITHIN else "fails"
            measures[api] = next(message["api"] for message in messages if "api" in message)
            for size in self.sizes:
                times = _times(gangs, size, way, "step_ms")
                if times and not (prefix and size == 1):
                    measures[f"{prefix}step_ms_{size}"] = min(times)
        measures.setdefault("sharded", "absent")
        if self.machines >= largest > 1:
            measures["across_machines"] = measures["mechanism"]
        step_on_one = measures.get("step_ms_1")
        for size in self.sizes:
            step, least = measures.get(f"step_ms_{size}"), _times(gangs, size, "replicated", "least_step_ms")
            if step_on_one is None or step is None or size == 1:
                continue
            measures[f"efficiency_{size}"] = step_on_one / (size * step)
            exchange = max(1e-3, min(least) - min(_times(gangs, 1, "replicated", "least_step_ms")))
            measures[f"exchange_ms_{size}"] = exchange
            measures["exchanged_mb"] = 2 * (size - 1) / size * GRADIENT_BYTES / MIB
            measures["bound_by"] = "network" if exchange > NETWORK_BOUND_SHARE * step else "computing"
        return measures

    def _lose(self, team: Team, candidate: Candidate) -> dict[str, Any]:
        """Have the last rank fall, then the others resume without it."""
        from probes.cluster_loss.task import loss_error

        size = max(self.sizes)
        if size < 2:
            return {"outcome": Outcome.UNSUPPORTED, "why": "two nodes are needed"}

        def survivors_are_known(gang: Gang) -> bool:
            """Return whether nothing more is to be expected of the survivors."""
            falls = gang.first("falls")
            if falls is None:
                return False
            decided = sum(_has_spoken(gang, rank) for rank in range(size - 1))
            return decided == size - 1 or time.monotonic() > falls["at"] + SURVIVING_SECONDS

        order = {"probe": "cluster_loss", "falls": True, "checkpoint": None, "is_enough": survivors_are_known}
        gang = self._run(team, candidate, size, **order)
        falls, checkpoint, api = gang.first("falls"), gang.first("checkpoint"), gang.first("api")
        if falls is None or checkpoint is None or api is None:
            return _fault_of(gang, size) or {"outcome": Outcome.BAD_OUTPUT, "why": "no rank fell"}
        if gang.lost:
            return _fault_of_nodes(gang)
        measures = {"api": api["api"], "workers": size, **_survivors(gang, size - 1, falls["at"])}
        begin = time.monotonic()
        rest = self._run(
            team, candidate, size - 1, probe="cluster_loss", falls=False, checkpoint=checkpoint["checkpoint"]
        )
        result = rest.first("kernels")
        error = loss_error(result["kernels"]) if result else float("inf")
        measures["resumes"] = "works" if error <= LOSS_WITHIN else "fails"
        if result:
            measures |= {"resumed_loss_error": error, "resume_seconds": round(result["at"] - begin, 2)}
        return {"outcome": Outcome.OK, "measures": measures, **_versions(rest)}


def _times(gangs: Sequence[tuple[int, Gang]], size: int, way: str, key: str) -> list[float]:
    """Return for each job of a size the time of its slowest rank."""
    times = []
    for of_size, gang in gangs:
        messages = (message for rank in gang.messages for message in rank if message.get("way") == way)
        rank_times = [message[key] for message in messages if key in message]
        if of_size == size and rank_times:
            times.append(max(rank_times))
    return times


def _survivors(gang: Gang, count: int, fell_at: float) -> dict[str, Any]:
    """Return the word for what the survivors did, that of the slowest of them, and its seconds."""
    words: list[tuple[float, str, str]] = []
    for rank in range(count):
        error = next((message for message in gang.messages[rank] if "error" in message), None)
        done = any("done" in message for message in gang.messages[rank])
        if error is not None:
            words.append((error["at"] - fell_at, "errors", f"{error['error']}: {error['why']}"[:200]))
        elif done:
            words.append((0.01, "continues", ""))
        elif (ended := gang.ended_at.get(rank)) is not None:
            words.append((ended - fell_at, "dies", f"exit status {gang.ended[rank].status}"))
        else:
            words.append((SURVIVING_SECONDS, "hangs", ""))
    seconds, word, error_text = max(words)
    measures: dict[str, Any] = {"survivor": word, "survivor_seconds": max(0.01, round(seconds, 2))}
    return measures | ({"survivor_error": error_text} if error_text else {})


def _has_spoken(gang: Gang, rank: int) -> bool:
    """Return whether a rank has ended, failed or finished."""
    return rank in gang.ended or any("error" in message or "done" in message for message in gang.messages[rank])


def _fault_of(gang: Gang, size: int) -> dict[str, Any] | None:
    """Return why a job did not do what it was started for; None where every rank has."""
    if gang.is_done:
        return None
    if gang.lost:
        return _fault_of_nodes(gang)
    error = gang.first("error")
    if error is not None:
        outcome = Outcome.UNSUPPORTED if error["error"] == "Unsupported" else Outcome.BAD_OUTPUT
        why = error["why"] if outcome is Outcome.UNSUPPORTED else f"on {size} nodes: {error['error']}: {error['why']}"
        return {"outcome": outcome, "why": why}
    if gang.too_long:
        return {"outcome": Outcome.TIMEOUT, "why": f"on {size} nodes"}
    endings = ", ".join(f"rank {rank}: {ended.status}" for rank, ended in sorted(gang.ended.items()))
    return {"outcome": Outcome.KILLED, "why": f"on {size} nodes, exit status of {endings}"}


def _fault_of_nodes(gang: Gang) -> dict[str, Any]:
    """Return what is recorded of a job that lost a node."""
    return {"outcome": Outcome.NODE_LOST, "why": f"the node was lost ({gang.lost})"}


def _versions(gang: Gang) -> dict[str, Any]:
    """Return the versions that the ranks had imported."""
    done = gang.first("done")
    return {"versions": done["versions"] if done else {}}
