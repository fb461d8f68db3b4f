"""A framework from outside is shown, takes nothing from the others, and is recommended only where it clearly wins."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_packs import case_of, judge, measurement, small_pack

from advisor.knowledge.pack import Pack
from advisor.reasoning.assemble import assemble
from advisor.reasoning.in_scope import rank_in_scope

LEVELS = ("poor", "weak", "fair", "good", "strong")


def pack_with(level: str, criteria: int = 1) -> Pack:
    """Alpha is good and beta fair at everything; the visitor stands at `level`."""
    names = [f"c{at}" for at in range(criteria)]
    return small_pack(
        {
            "candidates": ["alpha", "beta", "visitor"],
            "criteria": dict.fromkeys(names, "normal"),
            "claims": {
                name: {"about": name, "says": {"alpha": "good", "beta": "fair", "visitor": level}} for name in names
            },
        }
    )


@pytest.mark.parametrize("level", LEVELS[:4])
def test_a_visitor_that_does_not_clearly_win_takes_nothing_from_the_others(level: str) -> None:
    with_it = rank_in_scope(judge(pack_with(level)).worlds, {"visitor"})
    alone = judge(pack_with(level)).worlds.restricted_to(["alpha", "beta"])
    assert with_it.ranking == rank_in_scope(alone, set()).ranking
    assert [standing.id for standing in with_it.ranking.frameworks] == ["alpha", "beta"]
    assert with_it.best_in_scope == "alpha"
    assert [standing.id for standing in with_it.out_of_scope] == ["visitor"]


def test_the_better_the_visitor_the_more_worlds_it_would_win() -> None:
    shares = [rank_in_scope(judge(pack_with(level)).worlds, {"visitor"}).out_of_scope for level in LEVELS[:4]]
    p_best = [share[0].p_best for share in shares]
    assert p_best == sorted(p_best)
    assert p_best[0] < 0.05 < 0.3 < p_best[-1]


def test_a_visitor_that_clearly_wins_is_recommended_and_the_best_of_the_others_is_named() -> None:
    scoped = rank_in_scope(judge(pack_with("strong", criteria=12)).worlds, {"visitor"})
    assert scoped.ranking.label == "clear"
    assert scoped.ranking.frameworks[0].id == "visitor"
    assert scoped.best_in_scope == "alpha"
    assert scoped.out_of_scope == ()


def test_the_advice_names_the_best_of_the_three_and_the_visitor() -> None:
    pack = pack_with("fair")
    frameworks = {id: replace(framework, outside=id == "visitor") for id, framework in pack.frameworks.items()}
    object.__setattr__(pack, "frameworks", frameworks)
    advice = assemble(case_of(pack, measured=[measurement("alpha", "c0", 0.7)]))
    assert advice.framework == advice.best_in_scope == "alpha"
    assert [standing.id for standing in advice.out_of_scope] == ["visitor"]
    assert "visitor" not in {standing.id for standing in (*advice.frameworks, *advice.ranking)}
    assert all(reason.candidate != "visitor" for reason in (*advice.reasons, *advice.dissent))
