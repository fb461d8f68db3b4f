"""The runs an answer may rest on, by probe, candidate and block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

if TYPE_CHECKING:
    from probes.registration import Registration
    from probes.run import Run

Where = Literal["here", "elsewhere"]
STEP = "step_ms"
"""The measure of a timed probe that is compared."""
REFERENCE = "numpy"
DEFAULT, REFERENCE_MODE = "default", "reference"
"""The mode of what a user gets without asking, and that of the NumPy reference."""
USABLE = ("ok",)
UNSTEADY = ("no_steady_state", "too_noisy")
"""Outcomes whose values are shown but decide nothing."""
PILOT = "pilot block"
"""Why a run of the pilot does not count; a failed one does, since it says why its candidate has no other runs."""
UNREGISTERED_LOOKS = 4
"""Where no plan was kept it is unknown how often the data were looked at: the strictest error per look is used."""


class Evidence(Struct, frozen=True, dict=True):
    """A set of runs, and which of them count.

    Attributes:
        runs: in the order they were started.
        where: by run id, whether it was measured on the machine the answer is about.
        stale: by run id, why it no longer counts; only those that do not.
        damaged: how many stored rows do not match their hash and were left out.
        registered: by session, its plan as registered before it began.
        left_out: how many older runs were given and not looked at.
    """

    runs: tuple[Run, ...] = ()
    where: Mapping[str, Where] | None = None
    stale: Mapping[str, str] | None = None
    damaged: int = 0
    registered: Mapping[str, Registration] = field(default_factory=dict)
    left_out: int = 0

    def why_not(self, run: Run) -> str:
        """Return why a run does not count; empty where it does."""
        if run.id in (self.stale or {}):
            return (self.stale or {})[run.id]
        if (self.where or {}).get(run.id) == "elsewhere":
            return "measured elsewhere"
        return PILOT if run.noise.get("pilot") and run.outcome in (*USABLE, *UNSTEADY) else ""

    def counts(self, run: Run) -> bool:
        """Return whether a run counts."""
        return not self.why_not(run)

    def of(self, probe: str) -> list[Run]:
        """Return the runs of a probe that an answer rests on, of those that count.

        A timed probe is compared within blocks, so a single session is used: the one with usable runs of most candidates,
        of these the one with most usable runs, of these the newest. Of an exact probe the newest session of each candidate
        is used, whatever else was measured in it.
        """
        if probe not in self._chosen_runs:
            self._chosen_runs[probe] = _choose_sessions(self._counted_runs.get(probe, []))
        return self._chosen_runs[probe]

    @cached_property
    def _counted_runs(self) -> dict[str, list[Run]]:
        """The runs that count, by probe."""
        by_probe: dict[str, list[Run]] = {}
        for run in self.runs:
            if self.counts(run):
                by_probe.setdefault(run.probe, []).append(run)
        return by_probe

    @cached_property
    def _chosen_runs(self) -> dict[str, list[Run]]:
        """The runs that `of` has returned so far, by probe."""
        return {}

    def exact(self, probe: str) -> dict[str, Run]:
        """Return the last usable run of each candidate of a probe that is not timed."""
        return {run.candidate: run for run in self.of(probe) if run.outcome == "ok"}

    def blocks(self, probe: str, mode: str, outcomes: tuple[str, ...] = USABLE) -> dict[str, dict[int, Run]]:
        """Return candidate → block → run of a timed probe in one mode, the NumPy reference included."""
        by_candidate: dict[str, dict[int, Run]] = {}
        for run in self.of(probe):
            in_mode = run.mode == mode or run.candidate == REFERENCE
            if in_mode and run.block is not None and run.outcome in outcomes:
                by_candidate.setdefault(run.candidate, {})[run.block] = run
        return by_candidate

    def modes(self, probe: str) -> list[str]:
        """Return the modes in which candidates were measured in the blocks of a timed probe, the default first."""
        modes = {run.mode for run in self.of(probe) if run.block is not None and run.candidate != REFERENCE}
        return sorted(modes, key=lambda mode: (mode != DEFAULT, mode))

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


def _choose_sessions(runs: list[Run]) -> list[Run]:
    """Return the runs of the sessions that are used, among the runs of one probe."""
    if any(run.block is not None for run in runs):
        sessions: dict[str, list[Run]] = {}
        for run in runs:
            sessions.setdefault(run.session, []).append(run)
        return max(sessions.values(), key=_session_key)
    newest = {run.candidate: run.session for run in sorted(runs, key=lambda run: run.started)}
    return [run for run in runs if newest[run.candidate] == run.session]


def _session_key(session: list[Run]) -> tuple[int, int, str]:
    """Return the sort key of a session: candidates with usable runs, number of usable runs, start."""
    usable = [run for run in session if run.outcome in USABLE]
    return len({run.candidate for run in usable} - {REFERENCE}), len(usable), session[-1].started


def merge_runs(parts: Iterable[Iterable[Run]]) -> tuple[Run, ...]:
    """Return all runs once each, oldest first, in whatever order they are given."""
    by_id = {run.id: run for part in parts for run in part}
    return tuple(sorted(by_id.values(), key=_age_key))


class NewestRuns:
    """The newest of many runs, each once: never many more than these are held at a time.

    Attributes:
        left_out: how many older ones were dropped.
    """

    def __init__(self, limit: int) -> None:
        self.limit, self.left_out = limit, 0
        self._run_by_id: dict[str, Run] = {}

    def add(self, run: Run) -> None:
        """Take in a run."""
        self._run_by_id[run.id] = run
        if len(self._run_by_id) > 1.5 * self.limit:
            self._drop_oldest()

    def runs(self) -> tuple[Run, ...]:
        """Return the newest runs, the oldest of them first."""
        self._drop_oldest()
        return merge_runs([self._run_by_id.values()])

    def _drop_oldest(self) -> None:
        """Drop all but the newest."""
        surplus = len(self._run_by_id) - self.limit
        for run in sorted(self._run_by_id.values(), key=_age_key)[: max(0, surplus)]:
            del self._run_by_id[run.id]
            self.left_out += 1


def _age_key(run: Run) -> tuple[str | int, ...]:
    """Return the sort key of a run: when it was made, and then an order that does not depend on hashes of code."""
    return run.started, run.session, run.block or 0, run.order, run.candidate, run.probe, run.mode, run.id
