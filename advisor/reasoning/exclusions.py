"""Who does not meet what is required, and why: in every world or in some, and the fewest constraints that leave nobody."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from msgspec import Struct

from advisor.knowledge.criterion import LEAST
from advisor.knowledge.pack import Pack
from advisor.reasoning.conditions import FALSE, AnswerColumns, Conditions, Truth
from advisor.reasoning.worlds import Worlds


class Unmet(Struct, frozen=True):
    """A constraint that the answers given make hold, and the candidates that do not meet it.

    Attributes:
        constraint: its id.
        candidates: in the order of the pack.
    """

    constraint: str
    candidates: tuple[str, ...]


def unmet(pack: Pack, worlds: Worlds, conditions: Conditions, constraint: str, candidate: str) -> Truth:
    """Return the worlds in which a candidate does not meet a constraint: FALSE itself where it always does."""
    rule = pack.constraints[constraint]
    holds = conditions.holds(rule.when)
    if candidate in pack.excluded(rule):
        return holds
    for criterion, level in rule.requires.items() if holds is not FALSE else ():
        below = worlds.beliefs[candidate, criterion].mean < LEAST[level]
        if np.any(below & holds):
            return np.asarray(below & holds)
    return FALSE


def unmet_everywhere(
    pack: Pack, worlds: Worlds, conditions: Conditions, answers_given: AnswerColumns
) -> tuple[Unmet, ...]:
    """Return the constraints that hold and that some candidate never meets then, with those candidates.

    Those hold that do so in every possible world, or by the known answers alone: what somebody says of the target, say, is
    required though other answers could still make the question pointless.

    Args:
        pack, worlds, conditions: the evaluated reading, and what it was evaluated from.
        answers_given: the known answers as one world (`conditions.known_answers`).
    """
    return tuple(_unmet_everywhere(pack, worlds, conditions, answers_given))


def _unmet_everywhere(
    pack: Pack, worlds: Worlds, conditions: Conditions, answers_given: AnswerColumns
) -> Iterator[Unmet]:
    possible = conditions.answers.possible
    for id, constraint in pack.constraints.items():
        holds = conditions.holds(constraint.when) & possible
        if bool(np.all(holds | ~possible)) or (bool(answers_given.holds(constraint.when)) and bool(np.any(holds))):
            failing = tuple(
                candidate
                for candidate in worlds.candidates
                if bool(np.all(unmet(pack, worlds, conditions, id, candidate) | ~holds))
            )
            if failing:
                yield Unmet(id, failing)


def exclusions(pack: Pack, conditions: Conditions) -> dict[str, str | None]:
    """Return for each candidate the id of the first constraint that excludes it in every world; None where none does."""
    excluded_by: dict[str, str | None] = dict.fromkeys(pack.candidates)
    for id, constraint in pack.constraints.items():
        if bool(np.all(conditions.holds(constraint.when))):
            for candidate in pack.excluded(constraint):
                excluded_by[candidate] = excluded_by[candidate] or id
    return excluded_by


def conflict(pack: Pack, worlds: Worlds, conditions: Conditions, *, certain: bool) -> tuple[str, ...]:
    """Return the ids of a smallest set of constraints that nobody meets together; empty where somebody meets all.

    Args:
        pack, worlds, conditions: the evaluated reading, and what it was evaluated from.
        certain: whether only constraints count that hold in every world; else those that hold in some are tried after them.
    """
    holds = {id: conditions.holds(constraint.when) for id, constraint in pack.constraints.items()}
    in_every = [id for id, truth in holds.items() if bool(np.all(truth))]
    smallest = _smallest(pack, worlds, conditions, in_every)
    if smallest or certain:
        return smallest
    return _smallest(pack, worlds, conditions, [id for id, truth in holds.items() if bool(np.any(truth))])


def _smallest(pack: Pack, worlds: Worlds, conditions: Conditions, ids: list[str]) -> tuple[str, ...]:
    failing = {id: {c for c in worlds.candidates if bool(np.any(unmet(pack, worlds, conditions, id, c)))} for id in ids}
    for size in range(1, len(ids) + 1):
        for subset in combinations(ids, size):
            if set().union(*(failing[id] for id in subset)) == set(worlds.candidates):
                return subset
    return ()
