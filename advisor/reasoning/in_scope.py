"""Frameworks outside the scope of this program: shown beside the others, recommended only where they clearly win."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from advisor.reasoning.ranking import Ranking, Standing, rank
from advisor.reasoning.worlds import Worlds

LEAST_SHARE = 0.8
"""A framework out of scope is recommended where it wins at least four worlds of five against all frameworks in scope."""


@dataclass(frozen=True)
class ScopedRanking:
    """A reading ranked among the frameworks that take part.

    Attributes:
        all_worlds: the worlds of all frameworks, those out of scope included.
        worlds: those of the frameworks that take part; a framework out of scope takes no wins from them.
        ranking: of the frameworks that take part.
        out_of_scope: each framework out of scope, with the standing it would have if it took part.
        best_in_scope: the best framework in scope; the winner, unless one out of scope clearly wins.
    """

    all_worlds: Worlds
    worlds: Worlds
    ranking: Ranking
    out_of_scope: tuple[Standing, ...]
    best_in_scope: str


def rank_in_scope(worlds: Worlds, out_of_scope: Collection[str]) -> ScopedRanking:
    """Rank the frameworks in scope, and the first one out of scope that clearly beats all of them.

    Args:
        worlds: the evaluated reading, of all frameworks.
        out_of_scope: the ids of the frameworks out of scope.
    """
    in_scope = [framework for framework in worlds.frameworks if framework not in out_of_scope]
    _ = worlds.drawn  # computed once for all frameworks; the restrictions below are views of it
    scoped = worlds.restricted_to(in_scope)
    ranking = rank(scoped)
    best = ranking.frameworks[0].id
    standings = []
    for framework in worlds.frameworks:
        if framework in out_of_scope:
            joined = worlds.restricted_to([*in_scope, framework])
            joined_ranking = rank(joined)
            if _clearly_wins(joined_ranking, framework):
                return ScopedRanking(worlds, joined, joined_ranking, (), best)
            standings.append(next(standing for standing in joined_ranking.frameworks if standing.id == framework))
    return ScopedRanking(worlds, scoped, ranking, tuple(standings), best)


def _clearly_wins(ranking: Ranking, framework: str) -> bool:
    leader = ranking.frameworks[0]
    return leader.id == framework and ranking.label in ("clear", "lean") and leader.p_best >= LEAST_SHARE
