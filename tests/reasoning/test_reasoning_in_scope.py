"""One contest: a framework out of scope takes part where the answers name it, or where its value is the highest."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from small_packs import Judged, Raw, case_of, judge, measurement, profile, small_pack

from advisor.knowledge.pack import Pack
from advisor.reasoning.assemble import assemble
from advisor.reasoning.batch import mean_utilities, projects_of
from advisor.reasoning.profile import Profile

LEVELS = ("poor", "weak", "fair", "good", "strong")


def pack_with(level: str, count: int = 1, **more: Raw | list[Raw]) -> Pack:
    """Alpha is good and beta fair at everything; the visitor stands at `level`, and the answer `jet` names it."""
    names = [f"c{at}" for at in range(count)]
    claims = {name: {"about": name, "says": {"alpha": "good", "beta": "fair", "visitor": level}} for name in names}
    return small_pack(
        {
            "candidates": ["alpha", "beta", "visitor"],
            "outside": {"visitor": {"engine": "jet"}},
            "questions": {
                "plane": {"yes-it-is": 0.5, "no-it-is-not": 0.5},
                "engine": {"choices": {"jet": 0.5, "propeller": 0.5}, "when": {"plane": "yes-it-is"}},
            },
            "criteria": dict.fromkeys(names, "normal"),
            "claims": claims,
            **more,
        }
    )


def taking_part(judged: Judged) -> list[str]:
    return [standing.id for standing in judged.scoped.ranking.frameworks]


NAMED = [profile(engine="jet"), profile(engine="jet", plane="yes-it-is")]
UNNAMED = [profile(), profile(engine="propeller"), profile(engine="jet", plane="no-it-is-not")]


@pytest.mark.parametrize("known", UNNAMED, ids=str)
@pytest.mark.parametrize("level", LEVELS[:3])
def test_a_visitor_nobody_names_that_is_not_the_best_takes_nothing_from_the_others(level: str, known: Profile) -> None:
    judged = judge(pack_with(level), known)
    assert judged.scoped.ranking == judge(without_visitor(pack_with(level)), known).ranking
    assert taking_part(judged) == ["alpha", "beta"]
    assert judged.scoped.best_in_scope == "alpha"
    assert [standing.id for standing in judged.scoped.out_of_scope] == ["visitor"]


def without_visitor(pack: Pack) -> Pack:
    """The same pack as if nobody had thought of it."""
    claims = {
        id: replace(claim, says={k: v for k, v in claim.says.items() if k != "visitor"})
        for id, claim in pack.claims.items()
    }
    kept = {
        part: {k: v for k, v in getattr(pack, part).items() if k != "visitor"} for part in ("frameworks", "candidates")
    }
    return replace(pack, claims=claims, **kept)


@pytest.mark.parametrize("known", NAMED, ids=str)
@pytest.mark.parametrize("level", LEVELS)
def test_a_visitor_the_answers_name_takes_part(level: str, known: Profile) -> None:
    judged = judge(pack_with(level), known)
    assert set(taking_part(judged)) == {"alpha", "beta", "visitor"}
    assert judged.scoped.ranking == judged.ranking
    assert judged.scoped.out_of_scope == ()
    assert sum(standing.p_best for standing in judged.scoped.ranking.frameworks) == pytest.approx(1)


def test_the_better_the_visitor_the_more_worlds_it_wins() -> None:
    shares = [judge(pack_with(level), NAMED[0]).framework("visitor").p_best for level in LEVELS]
    assert shares == sorted(shares)
    assert shares[0] < 0.05 < 0.6 < shares[-1]


def test_a_visitor_of_the_highest_value_is_recommended_and_the_best_of_the_others_is_named() -> None:
    scoped = judge(pack_with("strong", count=12)).scoped
    assert scoped.ranking.label == "clear"
    assert [standing.id for standing in scoped.ranking.frameworks] == ["visitor", "alpha", "beta"]
    assert scoped.best_in_scope == "alpha"


def test_a_visitor_that_does_not_meet_what_is_required_is_not_of_the_highest_value() -> None:
    required = {"constraints": [{"requires": {"other": "fair"}}], "criteria": {"c0": "major", "other": "minor"}}
    pack = pack_with("strong", **required, claims={
        "a": {"about": "c0", "says": {"alpha": "good", "beta": "fair", "visitor": "strong"}},
        "b": {"about": "other", "says": {"visitor": "poor"}},
    })  # fmt: skip
    assert taking_part(judge(pack)) == ["alpha", "beta"]
    assert taking_part(judge(pack, NAMED[0])) == ["alpha", "beta", "visitor"]


@pytest.mark.parametrize("level", ["fair", "strong"])
@pytest.mark.parametrize("known", [*NAMED, *UNNAMED], ids=str)
def test_many_projects_at_once_have_the_same_contest(level: str, known: Profile) -> None:
    judged = judge(pack_with(level), known, worlds=200)
    (means,) = mean_utilities(judged.pack, judged.grounds, projects_of(judged.pack, [known]), 200)
    assert {id for id, mean in zip(judged.worlds.candidates, means, strict=True) if mean > -1} == set(
        taking_part(judged)
    )


def test_the_advice_names_the_best_of_the_three_and_the_visitor() -> None:
    advice = assemble(case_of(pack_with("fair"), measured=[measurement("alpha", "c0", 0.7)]))
    assert advice.framework == advice.best_in_scope == "alpha"
    assert "visitor" not in {standing.id for standing in (*advice.frameworks, *advice.ranking)}
    assert [standing.id for standing in advice.out_of_scope] == ["visitor"]
    assert all(reason.candidate != "visitor" for reason in (*advice.reasons, *advice.dissent))
