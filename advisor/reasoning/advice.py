"""The advice record: everything an answer says, once; every rendering is a view of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from advisor.reasoning.answer_flips import AnswerFlip
from advisor.reasoning.profile import Profile
from advisor.reasoning.ranking import Doubt, Standing
from advisor.reasoning.readings import Reading, Verdict
from advisor.reasoning.value_of_information import InformationValue
from advisor.text import Text
from advisor.words import Label


@dataclass(frozen=True)
class Reason:
    """One ground that speaks for (or against) the recommended candidate, compared with the runner-up.

    Attributes:
        rule: the need that made the criterion matter; None where its default importance applies.
        claim: the claim, or None for a measurement.
        probe: `probe.measure` of a measurement, or None for a claim.
        candidate: whom the ground is about.
        effect: utility it adds to (positive) or takes from the recommended candidate's lead.
        verdict: of the claim on this machine; "measured" for a measurement.
    """

    rule: str | None
    claim: str | None
    probe: str | None
    criterion: str
    topic: str
    candidate: str
    effect: float
    source: str
    verdict: Verdict | Literal["measured"]
    text: Text


@dataclass(frozen=True)
class ReadingResult:
    """One of the three readings: who leads, and the ground that moved it most."""

    label: Label
    frameworks: tuple[Standing, ...]
    ranking: tuple[Standing, ...]
    because: Text | None
    cite: str

    @property
    def framework(self) -> str | None:
        """The framework that leads; None where everything is ruled out."""
        return self.frameworks[0].id if self.frameworks[0].excluded_share < 1 else None

    @property
    def candidate(self) -> str | None:
        """The candidate that leads; None where everything is ruled out."""
        return self.ranking[0].id if self.ranking[0].excluded_share < 1 else None


@dataclass(frozen=True)
class JudgedClaim:
    """A claim of the ledger with its verdict on this machine."""

    id: str
    verdict: Verdict
    why: Text
    measured: Mapping[str, Any]
    source: str
    review: str
    text: Text


Counts = Literal["yes", "no", "partly"]


@dataclass(frozen=True)
class Measurement:
    """One measure of one candidate, with its interval and whether it counted for this project.

    `ratio`, `low` and `high` are multiples of the NumPy reference with a 90 % interval, for timed measures only.
    """

    candidate: str
    probe: str
    measure: str
    mode: str
    label: Text
    unit: Text | None
    amount: float | str | None
    ratio: float | None
    low: float | None
    high: float | None
    blocks: int
    counts: Counts
    note: Text | None
    why: Text | None
    """Why there is no amount, or why the one there is decides nothing."""
    timed: bool


@dataclass(frozen=True)
class RunSummary:
    """One run in short, and whether it counted."""

    id: str
    probe: str
    candidate: str
    mode: str
    block: int | None
    outcome: str
    counts: bool
    why: Text


@dataclass(frozen=True)
class EvidenceSummary:
    """What was measured, on what, with which versions.

    `tiers` groups the candidates by their step times in the probe `tiered`, fastest first: inside a tier the user's job may
    not tell them apart.
    """

    machine: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    blocks: int = 0
    seconds: float = 0.0
    noise: float | None = None
    measurements: tuple[Measurement, ...] = ()
    runs: tuple[RunSummary, ...] = ()
    tiers: tuple[tuple[str, ...], ...] = ()
    tiered: str = ""


@dataclass(frozen=True)
class Limitations:
    """What the answer does not rest on."""

    not_measured: tuple[Text, ...]
    documents_only: tuple[str, ...]
    no_evidence: tuple[str, ...]
    steps: int


@dataclass(frozen=True)
class NextSteps:
    """What to do after reading the answer."""

    questions: tuple[InformationValue, ...]
    probes: tuple[InformationValue, ...]
    setup: str


@dataclass(frozen=True)
class Advice:
    """An answer to "which framework?".

    `candidate` is None when the answers rule everything out; `conflict` then holds the smallest set of constraints
    that does so. `out_of_scope` are frameworks this program is not about, as they would stand if they took part;
    `best_in_scope` is the best of those it is about: the recommended one, unless one from outside clearly wins.
    """

    as_of: str
    pack: Mapping[str, str]
    profile: Profile
    weigh: Mapping[str, str]
    candidate: str | None
    framework: str | None
    label: Label
    p_best: float
    expected_regret: float
    doubt: Doubt
    frameworks: tuple[Standing, ...]
    ranking: tuple[Standing, ...]
    out_of_scope: tuple[Standing, ...]
    best_in_scope: str
    excluded: Mapping[str, str | None]
    conflict: tuple[str, ...]
    readings: Mapping[Reading, ReadingResult]
    reasons: tuple[Reason, ...]
    dissent: tuple[Reason, ...]
    claims: tuple[JudgedClaim, ...]
    flips: tuple[AnswerFlip, ...]
    next: NextSteps
    evidence: EvidenceSummary
    limitations: Limitations
    warnings: tuple[Text, ...] = ()
