"""What cannot be chosen, and why: the constraints that exclude candidates, and a smallest set that excludes all of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from advisor.knowledge.pack import Pack
from advisor.reasoning.conditions import Conditions


def exclusions(pack: Pack, conditions: Conditions) -> dict[str, str | None]:
    """Return for each candidate the id of the first constraint that excludes it in every world; None where none does."""
    excluded_by: dict[str, str | None] = dict.fromkeys(pack.candidates)
    for id, constraint in pack.constraints.items():
        if bool(np.all(conditions.holds(constraint.when))):
            for candidate in pack.excluded(constraint):
                excluded_by[candidate] = excluded_by[candidate] or id
    return excluded_by


def conflict(pack: Pack, conditions: Conditions) -> tuple[str, ...]:
    """Return the ids of a smallest set of constraints that together exclude every candidate.

    Constraints that hold in every world are tried first, then those that hold in some.
    """
    certain = [id for id, constraint in pack.constraints.items() if bool(np.all(conditions.holds(constraint.when)))]
    possible = [id for id, constraint in pack.constraints.items() if bool(np.any(conditions.holds(constraint.when)))]
    return _smallest(pack, certain) or _smallest(pack, possible) or tuple(possible)


def _smallest(pack: Pack, ids: list[str]) -> tuple[str, ...]:
    for size in range(1, len(ids) + 1):
        for subset in combinations(ids, size):
            excluded = {candidate for id in subset for candidate in pack.excluded(pack.constraints[id])}
            if excluded == set(pack.candidates):
                return subset
    return ()
