"""Which frameworks take part in an answer: those in scope, and others where the answers or their value call for it."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from advisor.knowledge.condition import comparisons_of
from advisor.knowledge.pack import Pack
from advisor.reasoning.conditions import known_answers
from advisor.reasoning.profile import Profile
from advisor.reasoning.ranking import Ranking, Standing, rank, values_of
from advisor.reasoning.worlds import Worlds

NEAR_VALUE = 0.1
"""A framework out of scope that no answer names takes part where its value is at most this far below the highest. In the open half
of the back-test the log score is 2.09 at 0, 1.77 at 0.05, 1.55 at 0.1; of 107 random projects 10, 11 and 13 have JAX among the shares."""


class ScopedRanking(Struct, frozen=True):
    """A reading ranked among the frameworks that take part.

    Attributes:
        all_worlds: the worlds of all frameworks.
        worlds: the worlds restricted to the frameworks that take part: all shares and regrets are of these, and the shares add to 1.
        ranking: the ranking of the frameworks that take part.
        out_of_scope: the frameworks that take no part, each with the standing it would have if all did.
        best_in_scope: the best framework of those this program is about; the first of the ranking, or named beside it.
    """

    all_worlds: Worlds
    worlds: Worlds
    ranking: Ranking
    out_of_scope: tuple[Standing, ...]
    best_in_scope: str


def named_by(pack: Pack, profile: Profile) -> frozenset[str]:
    """Return the frameworks out of scope that a project's known answers name (`joins-when`)."""
    answers = known_answers(pack.questions, profile, pack.impossible)
    out_of_scope = pack.frameworks_out_of_scope
    return frozenset(id for id in out_of_scope if bool(answers.holds(pack.frameworks[id].joins_when)))


def questions_that_name(pack: Pack) -> frozenset[str]:
    """Return the questions that decide which frameworks are named: those that `joins-when` reads, and those that decide whether these apply."""
    conditions = [pack.frameworks[id].joins_when for id in pack.frameworks_out_of_scope]
    questions: set[str] = set()
    while conditions:
        for part in comparisons_of(conditions.pop()):
            if part.question not in questions:
                questions.add(part.question)
                conditions.append(pack.questions[part.question].when)
    return frozenset(questions)


def taking_part(worlds: Worlds, out_of_scope: Collection[str], named: Collection[str]) -> tuple[str, ...]:
    """Return the frameworks that take part, in the order of the pack.

    These are the frameworks in scope and, of the others, those that the answers name or whose value is near the highest of all.

    Args:
        worlds: the evaluated reading, of all frameworks.
        out_of_scope: the frameworks this program is not about.
        named: the frameworks out of scope that the answers name.
    """
    value = values_of(worlds)
    best = {id: value[list(rows)].max() for id, rows in zip(worlds.frameworks, worlds.stacks, strict=True)}
    least = value.max() - NEAR_VALUE
    return tuple(id for id in worlds.frameworks if id not in out_of_scope or id in named or best[id] >= least)


def rank_in_scope(worlds: Worlds, out_of_scope: Collection[str], named: Collection[str] = ()) -> ScopedRanking:
    """Rank the frameworks that take part.

    Args:
        worlds, out_of_scope, named: as for `taking_part`.
    """
    return rank_among(worlds, taking_part(worlds, out_of_scope, named), out_of_scope)


def rank_among(worlds: Worlds, frameworks: Collection[str], out_of_scope: Collection[str]) -> ScopedRanking:
    """Rank some frameworks.

    Args:
        worlds: the evaluated reading, of all frameworks.
        frameworks: the frameworks that take part.
        out_of_scope: the frameworks this program is not about.
    """
    _ = worlds.uncharged_drawn  # computed once for all frameworks; the restriction below is a view of it
    restricted_worlds = worlds.restricted_to(frameworks)
    ranking = rank(restricted_worlds)
    best = next((standing.id for standing in ranking.frameworks if standing.id not in out_of_scope), "")
    not_taking_part = set(worlds.frameworks) - set(restricted_worlds.frameworks)
    standings = (
        tuple(standing for standing in rank(worlds).frameworks if standing.id in not_taking_part)
        if not_taking_part
        else ()
    )
    return ScopedRanking(worlds, restricted_worlds, ranking, standings, best)
