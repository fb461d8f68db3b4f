"""An answer before and after a change: which framework leads, and what each criterion adds to the lead."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from advisor.reasoning.advice import Advice
from advisor.reasoning.assemble import assemble_from
from advisor.reasoning.conditions import Conditions
from advisor.reasoning.evaluation import AdviceInputs, EvaluatedReading, evaluate_readings
from advisor.reasoning.reasons import LEAST_EFFECT, reasons


class LeadChange(Struct, frozen=True):
    """What a criterion, or the question of a constraint, adds to the lead before and after a change, in utility.

    Attributes:
        about: the id of the criterion or question.
    """

    about: str
    before: float
    after: float


class Difference(Struct, frozen=True):
    """An answer before and after a change.

    Attributes:
        leader: the candidate recommended before.
        rival: the candidate recommended after, or where that is of the same framework the best of the next framework.
        moved: how the leader's lead over the rival changed, by criterion, largest change first.
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
    """Compute two answers from one pack and split the change of the lead by criterion.

    Args:
        before, after: the inputs as they are, and as they would be.
    """
    (readings, conditions), (readings_after, conditions_after) = evaluate_readings(before), evaluate_readings(after)
    advice = assemble_from(before, readings, conditions)
    advice_after = assemble_from(after, readings_after, conditions_after)
    leader, rival = advice.candidate, _rival(before, advice, advice_after)
    if leader is None or rival is None:
        return Difference(advice, advice_after, leader, rival, ())
    lead = _lead_by_criterion(before, readings["measured"], conditions, leader, rival)
    lead_after = _lead_by_criterion(after, readings_after["measured"], conditions_after, leader, rival)
    changes = [LeadChange(id, lead.get(id, 0.0), lead_after.get(id, 0.0)) for id in {**lead, **lead_after}]
    moved = [change for change in changes if abs(change.after - change.before) >= LEAST_EFFECT]
    moved.sort(key=lambda change: (-abs(change.after - change.before), change.about))
    return Difference(advice, advice_after, leader, rival, tuple(moved))


def _rival(before: AdviceInputs, advice: Advice, advice_after: Advice) -> str | None:
    """Return the candidate the leader is compared with; None where no other framework has one."""
    if advice_after.framework != advice.framework:
        return advice_after.candidate
    candidates = before.pack.candidates
    rivals = (standing.id for standing in advice.ranking if candidates[standing.id].framework != advice.framework)
    return next(rivals, None)


def _lead_by_criterion(
    inputs: AdviceInputs, evaluated_reading: EvaluatedReading, conditions: Conditions, leader: str, rival: str
) -> Mapping[str, float]:
    """Return what each criterion adds to the leader's lead over a rival, in utility."""
    worlds, measured = evaluated_reading.scoped.all_worlds, inputs.measured_by_key
    lead: dict[str, float] = {}
    for reason in reasons(inputs.pack, worlds, conditions, leader, rival, inputs.findings, measured):
        lead[reason.criterion] = lead.get(reason.criterion, 0.0) + reason.effect
    return lead
