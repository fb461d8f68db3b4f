"""Which candidates do not meet what is required, and why; and the fewest constraints that leave no candidate."""

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
    required = [alone.holds(rule.when) for alone in conditions.each]
    for criterion, level in rule.requires.items() if holds is not FALSE else ():
        below = worlds.falls_short(candidate, criterion, LEAST[level], required)
        if np.any(below):
            return np.asarray(below)
    return FALSE


def unmet_everywhere(
    pack: Pack, worlds: Worlds, conditions: Conditions, answers_given: AnswerColumns
) -> tuple[Unmet, ...]:
    """Return the constraints that hold and that some candidate does not meet in any world where they do, with those candidates.

    A constraint holds here where it does so in every possible world, or by the known answers alone: what the user says about
    where the model will run, for example, is required even if other answers could still make that question not apply.

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
            failing_candidates = tuple(
                candidate
                for candidate in worlds.candidates
                if bool(np.all(unmet(pack, worlds, conditions, id, candidate) | ~holds))
            )
            if failing_candidates:
                yield Unmet(id, failing_candidates)


def exclusions(pack: Pack, conditions: Conditions) -> dict[str, str | None]:
    """Return for each candidate the id of the first constraint that excludes it in every world; None where none does."""
    excluded_by: dict[str, str | None] = dict.fromkeys(pack.candidates)
    for id, constraint in pack.constraints.items():
        if bool(np.all(conditions.holds(constraint.when))):
            for candidate in pack.excluded(constraint):
                excluded_by[candidate] = excluded_by[candidate] or id
    return excluded_by


def conflict(pack: Pack, worlds: Worlds, conditions: Conditions, *, certain: bool) -> tuple[str, ...]:
    """Return the ids of a smallest set of constraints that no candidate meets together; empty where some candidate meets all.

    Args:
        pack, worlds, conditions: the evaluated reading, and what it was evaluated from.
        certain: whether only constraints that hold in every world count; otherwise, where these leave a candidate, those that
            hold in some world are tried as well.
    """
    holds = {id: conditions.holds(constraint.when) for id, constraint in pack.constraints.items()}
    hold_everywhere = [id for id, truth in holds.items() if bool(np.all(truth))]
    smallest = _smallest_conflict(pack, worlds, conditions, hold_everywhere)
    if smallest or certain:
        return smallest
    hold_somewhere = [id for id, truth in holds.items() if bool(np.any(truth))]
    return _smallest_conflict(pack, worlds, conditions, hold_somewhere)


def _smallest_conflict(pack: Pack, worlds: Worlds, conditions: Conditions, ids: list[str]) -> tuple[str, ...]:
    """Return a smallest set of these constraints of which every candidate fails at least one; empty where there is none."""
    failing_by_constraint = {
        id: {
            candidate for candidate in worlds.candidates if bool(np.any(unmet(pack, worlds, conditions, id, candidate)))
        }
        for id in ids
    }
    for size in range(1, len(ids) + 1):
        for subset in combinations(ids, size):
            if set().union(*(failing_by_constraint[id] for id in subset)) == set(worlds.candidates):
                return subset
    return ()
