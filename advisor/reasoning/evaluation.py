"""From the inputs of an answer to its three evaluated readings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import EvidenceSummary
from advisor.reasoning.conditions import AnswerColumns, Conditions, draw_answers
from advisor.reasoning.in_scope import ScopedRanking, named_by, rank_among, taking_part
from advisor.reasoning.profile import Profile
from advisor.reasoning.ranking import Ranking
from advisor.reasoning.readings import READINGS, Finding, Grounds, Reading, ScaledMeasurement, grounds_of
from advisor.reasoning.weighting import weighting
from advisor.reasoning.worlds import WORLDS, Worlds, evaluate
from advisor.text import Text


class AdviceInputs(Struct, frozen=True):
    """Everything an answer is computed from. Equal inputs give equal answers, byte for byte.

    Attributes:
        findings: the verdict of the runs on each claim, by the claim's id.
        measured: the measurements on the criteria's scales.
        as_of: the date of the answer.
        weigh: importances set by hand, by criterion.
        evidence: what was measured, for the record.
        steps: how many training steps the project is assumed to run.
        not_measured: what would matter but was not measured.
        world_count: how many to draw.
    """

    pack: Pack
    profile: Profile
    findings: Mapping[str, Finding]
    measured: tuple[ScaledMeasurement, ...]
    as_of: date
    weigh: Mapping[str, str]
    evidence: EvidenceSummary
    steps: int
    not_measured: tuple[Text, ...]
    world_count: int = WORLDS

    @property
    def measured_by_key(self) -> Mapping[tuple[str, str, str], ScaledMeasurement]:
        """The measurements by (candidate, probe, measure)."""
        return {
            (measurement.candidate, measurement.probe, measurement.measure): measurement
            for measurement in self.measured
        }


class EvaluatedReading(Struct, frozen=True):
    """A reading with its grounds and its ranking."""

    grounds: Grounds
    scoped: ScopedRanking

    @property
    def worlds(self) -> Worlds:
        """The worlds of the frameworks that take part."""
        return self.scoped.worlds

    @property
    def ranking(self) -> Ranking:
        """The ranking of the frameworks that take part."""
        return self.scoped.ranking


def evaluate_readings(inputs: AdviceInputs) -> tuple[dict[Reading, EvaluatedReading], Conditions]:
    """Evaluate all three readings in the same worlds, with the same frameworks: those that take part in the last reading."""
    conditions = Conditions(draw_worlds(inputs.pack, inputs.profile, inputs.world_count))
    weights = weighting(inputs.pack, conditions, weights_by_hand(inputs))
    adds_nothing = not inputs.evidence.runs and not _any_refuted(inputs)  # then measured is what reviewed is
    readings = [reading for reading in READINGS if not (reading == "measured" and adds_nothing)]
    grounds = {
        reading: grounds_of(
            reading, inputs.pack, inputs.findings, inputs.measured, inputs.as_of, inputs.evidence.versions
        )
        for reading in readings
    }
    worlds = {reading: evaluate(inputs.pack, grounds[reading], conditions, weights) for reading in readings}
    out_of_scope = inputs.pack.frameworks_out_of_scope
    frameworks = taking_part(worlds[readings[-1]], out_of_scope, named_by(inputs.pack, inputs.profile))
    evaluated = {
        reading: EvaluatedReading(grounds[reading], rank_among(worlds[reading], frameworks, out_of_scope))
        for reading in readings
    }
    evaluated.setdefault("measured", evaluated["reviewed"])
    return evaluated, conditions


def _any_refuted(inputs: AdviceInputs) -> bool:
    """Return whether a claim is refuted, if only by assumption (`advise what-if claim:ID=refuted`)."""
    return any(finding.verdict == "refuted" for finding in inputs.findings.values())


def draw_worlds(pack: Pack, profile: Profile, world_count: int) -> AnswerColumns:
    """Draw the unknown answers of a profile in a number of worlds."""
    return draw_answers(pack.questions, pack.impossible, profile, world_count)


def weights_by_hand(inputs: AdviceInputs) -> dict[str, float]:
    """Return the weights set by hand, by criterion."""
    return {criterion: WEIGHT[importance] for criterion, importance in inputs.weigh.items()}
