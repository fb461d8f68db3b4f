"""Two answers side by side: who led, who leads after a change, and which criteria moved the lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.reasoning.advice import Advice
from advisor.reasoning.assemble import AdviceInputs, EvaluatedReading, assemble_from, evaluate_readings
from advisor.reasoning.conditions import Conditions
from advisor.reasoning.reasons import LEAST_EFFECT, reasons


@dataclass(frozen=True)
class LeadChange:
    """What a criterion (or a constraint's question) adds to the lead, before and after."""

    about: str
    before: float
    after: float


@dataclass(frozen=True)
class Difference:
    """An answer before and after a change.

    Attributes:
        leader, rival: the candidates whose distance `moved` splits up: the one recommended before, and the one
            recommended after it, or where that is the same framework the best of the next.
    """

    before: Advice
    after: Advice
    leader: str | None
    rival: str | None
    moved: tuple[LeadChange, ...]

    @property
    def changes(self) -> bool:
        """Whether another framework is recommended."""
        return self.before.framework != self.after.framework


def difference(before: AdviceInputs, after: AdviceInputs) -> Difference:
    """Answer two cases of one pack and say what lies between them.

    Args:
        before, after: the case as it is, and as it would be.
    """
    (readings, conditions), (readings_after, conditions_after) = evaluate_readings(before), evaluate_readings(after)
    first = assemble_from(before, readings, conditions)
    then = assemble_from(after, readings_after, conditions_after)
    leader, rival = first.candidate, _rival(before, first, then)
    if leader is None or rival is None:
        return Difference(first, then, leader, rival, ())
    lead = _lead(before, readings["measured"], conditions, leader, rival)
    lead_after = _lead(after, readings_after["measured"], conditions_after, leader, rival)
    moved = [LeadChange(one, lead.get(one, 0.0), lead_after.get(one, 0.0)) for one in {**lead, **lead_after}]
    moved = [one for one in moved if abs(one.after - one.before) >= LEAST_EFFECT]
    ranked = sorted(moved, key=lambda one: (-abs(one.after - one.before), one.about))
    return Difference(first, then, leader, rival, tuple(ranked))


def _rival(case: AdviceInputs, first: Advice, then: Advice) -> str | None:
    """Return whom the leader is compared with: who takes its place, else the best of the framework next to it."""
    if then.framework != first.framework:
        return then.candidate
    others = [one.id for one in first.ranking if case.pack.candidates[one.id].framework != first.framework]
    return others[0] if others else None


def _lead(
    case: AdviceInputs, reading: EvaluatedReading, conditions: Conditions, leader: str, rival: str
) -> Mapping[str, float]:
    """Return what each criterion adds to a lead."""
    measured = {(one.candidate, one.probe, one.measure): one for one in case.measured}
    worlds = reading.scoped.all_worlds
    found: dict[str, float] = {}
    for one in reasons(case.pack, worlds, conditions, leader, rival, case.findings, measured):
        found[one.criterion] = found.get(one.criterion, 0.0) + one.effect
    return found
