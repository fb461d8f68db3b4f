"""Where the bounds of the labels should lie: how often each word is said of true ties, leads and sparse evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from unittest.mock import patch

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from advisor.reasoning import ranking as product
from advisor.words import Label
from bench.calibration import Score, simulate
from bench.judging import Verdict
from bench.report import Part, Row, row_within
from bench.truth import Setting

WELL_KNOWN = Setting(criteria=(3, 20), density=(0.4, 0.9))
SPARSE = Setting(criteria=(3, 20), sources=(1, 3), density=(0.02, 0.15), measured=0.0)
FROM_LITTLE_TO_MUCH = Setting(criteria=(3, 20), density=(0.02, 0.9), measured=0.1)
TIE, SLIGHT, CLEAR = "a true tie", "a slight lead, 0.02 to 0.06", "a clear lead, 0.12 to 0.25"
ANY, UNKNOWN = "as projects come", "sparse evidence"
KINDS: Mapping[str, Setting] = {
    TIE: replace(WELL_KNOWN, lead=(0.0, 0.0), ruled_out=0.0),
    SLIGHT: replace(WELL_KNOWN, lead=(0.02, 0.06), ruled_out=0.0),
    CLEAR: replace(WELL_KNOWN, lead=(0.12, 0.25), ruled_out=0.0),
    ANY: WELL_KNOWN,
    UNKNOWN: SPARSE,
}
"""The true lead of the best framework in utility; 0.2 is one level, fair to good, on everything that matters."""
WORDS: Sequence[Label] = ("clear", "lean", "either-will-do", "not-enough-evidence")
RUNNER_UP = "second's regret"
"""Another way to call a tie: by what the second costs with all doubts in it, not by how much more than the first."""
ELSEWHERE: Mapping[str, Sequence[float]] = {
    "TIE_GAP": (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08),
    RUNNER_UP: (0.03, 0.04, 0.05, 0.06, 0.08),
    "CLEAR_SHARE": (0.7, 0.75, 0.8, 0.85, 0.9, 0.95),
    "CLEAR_REGRET": (0.01, 0.02, 0.05, 0.1),
}
COLUMNS = (
    (TIE, "clear", "tie: clear"),
    (TIE, "either-will-do", "tie: either"),
    (SLIGHT, "clear", "slight: clear"),
    (CLEAR, "clear", "lead: clear"),
    (CLEAR, "either-will-do", "lead: either"),
    (ANY, "clear", "any: clear"),
)
SHARES = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.01)


class Said(Struct, frozen=True):
    """The labels that projects of one kind get under some bounds."""

    verdicts: Sequence[Verdict]
    labels: Sequence[Label]

    def share_labelled(self, label: Label) -> float:
        """Return the share of projects with a label."""
        return self.labels.count(label) / len(self.labels)

    def score_where(self, label: Label) -> Score:
        """Return the score of the projects with a label."""
        return Score(
            [verdict for verdict, given_label in zip(self.verdicts, self.labels, strict=True) if given_label == label]
        )

    def share_wrong(self, label: Label) -> float:
        """Return the share of projects with a label whose recommended framework is not the best."""
        return float((~self.score_where(label).is_right).sum()) / len(self.labels)


def label_projects(verdicts: Sequence[Verdict], bound: str = "TIE_GAP", value: float = product.TIE_GAP) -> Said:
    """Label projects with one of the bounds set to another value."""
    other = {"TIE_GAP": -np.inf} if bound == RUNNER_UP else {bound: value}
    with patch.multiple(product, **other):
        labels = [product.label_of(verdict.ranking.frameworks, verdict.ranking.evidence_share) for verdict in verdicts]
    if bound == RUNNER_UP:
        labels = [_tie_by_regret(verdict, label, value) for verdict, label in zip(verdicts, labels, strict=True)]
    return Said(verdicts, labels)


def _tie_by_regret(verdict: Verdict, label: Label, most: float) -> Label:
    """Return the label, or "either-will-do" where the second framework's regret is small."""
    second = verdict.ranking.frameworks[1]
    tied = label != "not-enough-evidence" and second.excluded_share < 1 and second.expected_regret <= most
    return "either-will-do" if tied else label


def check_labels(trials: int) -> Part:
    """Check the labels, and show what each bound would do at other values."""
    kinds = {name: simulate(setting, trials).verdicts for name, setting in KINDS.items()}
    labels_of = {name: label_projects(verdicts) for name, verdicts in kinds.items()}
    lines = [*_share_lines(labels_of), "", *_bound_lines(kinds), "", *_evidence_lines(2 * trials)]
    return Part("LABELS", list(_promise_rows(labels_of)), lines)


def _promise_rows(labels_of: Mapping[str, Said]) -> Iterator[Row]:
    """Yield the rows of what is promised of the labels."""
    trials = len(labels_of[TIE].labels)
    clear, either = labels_of[ANY].score_where("clear"), labels_of[ANY].score_where("either-will-do")
    second = [
        verdict.utility[verdict.first] - verdict.utility[verdict.ranking.frameworks[1].id]
        for verdict in either.verdicts
    ]
    yield row_within("a true tie is called clear", trials, labels_of[TIE].share_labelled("clear"), high=0.1)
    yield row_within(
        "where another leads clearly, the wrong one is called clear",
        trials,
        labels_of[CLEAR].share_wrong("clear"),
        high=0.02,
    )
    yield row_within(
        "right where a project, as they come, is called clear",
        len(clear.verdicts),
        float(clear.is_right.mean()),
        low=0.9,
    )
    yield row_within(
        "where either will do, the second costs on average", len(second), float(np.mean(second)), -0.03, 0.03
    )
    yield row_within(
        "sparse evidence is called enough",
        trials,
        1 - labels_of[UNKNOWN].share_labelled("not-enough-evidence"),
        high=0.05,
    )
    yield row_within(
        "good evidence is called not enough", trials, labels_of[ANY].share_labelled("not-enough-evidence"), high=0.05
    )


def _share_lines(labels_of: Mapping[str, Said]) -> Iterator[str]:
    """Yield a table of how often each label is given."""
    yield f"{'% of projects called':<30}" + "".join(f"{word:>21}" for word in WORDS)
    for name, labelled_ in labels_of.items():
        yield f"{name:<30}" + "".join(f"{100 * labelled_.share_labelled(word):>21.0f}" for word in WORDS)


def _bound_lines(kinds: Mapping[str, Sequence[Verdict]]) -> Iterator[str]:
    """Yield a table of both kinds of error, and of what is gained, for other values of each bound."""
    yield (
        f"{'% with a bound elsewhere':<24}" + "".join(f"{head:>15}" for *_, head in COLUMNS) + f"{'right if clear':>16}"
    )
    for bound, values in ELSEWHERE.items():
        for value in values:
            labels_of = {name: label_projects(verdicts, bound, value) for name, verdicts in kinds.items()}
            cells = "".join(f"{100 * labels_of[kind].share_labelled(word):>15.0f}" for kind, word, _ in COLUMNS)  # type: ignore[arg-type]
            now = "  <- now" if value == getattr(product, bound, None) else ""
            yield f"{bound:<16}{value:<8g}{cells}{100 * labels_of[ANY].score_where('clear').is_right.mean():>16.0f}{now}"


def _evidence_lines(trials: int) -> Iterator[str]:
    """Yield a table of how good answers are, by the share of them that rests on evidence."""
    verdicts = simulate(FROM_LITTLE_TO_MUCH, trials).verdicts
    yield "by evidence share     projects   right %    said %   true utility lost   calibration error   of it luck"
    for low, high in pairwise(SHARES):
        here = Score([verdict for verdict in verdicts if low <= verdict.ranking.evidence_share < high])
        if here.verdicts:
            lost = np.mean([max(0.0, -verdict.lead) for verdict in here.verdicts])
            shares = f"{100 * here.is_right.mean():>10.0f}{100 * here.stated.mean():>10.0f}"
            yield f"{low:.1f} to {min(high, 1):.1f}{len(here.verdicts):>20}{shares}{lost:>20.3f}{here.calibration_error:>20.3f}{here.expected_error:>13.3f}"
