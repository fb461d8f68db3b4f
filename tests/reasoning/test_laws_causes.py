"""Laws of counting once: a copy of a criterion in its group, or a second claim of the same cause, moves hardly any share."""

from __future__ import annotations

import pytest
from drawn_profiles import drawn_profiles
from msgspec.structs import replace
from small_packs import Raw, judge, small_pack

from advisor.knowledge.claim import Claim
from advisor.knowledge.pack import Pack
from advisor.reasoning.profile import Profile

MOST = 0.02
"""How far a share may move: that much is the chance of 10 000 worlds, and a member of a group that weighs as much as two."""
WORLDS = 10_000
PROFILES = 3


def shares(pack: Pack, known: Profile) -> dict[str, float]:
    return {standing.id: standing.p_best for standing in judge(pack, known, worlds=WORLDS).ranking.frameworks}


def moved(before: dict[str, float], after: dict[str, float]) -> float:
    return max(abs(after[id] - share) for id, share in before.items())


def with_copy(pack: Pack, id: str, group: str | None) -> Pack:
    """A pack with a second criterion that reads the same: the same needs, the same claims, each of the cause of the first.

    Args:
        pack, id: the criterion that is copied.
        group: which both are then in; None for no group.
    """
    criteria = {**pack.criteria, f"{id}-again": replace(pack.criteria[id], id=f"{id}-again", group=group)}
    criteria[id] = replace(pack.criteria[id], group=group)
    claims: dict[str, Claim] = {}
    for name, claim in pack.claims.items():
        shared = replace(claim, cause=claim.cause or f"cause-of-{name}") if claim.about == id else claim
        claims[name] = shared
        if claim.about == id:
            claims[f"{name}-again"] = replace(shared, about=f"{id}-again")
    needs = {
        name: replace(need, criteria={**need.criteria, f"{id}-again": need.criteria[id]})
        if id in need.criteria
        else need
        for name, need in pack.needs.items()
    }
    return replace(pack, criteria=criteria, claims=claims, needs=needs)


def with_causes(pack: Pack, id: str) -> Pack:
    """The same pack without the copy: every claim on the criterion has a cause of its own."""
    caused = {
        name: replace(claim, cause=claim.cause or f"cause-of-{name}") if claim.about == id else claim
        for name, claim in pack.claims.items()
    }
    return replace(pack, claims=caused)


def weighty(pack: Pack) -> list[str]:
    """The criteria in a group, and those most is said of."""
    said = {id: sum(claim.about == id for claim in pack.claims.values()) for id in pack.criteria}
    most = sorted(said, key=lambda id: -said[id])[:4]
    return list(dict.fromkeys([*(id for id, criterion in pack.criteria.items() if criterion.group), *most]))


def test_a_copy_of_a_criterion_in_its_group_moves_hardly_any_share(built_in: Pack) -> None:
    for known in drawn_profiles(built_in, PROFILES):
        for id in weighty(built_in):
            before = shares(with_causes(built_in, id), known)
            after = shares(with_copy(built_in, id, built_in.criteria[id].group or "alike"), known)
            assert moved(before, after) <= MOST, (id, known)


def test_a_copy_in_no_group_would_be_noticed(built_in: Pack) -> None:
    known = drawn_profiles(built_in, 1)[0]
    before = shares(built_in, known)
    assert max(moved(before, shares(with_copy(built_in, id, None), known)) for id in weighty(built_in)) > MOST


def cause_told_twice(pack: Pack, id: str, *, cause: bool = True) -> tuple[Pack, Pack]:
    """A pack in which a claim has a cause, and the same with a second claim of that cause, in another source of its kind."""
    claim = pack.claims[id]
    named = replace(claim, cause=(claim.cause or "told-twice") if cause else None, same_as=None)
    kind = pack.sources[claim.source_id].kind
    another = replace(pack.sources[claim.source_id], id="another-source", kind=kind)
    once = replace(pack, claims={**pack.claims, id: named}, sources={**pack.sources, "another-source": another})
    return once, replace(once, claims={**once.claims, f"{id}-again": replace(named, source="another-source")})


def telling(pack: Pack) -> list[str]:
    """Some claims that say much: of every candidate, or of the extremes."""
    upheld = [id for id, claim in pack.claims.items() if claim.says and claim.review.upheld]
    return upheld[:: max(len(upheld) // 8, 1)]


def test_a_second_claim_of_the_same_cause_moves_hardly_any_share(built_in: Pack) -> None:
    for known in drawn_profiles(built_in, PROFILES, seed=1):
        for id in telling(built_in):
            once, twice = cause_told_twice(built_in, id)
            assert moved(shares(once, known), shares(twice, known)) <= MOST, (id, known)


TOLD: Raw = {
    "sources": {"blog": "documentation"},
    "criteria": {"speed": "normal", "ease": "normal"},
    "claims": {
        "a": {"about": "speed", "says": {"alpha": "good", "beta": "weak"}, "cause": "one-fact"},
        "b": {"about": "ease", "says": {"alpha": "fair", "beta": "good"}},
    },
}


@pytest.mark.parametrize(("cause", "least", "most"), [("one-fact", 0.0, 1e-9), ("other-fact", 0.03, 1.0)])
def test_two_sources_of_one_fact_are_one_voice(cause: str, least: float, most: float) -> None:
    again = {**TOLD["claims"]["a"], "source": "blog", "cause": cause}
    before = shares(small_pack(TOLD), Profile({}))
    after = shares(small_pack({**TOLD, "claims": {**TOLD["claims"], "again": again}}), Profile({}))
    assert least <= moved(before, after) <= most
