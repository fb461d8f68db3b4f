"""Answers in every world, as columns, and the conditions that hold in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from advisor.knowledge.condition import All, AnyOf, Condition, Is

Truth = NDArray[np.bool_]
"""Shape () where every world agrees, else (worlds,)."""

TRUE, FALSE = np.array(True), np.array(False)


def share_of(truth: Truth) -> float:
    """Return the share of worlds, 0 to 1, in which something is true."""
    return np.count_nonzero(truth) / truth.size


class AnswerColumns(Struct, frozen=True):
    """The answers of a project in every world.

    Attributes:
        world_count: how many.
        chosen: question → choice → the worlds in which it was given.
        possible: the worlds whose combination of answers can exist.
        each: where some project must work in several combinations of answers, the same worlds once for each, with that
            combination alone; a world with fewer repeats its first. Empty where every world has one.
    """

    world_count: int
    chosen: Mapping[str, Mapping[str, Truth]]
    possible: Truth
    each: tuple[AnswerColumns, ...] = ()

    def holds(self, condition: Condition) -> Truth:
        """Evaluate a condition in every world, as met by any of its combinations; a question that does not apply equals none of its choices."""
        if self.each:
            return any_of([alone.holds(condition) for alone in self.each])
        if isinstance(condition, Is):
            truths = self.chosen[condition.question]
            return any_of([truths[choice] for choice in condition.choices])
        if isinstance(condition, All):
            return reduce(np.logical_and, map(self.holds, condition.parts), TRUE)
        if isinstance(condition, AnyOf):
            return any_of([self.holds(part) for part in condition.parts])
        return np.logical_not(self.holds(condition.part))


def any_of(parts: Sequence[Truth]) -> Truth:
    """Return the worlds in which any of some things is true."""
    return reduce(np.logical_or, parts, FALSE)
