"""Doubles: rules and claims that are there twice, and rules that another one always covers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from advisor.knowledge.condition import AnyOf, Condition
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.need import Need
from advisor.verification.answer_space import AnswerSpace
from advisor.verification.defect import Diagnostic
from advisor.verification.subject import Subject

Weights = NDArray[np.float64]


def hold_together(subject: Subject, a: Condition, b: Condition) -> bool:
    """Return whether two conditions hold for the same projects."""
    if a == b:
        return True
    space = subject.spaces.space_of_conditions(a, b)
    return space.complete and bool((space.holds(a) == space.holds(b)).all())


def duplicate_rules(subject: Subject) -> Iterator[Diagnostic]:
    """Find needs and constraints with the same effect on the same projects as another."""
    pack = subject.pack
    rules: list[tuple[str, str, Condition, Mapping[str, str]]] = []
    rules += [(id, "need", need.when, need.criteria) for id, need in pack.needs.items()]
    for id, constraint in pack.constraints.items():
        rules.append(
            (id, "constraint", constraint.when, constraint.requires or dict.fromkeys(pack.excluded(constraint), ""))
        )
    for (first_id, rule_type, when, says), (second_id, other_type, other_when, other_says) in combinations(rules, 2):
        if rule_type == other_type and says == other_says and hold_together(subject, when, other_when):
            problem = f"it has the same effect as {first_id} on the same projects"
            yield Diagnostic(subject.place(rule_type, second_id, "when"), problem, "keep one of the two")


def duplicate_claims(subject: Subject) -> Iterator[Diagnostic]:
    """Find claims that are made twice: in the same words, or by one source about the same thing and projects."""
    claims = subject.pack.claims
    first_by_text: dict[str, str] = {}
    for id, claim in claims.items():
        for lang in ("en", "zh"):
            normalised_text = re.sub(r"\W+", " ", claim.claim[lang]).strip().lower()
            first_id = first_by_text.setdefault(normalised_text, id)
            if first_id != id and subject.original_claims[first_id] != subject.original_claims[id]:
                problem = f"{first_id} says this in the same words"
                yield Diagnostic(subject.place("claim", id, "claim", lang), problem, "keep one, or add `same-as`")
    for (id, claim), (other_id, other) in combinations(subject.claims_with_levels.items(), 2):
        same_statement = (claim.source_id, claim.about, claim.says) == (other.source_id, other.about, other.says)
        if (
            same_statement
            and subject.original_claims[id] != subject.original_claims[other_id]
            and hold_together(subject, claim.when, other.when)
        ):
            problem = f"{id} says the same about the same projects, from the same source"
            yield Diagnostic(subject.place("claim", other_id, "says"), problem, "keep one, or add `same-as`")


def shadowed_needs(subject: Subject) -> Iterator[Diagnostic]:
    """Find needs that change no weight of any project, because others already do."""
    needs = subject.pack.needs
    for id, need in needs.items():
        if need.note is None and not any(_changes_weight(subject, id, need, criterion) for criterion in need.criteria):
            covering = sorted(other for other in needs if other != id and _covers(subject, needs[other], need))
            by = f", because of {', '.join(covering)}" if covering else ""
            problem = f"it never changes the weight of a criterion{by}"
            yield Diagnostic(
                subject.place("need", id, "criteria"), problem, "raise a level, narrow the others, or remove it"
            )


def _covers(subject: Subject, other: Need, need: Need) -> bool:
    """Return whether another need gives at least the same weights as this one, wherever this one applies."""
    enough = all(
        criterion in other.criteria and WEIGHT[other.criteria[criterion]] >= WEIGHT[importance]
        for criterion, importance in need.criteria.items()
    )
    if not enough:
        return False
    space = subject.spaces.space_of_conditions(other.when, need.when)
    return space.complete and bool(space.holds(other.when)[space.holds(need.when)].all())


def _changes_weight(subject: Subject, id: str, need: Need, criterion: str) -> bool:
    """Return whether a need changes the weight of a criterion for some project."""
    needs_about_it = {
        other: other_need for other, other_need in subject.pack.needs.items() if criterion in other_need.criteria
    }
    for space in (
        subject.spaces.sample_of_all,
        subject.spaces.space_of_conditions(AnyOf(tuple(other_need.when for other_need in needs_about_it.values()))),
    ):
        with_it = _weights_under(subject, space, needs_about_it, criterion)
        without = _weights_under(
            subject,
            space,
            {other: other_need for other, other_need in needs_about_it.items() if other != id},
            criterion,
        )
        if (with_it != without).any():
            return True
    return False


def _weights_under(subject: Subject, space: AnswerSpace, needs: Mapping[str, Need], criterion: str) -> Weights:
    """Return the weight of a criterion for each project, under these needs alone."""
    weights = np.full(space.answers.world_count, -1.0)
    for need in needs.values():
        weights = np.maximum(weights, np.where(space.holds(need.when), WEIGHT[need.criteria[criterion]], -1.0))
    return np.where(weights < 0, WEIGHT[subject.pack.criteria[criterion].default], weights)
