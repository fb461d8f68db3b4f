"""The advice record: everything an answer contains; every rendering is a view of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct, field

from advisor.reasoning.answer_flips import AnswerFlip
from advisor.reasoning.dependence import Dependence
from advisor.reasoning.exclusions import Unmet
from advisor.reasoning.measured_workload import WorkloadEvidence
from advisor.reasoning.profile import Profile
from advisor.reasoning.ranking import Doubt, Standing
from advisor.reasoning.readings import Reading, Verdict
from advisor.reasoning.start import Start
from advisor.reasoning.value_of_information import InformationValue
from advisor.text import Text
from advisor.words import Label

WeightFrom = Literal["answers", "default", "guess"]
"""Why a criterion matters: the answers given say so for certain, it matters to every project, or it is guessed from how common the
unknown answers are."""


class Reason(Struct, frozen=True):
    """A criterion's contribution to the lead of the recommended candidate over the best of the second framework.

    Attributes:
        rule: the need that gives the criterion its weight; None where its default importance applies.
        claim: the decisive claim; None for a measurement or a constraint.
        probe: `probe.measure` of the decisive measurement; None for a claim or a constraint.
        weight_from: why the criterion matters.
        criterion: its id; for a constraint the id of the question the constraint reads.
        candidate: the candidate the claim, measurement or constraint is about.
        effect: utility added to the lead (positive) or taken from it.
        source: where the claim is from; the probe of a measurement.
        verdict: the verdict on the claim on this machine; "measured" for a measurement.
        text: the claim, the measurement or the constraint in words.
    """

    rule: str | None
    weight_from: WeightFrom
    claim: str | None
    probe: str | None
    criterion: str
    topic: str
    candidate: str
    effect: float
    source: str
    verdict: Verdict | Literal["measured"]
    text: Text


class ReadingResult(Struct, frozen=True):
    """One of the three readings: its ranking and its main reason.

    Attributes:
        frameworks, ranking: standings of frameworks and of candidates, best first.
        because: the main reason, in words.
        cite: the claim or source of that reason; empty without one.
    """

    label: Label
    frameworks: tuple[Standing, ...]
    ranking: tuple[Standing, ...]
    because: Text | None
    cite: str

    @property
    def framework(self) -> str | None:
        """The framework that leads; None where everything is excluded."""
        return self.frameworks[0].id if self.frameworks[0].excluded_share < 1 else None

    @property
    def candidate(self) -> str | None:
        """The candidate that leads; None where everything is excluded."""
        return self.ranking[0].id if self.ranking[0].excluded_share < 1 else None


class JudgedClaim(Struct, frozen=True):
    """A claim of the ledger with its verdict on this machine."""

    id: str
    verdict: Verdict
    why: Text
    measured: Mapping[str, Any]
    source: str
    review: str
    text: Text


Counts = Literal["yes", "no", "partly"]


class Measurement(Struct, frozen=True):
    """One measure of one candidate, with its interval and whether it counted for this project.

    Attributes:
        mode: the mode of a timed measure; empty for others.
        amount: in `unit`, or an outcome word; None where nothing was measured.
        ratio, low, high: the amount as a multiple of the NumPy reference, with a 90 % interval; timed measures only.
        blocks: how many the amount comes from; 0 for exact measures.
        counts: whether it counts for all ("yes"), some ("partly") or none ("no") of the possible projects.
        note: the projects for which it counts, in words.
        why: why there is no amount, or why the one there is decides nothing.
        way: what its users call the mode, where it is another than the default.
        lines: how many lines that way adds or changes in a user's code.
        start_seconds: how much longer building and the first step take that way than by default, median over blocks.
        conditions: precision, batch and feeding of a timed measure, as its runs tell them.
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
    timed: bool
    way: str = ""
    lines: int | None = None
    start_seconds: float | None = None
    conditions: Mapping[str, str | float] = field(default_factory=dict)


class RunSummary(Struct, frozen=True):
    """One run in short: how it ended, whether it counted, and why or why not."""

    id: str
    probe: str
    candidate: str
    mode: str
    block: int | None
    outcome: str
    counts: bool
    why: Text


class EvidenceSummary(Struct, frozen=True):
    """What was measured, on which machine and with which versions.

    Attributes:
        blocks: how many blocks of timed probes count.
        seconds: how long measuring took, by the clock.
        noise: standard deviation of the log step time of the NumPy reference between blocks.
        tiers: candidates grouped by their step times in the probe `tiered`, fastest first; within a tier the differences
            may not show in the user's own job.
        workload: what was measured for the size of the user's own job; None where none is named.
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
    workload: WorkloadEvidence | None = None


class Limitations(Struct, frozen=True):
    """What the answer does not cover.

    Attributes:
        not_measured: what would matter but was not measured, in words.
        documents_only: criteria with a weight for which nothing was measured.
        no_evidence: criteria with a weight for which there are neither claims nor measurements.
        steps: how many training steps the project is assumed to run.
    """

    not_measured: tuple[Text, ...]
    documents_only: tuple[str, ...]
    no_evidence: tuple[str, ...]
    steps: int


class NextSteps(Struct, frozen=True):
    """What to do next.

    Attributes:
        questions, probes: unanswered questions and probes not run, the most valuable first.
        start: how to start with the recommended candidate; None where nothing is recommended.
    """

    questions: tuple[InformationValue, ...]
    probes: tuple[InformationValue, ...]
    start: Start | None

    @property
    def setup(self) -> str:
        """What is typed to install the recommended candidate, as one line; empty where only a page tells."""
        return self.start.setup if self.start is not None else ""


class Advice(Struct, frozen=True):
    """The answer: which framework is recommended, why, how sure that is, and what would change it.

    Attributes:
        as_of: date of the answer, ISO 8601.
        pack: name, version and digest of the knowledge.
        weigh: importances set by hand, by criterion.
        candidate, framework: the recommended ones; None where the answers exclude everything.
        label: how sure the recommendation is, in a word.
        p_best, expected_regret: those of the recommended framework (see `ranking.Standing`).
        doubt: p_best if only one thing were uncertain.
        frameworks, ranking: standings of frameworks and of candidates, best first.
        out_of_scope: frameworks that take no part, each with the standing it would have if it did.
        best_in_scope: the best framework in scope: the recommended one, unless one out of scope takes part and is better.
        named: the frameworks the answer names, best first: one where it is clear or leaning; the tied ones and the most frequent
            winner where either will do; those it depends on.
        dependence: where it depends: on which question, and what each answer to it gives; None where no single one decides.
        excluded: by candidate, the constraint that excludes it; None where none does.
        unmet: the constraints that the answers make hold, each with the candidates that do not meet it.
        conflict: a smallest set of constraints that no candidate meets together; empty where some candidate meets all.
        not_applicable: the questions that were answered although they do not apply; these answers do not count.
        reasons, dissent: what adds to the lead of the recommended candidate, and what takes from it.
        claims: all claims of the ledger with their verdicts.
        flips: single answers that would change the recommendation.
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
    named: tuple[str, ...]
    dependence: Dependence | None
    excluded: Mapping[str, str | None]
    unmet: tuple[Unmet, ...]
    conflict: tuple[str, ...]
    not_applicable: tuple[str, ...]
    readings: Mapping[Reading, ReadingResult]
    reasons: tuple[Reason, ...]
    dissent: tuple[Reason, ...]
    claims: tuple[JudgedClaim, ...]
    flips: tuple[AnswerFlip, ...]
    next: NextSteps
    evidence: EvidenceSummary
    limitations: Limitations
    warnings: tuple[Text, ...] = ()

    @property
    def measured(self) -> bool:
        """Whether anything was measured that the answer could rest on."""
        return any(measurement.amount is not None for measurement in self.evidence.measurements)
