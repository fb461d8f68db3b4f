"""What cannot be chosen, and why: the constraints that rule candidates out, the fewest that rule all of them out."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from advisor.knowledge.pack import Pack
from advisor.reasoning.conditions import Conditions


def exclusions(pack: Pack, conditions: Conditions) -> dict[str, str | None]:
    """Return for each candidate the constraint that rules it out in every world, if one does."""
    found: dict[str, str | None] = dict.fromkeys(pack.candidates)
    for id, constraint in pack.constraints.items():
        if bool(np.all(conditions.holds(constraint.when))):
            for name in constraint.excludes:
                for candidate in pack.members(name):
                    found[candidate] = found[candidate] or id
    return found


def conflict(pack: Pack, conditions: Conditions) -> tuple[str, ...]:
    """Return the fewest constraints that together rule everything out, certain ones before possible ones."""
    certain = [id for id, one in pack.constraints.items() if bool(np.all(conditions.holds(one.when)))]
    possible = [id for id, one in pack.constraints.items() if bool(np.any(conditions.holds(one.when)))]
    return _smallest(pack, certain) or _smallest(pack, possible) or tuple(possible)


def _smallest(pack: Pack, firing: list[str]) -> tuple[str, ...]:
    for size in range(1, len(firing) + 1):
        for group in combinations(firing, size):
            out = {c for id in group for name in pack.constraints[id].excludes for c in pack.members(name)}
            if out == set(pack.candidates):
                return group
    return ()
