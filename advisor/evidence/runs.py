"""Runs as the advisor reads them: the ones that can be used, by probe, candidate and block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from probes.registration import Registration
    from probes.run import Run

Where = Literal["here", "elsewhere"]
REFERENCE = "numpy"
USABLE = ("ok",)
UNSTEADY = ("no_steady_state", "too_noisy")
"""Outcomes whose values are shown but decide nothing."""
PILOT = "pilot block"
"""Why a run of the pilot is not leaned on; where it failed, it says why its candidate has no other runs."""
UNREGISTERED_LOOKS = 4
"""Where no plan was kept, nobody knows how often the data were looked at: the strict level holds."""


@dataclass(frozen=True)
class Evidence:
    """A set of runs an answer may lean on.

    Attributes:
        runs: in the order they were started.
        where: by run id, whether it was measured on the machine the answer speaks of.
        stale: by run id, why it no longer counts (only when it does not).
        damaged: how many stored rows are not what their hash says and were left out.
        registered: by session, what it set out to do.
    """

    runs: tuple[Run, ...] = ()
    where: Mapping[str, Where] | None = None
    stale: Mapping[str, str] | None = None
    damaged: int = 0
    registered: Mapping[str, Registration] = field(default_factory=dict)

    def why_not(self, run: Run) -> str:
        """Say why a run may not be leaned on; empty if it may."""
        if run.id in (self.stale or {}):
            return (self.stale or {})[run.id]
        if (self.where or {}).get(run.id) == "elsewhere":
            return "measured elsewhere"
        return PILOT if run.noise.get("pilot") and run.outcome in (*USABLE, *UNSTEADY) else ""

    def counts(self, run: Run) -> bool:
        """Whether a run may be leaned on at all."""
        return not self.why_not(run)

    def of(self, probe: str) -> list[Run]:
        """Return the runs of a probe that may be leaned on.

        A timed probe compares inside its blocks: the session with most candidates that have usable runs, of these the
        one with most usable runs, of these the newest. Of an exact one each candidate's newest session counts, whatever
        was measured with it.
        """
        if probe not in self._chosen:
            self._chosen[probe] = _chosen(self._by_probe.get(probe, []))
        return self._chosen[probe]

    @cached_property
    def _by_probe(self) -> dict[str, list[Run]]:
        found: dict[str, list[Run]] = {}
        for run in self.runs:
            if self.counts(run):
                found.setdefault(run.probe, []).append(run)
        return found

    @cached_property
    def _chosen(self) -> dict[str, list[Run]]:
        """What `of` has returned so far."""
        return {}

    def exact(self, probe: str) -> dict[str, Run]:
        """Return the last usable run of each candidate of a probe that is not timed."""
        return {run.candidate: run for run in self.of(probe) if run.outcome == "ok"}

    def blocks(self, probe: str, mode: str, outcomes: tuple[str, ...] = USABLE) -> dict[str, dict[int, Run]]:
        """Return candidate → block → run of a timed probe in one mode; the NumPy reference is among them."""
        found: dict[str, dict[int, Run]] = {}
        for run in self.of(probe):
            wanted = run.mode == mode or run.candidate == REFERENCE
            if wanted and run.block is not None and run.outcome in outcomes:
                found.setdefault(run.candidate, {})[run.block] = run
        return found

    def attempts(self, probe: str, mode: str, candidate: str) -> list[Run]:
        """Return every run of a candidate in the blocks of a timed probe, failed ones and second tries included."""
        runs = (run for run in self.of(probe) if run.block is not None and run.candidate == candidate)
        return [run for run in runs if run.mode == mode or candidate == REFERENCE]

    def looks(self, probe: str) -> int:
        """Return how many looks at the data of a timed probe were planned before it was measured."""
        plans = {run.session for run in self.of(probe)} & set(self.registered)
        return max((len(self.registered[session].looks) for session in plans), default=UNREGISTERED_LOOKS)

    def failures(self, probe: str) -> dict[str, Run]:
        """Return for each candidate without any usable run of a probe the run that says why."""
        usable = {run.candidate for run in self.of(probe) if run.outcome in USABLE}
        return {run.candidate: run for run in self.of(probe) if run.candidate not in usable}


def _chosen(runs: list[Run]) -> list[Run]:
    """Choose the sessions that speak for a probe among its runs."""
    if any(run.block is not None for run in runs):
        sessions: dict[str, list[Run]] = {}
        for run in runs:
            sessions.setdefault(run.session, []).append(run)
        return max(sessions.values(), key=_rank)
    newest = {run.candidate: run.session for run in sorted(runs, key=lambda run: run.started)}
    return [run for run in runs if newest[run.candidate] == run.session]


def _rank(session: list[Run]) -> tuple[int, int, str]:
    usable = [run for run in session if run.outcome in USABLE]
    return len({run.candidate for run in usable} - {REFERENCE}), len(usable), session[-1].started


def merged(parts: Iterable[Iterable[Run]]) -> tuple[Run, ...]:
    """Return all runs once each, oldest first, whatever the order they came in."""
    by_id = {run.id: run for part in parts for run in part}
    return tuple(sorted(by_id.values(), key=_moment))


def _moment(run: Run) -> tuple[str | int, ...]:
    """When a run was made; those of one moment in an order that no hash of code can change."""
    return run.started, run.session, run.block or 0, run.order, run.candidate, run.probe, run.mode, run.id
