"""How many mutants of the built-in pack its own checks, examples and cases notice.

    python tests/benchmarks/mutation.py [--survivors] [--only claim] [--at-least 0.9]

Every need, constraint and claim is changed in one place at a time (see `mutants`): deleted, a level mirrored, an importance raised
or lowered, a condition widened or narrowed, a review turned, a dispute or a repetition dropped. A mutant is killed by the first of

- names    something else names what was deleted: the pack cannot be read
- article  the ledger disagrees with the fact check of the article (tests/knowledge/article_checked.yaml)
- second   the pack disagrees with a second, blind reading of its sentences, as settled (tests/knowledge/second_reading.yaml)
- checks   `advise rules check` reports an error or a warning that it did not report before; its examples are among the checks
- cases    a case or one of its flips has another answer than the expert's

- table    the recorded table of what every single answer does (tests/knowledge/answer_table.yaml) reads otherwise

The first five are written down: what was said of the pack apart from it, or a law of its language. The table is a recorded result; it does not
know what is right, but shows in review what changed. Both scores are printed. Cases are first looked at in mean values; what
seems to have turned is then decided in full, so that chance kills nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parents[1] / "knowledge"))  # article_index
sys.path.insert(0, str(Path(__file__).parent))
import second_reading
from answer_table import FILE, find_differences, make_table, read_table
from article_index import CHECKED, find_disagreements
from mutants import Mutant, make_mutants

from advisor.knowledge.cases import read_cases
from advisor.knowledge.loading import open_packs
from advisor.knowledge.need import AnswerSet
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.reasoning.batch import draw_projects, projects_of
from advisor.reasoning.conditions import Conditions
from advisor.reasoning.profile import Profile
from advisor.verification.case_checks import (
    change_answers,
    failing_cases,
    profile_of_answers,
    rank_project,
    winning_framework,
)
from advisor.verification.reach import dead_questions
from advisor.verification.subject import Subject
from advisor.verification.table import CHECKS, PackCheck
from probes.catalogue import PROBES

DAY = date(2026, 11, 25)
WORLDS = 64
"""Versions of each case's project in the first look."""
LATE = (failing_cases, dead_questions)
"""What takes too long to be looked at for every mutant."""
EARLY: tuple[PackCheck, ...] = tuple(check for check in CHECKS if check.run not in LATE and check.severity != "note")
KILLERS = ("names", "article", "second", "checks", "cases", "table")
WRITTEN = KILLERS[:-1]
"""What was written down; the table is recorded."""


class Row(NamedTuple):
    """A project of a case, and the frameworks that are right for it."""

    profile: Profile
    right: tuple[str, ...]


class Bench:
    """The sound pack, and what kills its mutants."""

    def __init__(self) -> None:
        measures = {
            name: {id: measure.better for id, measure in probe.measures.items()} for name, probe in PROBES.items()
        }
        opened = open_packs((BUILT_IN,), measures)
        cases = read_cases(BUILT_IN, opened.pack)
        for name, source in cases.sources.items():
            opened.places.add_file(name, source, "built-in")
        self.sound = Subject(opened.pack, opened.places, cases.cases, DAY, measures)
        self.table = read_table(FILE.read_bytes())
        self.known = {(check.id, defect.place, defect.what) for check in EARLY for defect in check.run(self.sound)}
        self.failing = {defect.place for defect in failing_cases(self.sound)}
        rows = list(self._case_projects())
        self.look = Conditions(
            draw_projects(opened.pack, projects_of(opened.pack, [row.profile for row in rows]), WORLDS)
        )
        self.rows = [
            row if led in row.right else row._replace(right=()) for row, led in self._leaders(self.sound, rows)
        ]

    def _case_projects(self) -> Iterator[Row]:
        """Yield every project of the cases, flips included."""
        for case in self.sound.cases.values():
            yield Row(self._profile_of(case.answers), case.expert.framework)
            for turn in case.flips:
                yield Row(self._profile_of(change_answers(case.answers, turn.answers)), turn.to)

    def _profile_of(self, answers: AnswerSet) -> Profile:
        """Return answers as a profile."""
        profile, _ = profile_of_answers(self.sound, answers, "")
        assert profile is not None
        return profile

    def _leaders(self, subject: Subject, rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
        """Yield each project of the cases with the framework that leads it at mean values."""
        worlds = subject.evaluate_projects(self.look)
        inside = [worlds.candidates.index(candidate) for candidate in subject.pack.in_scope]
        means = worlds.mean[inside].reshape(len(inside), len(rows), WORLDS).mean(axis=2)
        for row, at in zip(rows, means.argmax(axis=0), strict=True):
            yield row, subject.pack.candidates[subject.pack.in_scope[at]].framework

    def find_killer(self, mutant: Mutant) -> str | None:
        """Return what notices a mutant first; None if nothing does."""
        if mutant.operator == "delete" and mutant.target in claims_named(mutant.pack):
            return "names"
        if mutant.target in CHECKED and any(find_disagreements(mutant.pack, mutant.target)):
            return "article"
        subject = replace(self.sound, pack=mutant.pack)
        vars(subject)["spaces"], vars(subject)["all_combinations"] = self.sound.spaces, self.sound.all_combinations
        kind = f"{mutant.kind}s"
        if mutant.target in second_reading.READ[kind] and any(
            second_reading.find_disagreements(subject, kind, mutant.target)
        ):
            return "second"
        if any(
            (check.id, defect.place, defect.what) not in self.known for check in EARLY for defect in check.run(subject)
        ):
            return "checks"
        if self._changes_case(subject):
            return "cases"
        return "table" if any(find_differences(self.table, make_table(subject))) else None

    def _changes_case(self, subject: Subject) -> bool:
        """Return whether a case is answered differently: first at mean values, then in full."""
        return any(
            row.right
            and led not in row.right
            and winning_framework(rank_project(subject, row.profile)) not in row.right
            for row, led in self._leaders(subject, self.rows)
        )

    def find_late_killer(self, mutant: Mutant) -> str | None:
        """Check a mutant that survived once more, in full."""
        subject = replace(self.sound, pack=mutant.pack)
        if any(dead_questions(subject)):
            return "checks"
        return "cases" if any(defect.place not in self.failing for defect in failing_cases(subject)) else None

    def measure_effect(self, mutant: Mutant) -> tuple[float, float]:
        """Return how many sampled projects get another best candidate, and the largest change of a mean utility."""
        subject = replace(self.sound, pack=mutant.pack)
        vars(subject)["spaces"] = self.sound.spaces
        before, after = self.sound.worlds.mean, subject.worlds.mean
        return float((before.argmax(axis=0) != after.argmax(axis=0)).mean()), float(np.abs(after - before).max())


def claims_named(pack: Pack) -> set[str]:
    """Return the claims that other claims name."""
    ids = {id for contradiction in pack.contradictions.values() for id in contradiction.members}
    for claim in pack.claims.values():
        ids |= {*claim.disputes, *filter(None, (claim.same_as, claim.review.instead))}
    return ids


def main() -> int:
    """Apply every check to every mutant and print the score."""
    parser = argparse.ArgumentParser(description="Mutation score of the built-in pack.")
    parser.add_argument("--survivors", action="store_true", help="list them, each with what it changes")
    parser.add_argument("--only", choices=("need", "constraint", "claim"), help="only mutants of these")
    parser.add_argument("--at-least", type=float, default=0.0, help="exit 1 where the score is lower")
    options = parser.parse_args()
    bench = Bench()
    every = [mutant for mutant in make_mutants(bench.sound.pack) if options.only in (None, mutant.kind)]
    killed = {mutant: bench.find_killer(mutant) for mutant in show_progress(every)}
    killed |= {mutant: bench.find_late_killer(mutant) for mutant, by in list(killed.items()) if by is None}
    print_score(killed)
    survivors = [mutant for mutant, by in killed.items() if by is None]
    if options.survivors:
        print_survivors(survivors, bench)
    return int(1 - len(survivors) / len(every) < options.at_least)


def print_survivors(survivors: Sequence[Mutant], bench: Bench) -> None:
    """Print the surviving mutants, those that change most first."""
    print("\nsurvivors: share of sampled projects whose best candidate changes, largest move of a mean utility")
    for turned, moved, what in sorted(
        ((*bench.measure_effect(mutant), str(mutant)) for mutant in survivors), reverse=True
    ):
        print(f"  {turned:6.2%} {moved:.3f}  {what}")


def show_progress(ones: Sequence[Mutant]) -> Iterator[Mutant]:
    """Yield mutants, and report progress on stderr."""
    for at, mutant in enumerate(ones, start=1):
        yield mutant
        if at % 100 == 0 or at == len(ones):
            print(f"{at} of {len(ones)}", file=sys.stderr)


def print_score(killed: Mapping[Mutant, str | None]) -> None:
    """Print how many mutants of each kind were noticed, and by what."""
    print(f"{'':24} mutants  killed   " + "  ".join(f"{name:>7}" for name in KILLERS))
    groups = [*sorted({(mutant.kind, mutant.operator) for mutant in killed}), ("all", "")]
    for kind, operator in groups:
        by = Counter(
            by for mutant, by in killed.items() if kind == "all" or (mutant.kind, mutant.operator) == (kind, operator)
        )
        total = by.total()
        share = 1 - by[None] / total
        print(f"{kind:11} {operator:12} {total:7}  {share:6.1%}   " + "  ".join(f"{by[name]:7}" for name in KILLERS))
    written = sum(by in WRITTEN for by in killed.values())
    print(
        f"by what a person wrote down {written / len(killed):.1%}, with the recorded table {1 - by[None] / total:.1%}"
    )


if __name__ == "__main__":
    sys.exit(main())
