"""Frameworks this program is not about: shown beside the others, recommended only where they clearly win."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from advisor.reasoning.ranking import Ranking, Standing, rank
from advisor.reasoning.worlds import Worlds

LEAST_SHARE = 0.8
"""A framework from outside is recommended where it wins at least four worlds of five against all three together."""


@dataclass(frozen=True)
class ScopedRanking:
    """A reading decided among those that take part.

    Attributes:
        everyone: the worlds of all frameworks.
        worlds: those of the contestants alone: a framework from outside takes none of them away.
        out_of_scope: the frameworks from outside, each as it would stand if it took part.
        best_in_scope: the best framework that is not from outside; the winner, unless one from outside clearly wins.
    """

    all_worlds: Worlds
    worlds: Worlds
    ranking: Ranking
    out_of_scope: tuple[Standing, ...]
    best_in_scope: str


def rank_in_scope(worlds: Worlds, outside: Collection[str]) -> ScopedRanking:
    """Decide a reading among the frameworks this program is about, and one from outside if it clearly beats them all.

    Args:
        worlds: the evaluated reading.
        outside: the frameworks from outside.
    """
    inside = [name for name in worlds.frameworks if name not in outside]
    _ = worlds.drawn  # for all of them at once
    among = worlds.restricted_to(inside)
    found = rank(among)
    best = found.frameworks[0].id
    visitors = []
    for name in worlds.frameworks:
        if name in outside:
            joined = worlds.restricted_to([*inside, name])
            decided = rank(joined)
            if _clearly_wins(decided, name):
                return ScopedRanking(worlds, joined, decided, (), best)
            visitors.append(next(one for one in decided.frameworks if one.id == name))
    return ScopedRanking(worlds, among, found, tuple(visitors), best)


def _clearly_wins(decided: Ranking, name: str) -> bool:
    first = decided.frameworks[0]
    return first.id == name and decided.label in ("clear", "lean") and first.p_best >= LEAST_SHARE
