"""Which probes to run: those whose results could change the answer, the most valuable per second first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from advisor.reasoning.value_of_information import MeanUtilities, current_means, expected_gain, probe_shifts
from advisor.reasoning.worlds import Worlds
from advisor.sentences import text
from advisor.text import Text
from probes.catalogue import PROBES

SECONDS: Mapping[str, float] = {"static": 0.1, "exact": 3.0, "timed": 15.0}
"""How long a probe takes per candidate where no run is recorded, by how it measures: about that of two cores without a GPU."""
SETTLED = 0.01
"""The answer is settled when everything that could be measured changes the leader with no larger probability."""


class ProbeOption(Struct, frozen=True):
    """A probe that could be run.

    Attributes:
        gain: the expected regret it removes, in utility.
        chance: the probability that its result alone makes another framework lead.
        seconds: how long it is expected to take.
    """

    probe: str
    gain: float
    chance: float
    seconds: float

    @property
    def gain_rates(self) -> tuple[float, float]:
        """The regret removed per second, then the probability per second that the leader changes, to order equal ones."""
        return self.gain / self.seconds, self.chance / self.seconds


class ProbePlan(Struct, frozen=True):
    """What to measure.

    Attributes:
        chosen: to be run, in this order, within the budget.
        beyond_budget: worth running, but not within the budget.
        idle: whatever their results, the answer would not change.
        chance: the probability that all of them together would make another framework lead.
    """

    chosen: tuple[ProbeOption, ...]
    beyond_budget: tuple[ProbeOption, ...]
    idle: tuple[ProbeOption, ...]
    chance: float

    @property
    def ranked(self) -> tuple[ProbeOption, ...]:
        """All options: chosen ones, then those without time, then those that could change nothing."""
        return (*self.chosen, *self.beyond_budget, *self.idle)


def plan_probes(
    pack: Pack, worlds: Worlds, probes: Collection[str], evidence: Evidence, budget: float = float("inf")
) -> ProbePlan:
    """Plan what to measure next.

    Args:
        pack: criteria, claims and candidates.
        worlds: the present answer, in the measured reading.
        probes: the names of those that could be run and matter to the project; of equal value the first comes first.
        evidence: what was run before; also tells how long probes take.
        budget: seconds.
    """
    tried = {(run.candidate, run.probe) for run in evidence.runs if evidence.counts(run)}
    shifts = {probe: shift for probe, shift in probe_shifts(pack, worlds, tried).items() if probe in probes}
    means, candidate_count = current_means(worlds), len(pack.contestants)
    no_shift = np.zeros((len(means), 1))
    options = []
    for probe in probes:
        shift = shifts.get(probe, no_shift)
        gain, chance = expected_gain(means, shift), _chance_of_change(worlds, means, shift)
        options.append(ProbeOption(probe, gain, chance, expected_seconds(probe, evidence, candidate_count)))
    options.sort(key=lambda option: (-option.gain_rates[0], -option.gain_rates[1]))
    chance_of_all = _chance_of_change(worlds, means, sum(shifts.values(), no_shift))
    if chance_of_all <= SETTLED:
        return ProbePlan((), (), tuple(options), chance_of_all)
    useful = [option for option in options if option.gain > 0 or option.chance > 0]
    chosen = _choose_within_budget(budget, useful)
    beyond_budget = tuple(option for option in useful if option not in chosen)
    idle = tuple(option for option in options if option not in useful)
    return ProbePlan(tuple(chosen), beyond_budget, idle, chance_of_all)


def _choose_within_budget(budget: float, options: Sequence[ProbeOption]) -> list[ProbeOption]:
    """Return the first option, and those of the others that fit into the rest of the budget, in order."""
    chosen: list[ProbeOption] = []
    for option in options:
        if option.seconds <= budget or not chosen:
            chosen.append(option)
            budget -= option.seconds
    return chosen


def _chance_of_change(worlds: Worlds, means: MeanUtilities, shift: NDArray[np.floating]) -> float:
    """Return the share of the possible results with which another framework leads.

    Args:
        means: mean utilities now.
        shift: how far each result moves them, shape (candidates, draws).
    """
    framework_of = np.zeros(len(means), dtype=int)
    for index, rows in enumerate(worlds.stacks):
        framework_of[list(rows)] = index
    leaders = framework_of[(means[:, None] + shift).argmax(axis=0)]
    return float((leaders != framework_of[int(means.argmax())]).mean())


def expected_seconds(probe: str, evidence: Evidence, candidate_count: int) -> float:
    """Return the expected duration of a probe in seconds: that of its last session, else a usual value.

    Exact probes share a process: each is assigned the time of the whole process, an upper bound.

    Args:
        probe: its name.
        evidence: the runs.
        candidates: how many would be measured.
    """
    sessions: dict[str, float] = {}
    for run in evidence.runs:
        if run.probe == probe and run.seconds > 0:
            sessions[run.session] = sessions.get(run.session, 0.0) + run.seconds
    if sessions:
        return [*sessions.values()][-1]  # runs are in the order they were started, and so are their sessions
    built_in = PROBES.get(probe)
    if built_in is not None and (built_in.static or built_in.timed):
        return SECONDS["static" if built_in.static else "timed"] * candidate_count
    return SECONDS["exact"] * candidate_count


def skipped_notes(plan: ProbePlan) -> Iterator[Text]:
    """Yield which probes a plan leaves out, and why."""
    if plan.idle:
        names = ", ".join(option.probe for option in plan.idle)
        yield text("evidence.not-worth-measuring", probes=names)
    if plan.beyond_budget:
        names = ", ".join(option.probe for option in plan.beyond_budget)
        yield text("evidence.no-time-left", probes=names)
