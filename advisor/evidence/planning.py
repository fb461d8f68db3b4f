"""Which probes to run: those whose outcome could change the answer, the most telling per second first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import Pack
from advisor.reasoning.value_of_information import MeanUtilities, current_means, expected_gain, probe_shifts
from advisor.reasoning.worlds import Worlds
from advisor.text import Text
from probes.catalogue import PROBES

SECONDS: Mapping[str, float] = {"static": 0.1, "exact": 3.0, "timed": 15.0}
"""What a probe takes per candidate, by its kind, where nothing is recorded: about what two cores without a GPU need."""
SETTLED = 0.01
"""The answer is settled when all that could be measured together changes the leader with no larger chance."""


@dataclass(frozen=True)
class ProbeOption:
    """A probe that could be run.

    Attributes:
        gain: the regret it is expected to remove.
        chance: that its outcome alone makes another framework lead.
        seconds: how long it is expected to take.
    """

    probe: str
    gain: float
    chance: float
    seconds: float

    @property
    def rate(self) -> tuple[float, float]:
        """Regret removed per second, ties told apart by the chance of a change per second."""
        return self.gain / self.seconds, self.chance / self.seconds


@dataclass(frozen=True)
class ProbePlan:
    """What to measure.

    Attributes:
        chosen: to be run, in this order, within the budget.
        late: worth running, but the budget leaves no room.
        idle: whatever they showed, the answer would stay.
        chance: that all of them together would make another framework lead.
    """

    chosen: tuple[ProbeOption, ...]
    late: tuple[ProbeOption, ...]
    idle: tuple[ProbeOption, ...]
    chance: float

    @property
    def ranked(self) -> tuple[ProbeOption, ...]:
        """All of them, the most telling per second first."""
        return (*self.chosen, *self.late, *self.idle)


def plan_probes(
    pack: Pack, worlds: Worlds, wanted: Collection[str], evidence: Evidence, budget: float = float("inf")
) -> ProbePlan:
    """Plan what to measure next.

    Args:
        pack: criteria, claims and candidates.
        worlds: the answer as it stands, in the measured reading.
        wanted: the probes that could be run and bear on the project; of equal worth the first comes first.
        evidence: what was run before; also tells how long probes take.
        budget: seconds.
    """
    tried = {(run.candidate, run.probe) for run in evidence.runs if evidence.counts(run)}
    shifts = {name: shift for name, shift in probe_shifts(pack, worlds, tried).items() if name in wanted}
    values, size = current_means(worlds), len(pack.contestants)
    none = np.zeros((len(values), 1))
    steps = []
    for name in wanted:
        shift = shifts.get(name, none)
        took = seconds_of(name, evidence, size)
        steps.append(ProbeOption(name, expected_gain(values, shift), _chance(worlds, values, shift), took))
    chance = _chance(worlds, values, sum(shifts.values(), none))
    ranked = sorted(steps, key=lambda one: (-one.rate[0], -one.rate[1]))
    if chance <= SETTLED:
        return ProbePlan((), (), tuple(ranked), chance)
    useful = [one for one in ranked if one.gain > 0 or one.chance > 0]
    chosen: list[ProbeOption] = []
    left = budget
    for one in useful:
        if one.seconds <= left or not chosen:
            chosen.append(one)
            left -= one.seconds
    late = tuple(one for one in useful if one not in chosen)
    return ProbePlan(tuple(chosen), late, tuple(one for one in ranked if one not in useful), chance)


def _chance(worlds: Worlds, values: MeanUtilities, shift: NDArray[np.floating]) -> float:
    """Return in what share of the outcomes another framework leads."""
    owner = np.zeros(len(values), dtype=int)
    for at, rows in enumerate(worlds.stacks):
        owner[list(rows)] = at
    after = owner[(values[:, None] + shift).argmax(axis=0)]
    return float((after != owner[int(values.argmax())]).mean())


def seconds_of(probe: str, evidence: Evidence, candidates: int) -> float:
    """Return how long a probe took when it was last run whole, else what its kind usually takes.

    Exact probes share a process: each is charged what the whole process took, an upper bound.
    """
    sessions: dict[str, float] = {}
    for run in evidence.runs:
        if run.probe == probe and run.seconds > 0:
            sessions[run.session] = sessions.get(run.session, 0.0) + run.seconds
    if sessions:
        return sessions[max(sessions, key=lambda one: one)]
    known = PROBES.get(probe)
    kind = "exact" if known is None else "static" if known.static else "timed" if known.timed else "exact"
    return SECONDS[kind] * candidates


def skipped_notes(planned: ProbePlan) -> Iterator[Text]:
    """Yield what a plan leaves out, and why."""
    if planned.idle:
        names = ", ".join(one.probe for one in planned.idle)
        yield Text(
            en=f"not measured again, for nothing it could show would change the answer: {names} (--probe quick does)",
            zh=f"以下实测无论结果如何都不会改变结论，未再次进行：{names}（如需重测：--probe quick）",
        )
    if planned.late:
        names = ", ".join(one.probe for one in planned.late)
        yield Text(en=f"no time left in the budget for: {names}", zh=f"时间预算不足，未实测：{names}")
