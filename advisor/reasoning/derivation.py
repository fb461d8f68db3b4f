"""The derivation of an answer, as a record; every explanation of an answer is a view of it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from advisor.reasoning.advice import Advice, Reason
from advisor.reasoning.answer_flips import AnswerFlip, AnswerFlipPair
from advisor.reasoning.ranking import Standing
from advisor.reasoning.sensitivity import GroundFlip, WeightFlip


class FiredRule(Struct, frozen=True):
    """A rule that fired, and the answers it read.

    Attributes:
        rule: the id of a need.
        share: the share of worlds in which it fires.
        read: each question with its known choices; empty while it is unanswered.
        criteria: the deciding criteria it raises, each with the importance it gives.
    """

    rule: str
    share: float
    read: tuple[tuple[str, tuple[str, ...]], ...]
    criteria: tuple[tuple[str, str], ...]


class CriterionWeight(Struct, frozen=True):
    """The weight of a criterion.

    Attributes:
        share: its share of all weight, averaged over the worlds.
        origin: what set it: a rule's id, "default" or "by hand".
    """

    criterion: str
    share: float
    origin: str


class BeliefSummary(Struct, frozen=True):
    """The belief about a candidate on a criterion, averaged over the worlds in which the criterion has a weight.

    Attributes:
        mean, sd: mean and standard deviation of the value, on the scale 0 to 1.
        parts: (kind of source, its share of the belief), largest first; the prior last.
    """

    candidate: str
    criterion: str
    mean: float
    sd: float
    parts: tuple[tuple[str, float], ...]


class RejectedClaim(Struct, frozen=True):
    """A claim that would speak for a candidate but does not count: refuted here, or not upheld by its review."""

    claim: str
    because: Literal["refuted", "review"]


class Rival(Struct, frozen=True):
    """Why another candidate was not recommended.

    Attributes:
        standing: the candidate's standing; where it takes no part in the answer, the standing it would have if it did.
        winner_ahead, winner_behind, as_good: on how many of the criteria with a weight the recommended candidate is ahead of it,
            behind it, or as good, before weights.
        loses_by, speaks_for: the reasons on either side, by criterion; effects are on the winner's lead.
        rejected_claims: those that would speak for it but do not count.
        flips, pairs, weight_flips, ground_flips: each change with which its framework would lead.
    """

    candidate: str
    framework: str
    out_of_scope: bool
    standing: Standing
    winner_ahead: int = field(name="ahead")
    winner_behind: int = field(name="behind")
    as_good: int = field(name="level")
    loses_by: tuple[Reason, ...]
    speaks_for: tuple[Reason, ...]
    rejected_claims: tuple[RejectedClaim, ...] = field(name="rejected")
    flips: tuple[AnswerFlip, ...]
    pairs: tuple[AnswerFlipPair, ...]
    weight_flips: tuple[WeightFlip, ...] = field(name="weights")
    ground_flips: tuple[GroundFlip, ...] = field(name="grounds")

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons on both sides."""
        return (*self.loses_by, *self.speaks_for)

    @property
    def dominated(self) -> bool:
        """Whether it is better on no criterion: then no weights could make it lead."""
        return self.winner_behind == 0 and self.winner_ahead > 0


class Derivation(Struct, frozen=True):
    """An answer with everything it was derived from.

    Attributes:
        fired, matters: the rules behind the deciding criteria, and the weights of these.
        beliefs: about the recommended candidate and each rival on those criteria.
        rejected_claims: those that would speak against the recommended candidate but do not count.
        pairs: the pairs of changed answers that flip the answer, where no single one does.
        weight_flips, ground_flips: weights and grounds that would flip it.
    """

    advice: Advice
    fired: tuple[FiredRule, ...]
    matters: tuple[CriterionWeight, ...]
    beliefs: tuple[BeliefSummary, ...]
    rivals: tuple[Rival, ...]
    rejected_claims: tuple[RejectedClaim, ...] = field(name="rejected")
    pairs: tuple[AnswerFlipPair, ...]
    weight_flips: tuple[WeightFlip, ...] = field(name="weights")
    ground_flips: tuple[GroundFlip, ...] = field(name="grounds")
