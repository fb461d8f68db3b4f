"""Gaps: projects without a need, criteria that matter while nothing is known of them, projects without a candidate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from advisor.knowledge.condition import All, AnyOf, Condition, Not, comparisons_of
from advisor.knowledge.criterion import WEIGHT
from advisor.verification.defect import Diagnostic
from advisor.verification.subject import Subject

MOST_TOGETHER = 4
"""The most constraints that are tried together; a few are enough to rule every candidate out."""


def uncovered_projects(subject: Subject) -> Iterator[Diagnostic]:
    """Find a project to which no need applies."""
    header = subject.pack.header
    example: dict[str, tuple[str, ...]] = {}
    whens = [need.when for need in subject.pack.needs.values()]
    extents = []
    for questions in _connected_questions(subject, whens):
        conditions = [
            when for when in whens if {comparison.question for comparison in comparisons_of(when)} <= questions
        ]
        space = subject.spaces.space_of_questions(questions)
        uncovered = space.first_example(~space.holds(AnyOf(tuple(conditions))))
        if uncovered is None:
            return
        example |= uncovered
        extents.append(space.extent)
    place = subject.place("pack", header.name, "name")
    problem = "no need applies to this project: every criterion keeps its default weight"
    yield Diagnostic(place, problem, "add a need for it, or a note that says why none is needed", example)


def _connected_questions(subject: Subject, whens: Sequence[Condition]) -> list[frozenset[str]]:
    """Return disjoint sets of questions such that every condition compares questions of one set only."""
    groups: list[frozenset[str]] = []
    for when in whens:
        connected = subject.spaces.with_dependencies({comparison.question for comparison in comparisons_of(when)})
        overlapping_groups = [group for group in groups if group & connected]
        groups = [group for group in groups if not group & connected] + [connected.union(*overlapping_groups)]
    return groups


def unknown_criteria(subject: Subject) -> Iterator[Diagnostic]:
    """Find projects for which a criterion matters that no claim and no measure informs."""
    for id, criterion in subject.pack.criteria.items():
        conditions_of_claims = [
            claim.when for claim in subject.claims_with_levels.values() if claim.about == id and claim.review.upheld
        ]
        is_informed = AnyOf((*conditions_of_claims, *(reading.counts_when for reading in criterion.measured)))
        for name, need in subject.pack.needs.items():
            if WEIGHT[need.criteria.get(id, "ignore")] == 0:
                continue
            space = subject.spaces.space_of_conditions(need.when, is_informed)
            example = space.first_example(space.holds(All((need.when, Not(is_informed)))))
            if example is not None:
                problem = f"it makes {id} {need.criteria[id]} for a project where no claim and no measure says how good the candidates are at it"
                place = subject.place("need", name, "criteria", id)
                yield Diagnostic(
                    place, problem, f"add a claim about {id} that applies there, or narrow the need", example
                )


def exclusions_of_all(subject: Subject) -> Iterator[Diagnostic]:
    """Find the fewest answers that rule every candidate out."""
    constraints = subject.pack.constraints
    all_candidates = set(subject.pack.candidates)
    excluded_by_constraint = {id: set(subject.pack.excluded(constraint)) for id, constraint in constraints.items()}
    excluding_groups: list[set[str]] = []
    for size in range(1, MOST_TOGETHER + 1):
        for group in combinations(constraints, size):
            if (
                any(smaller <= set(group) for smaller in excluding_groups)
                or set().union(*(excluded_by_constraint[id] for id in group)) != all_candidates
            ):
                continue
            whens = tuple(constraints[id].when for id in group)
            space = subject.spaces.space_of_conditions(*whens)
            questions = {comparison.question for when in whens for comparison in comparisons_of(when)}
            if (example := space.first_example(space.holds(All(whens)), questions)) is not None:
                excluding_groups.append(set(group))
                together = f"together with {', '.join(group[1:])}" if group[1:] else "by itself"
                problem = f"{together} it rules out every candidate"
                place = subject.place("constraint", group[0], "keeps" if constraints[group[0]].keeps else "excludes")
                yield Diagnostic(
                    place, problem, "no change needed if each of them is right: `advise` names them", example
                )
