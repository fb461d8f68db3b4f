"""What was asked, and what was gathered to answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from advisor.evidence.runs import Evidence
from advisor.knowledge.pack import BUILT_IN
from advisor.reasoning.assemble import Answer
from advisor.reasoning.profile import NOTHING_SCANNED, Origins, Scanned
from advisor.text import Text

Probing = Literal["auto", "none", "quick", "full"]


class Request(Struct, frozen=True):
    """What the user asked for. Together with the facts detected on this machine it determines the answer.

    Attributes:
        flags: answers given directly, by question.
        origin: how those were given: all as options, or asked on a terminal, or each in its own way.
        answers_file: a file with further answers.
        scan: the repository that was scanned, and the answers it proposes.
        weigh: importances set by hand, by criterion.
        probing: whether to measure, and how much.
        budget: most seconds to measure; None: the default of the depth.
        wait: most seconds to wait for another measurement on this machine to end.
        evidence_files: files of runs; where there are any, no store is read.
        store: the evidence store; None: the default one.
        measured_on: the kind of machine whose runs speak (see `evidence.kinds`); empty: this machine's, or the one in the files.
        own_models: the user's own models whose runs speak (see `evidence.own_code`).
        as_of: the date of the answer.
        pack: the folders of knowledge, each laid over the one before (see `knowledge.layers`).
    """

    flags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    origin: Origins = "flag"
    answers_file: Path | None = None
    scan: Scanned = NOTHING_SCANNED
    weigh: Mapping[str, str] = field(default_factory=dict)
    probing: Probing = "auto"
    budget: float | None = None
    wait: float = 0.0
    evidence_files: tuple[Path, ...] = ()
    store: Path | None = None
    measured_on: str = ""
    own_models: tuple[str, ...] = ()
    as_of: date = field(default_factory=date.today)
    pack: tuple[Path, ...] = (BUILT_IN,)

    @property
    def most_seconds(self) -> float:
        """Most seconds to measure: those that were asked for, else the default of the depth."""
        from advisor.evidence.collect import DEFAULT_BUDGET

        return DEFAULT_BUDGET[self.probing] if self.budget is None else self.budget

    def most_seconds_with(self, *, workload: bool) -> float:
        """Return the most seconds to measure, where the sizes of a workload are to be measured as well: longer, unless a budget was given."""
        from advisor.evidence.collect import WORKLOAD_BUDGET

        return self.most_seconds + (WORKLOAD_BUDGET if workload and self.budget is None else 0.0)


class Gathered(Struct):
    """The evidence of an answer, what to warn of, and whether measuring it was interrupted; and the last answer computed from it.

    Attributes:
        warnings: what is to be said with the answer.
        told: what was said already, before measuring began.
    """

    evidence: Evidence
    warnings: list[Text] = field(default_factory=list)
    told: list[Text] = field(default_factory=list)
    interrupted: bool = False
    answer: Answer | None = None
