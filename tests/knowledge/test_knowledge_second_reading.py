"""What the pack's sentences say, read twice: the levels and conditions are those that were settled."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace
from second_reading import READ, SILENT, find_disagreements, measure_agreement, pair_sides, same_projects, side_of

from advisor.knowledge.condition import ALWAYS, Is
from advisor.knowledge.loading import open_packs
from advisor.knowledge.pack import Pack
from advisor.verification.subject import Subject


@pytest.fixture(scope="module")
def subject() -> Subject:
    opened = open_packs()
    return Subject(opened.pack, opened.places, {}, date(2026, 11, 24))


def with_record(subject: Subject, kind: str, id: str, **parts: object) -> Subject:
    records = getattr(subject.pack, kind)
    changed = replace(subject.pack, **{kind: {**records, id: replace(records[id], **parts)}})
    return replace(subject, pack=changed)


def test_every_sentence_that_weighs_was_read_twice(built_in: Pack) -> None:
    assert set(READ["claims"]) == {id for id, claim in built_in.claims.items() if claim.says}
    assert set(READ["needs"]) == set(built_in.needs)
    assert set(READ["constraints"]) == set(built_in.constraints)


@pytest.mark.parametrize("kind", READ)
def test_the_pack_says_what_was_settled(subject: Subject, kind: str) -> None:
    assert {id: differing for id in READ[kind] if (differing := list(find_disagreements(subject, kind, id)))} == {}


def test_what_is_settled_was_a_difference_and_has_a_reason(subject: Subject) -> None:
    for kind, read in READ.items():
        for id, reading in read.items():
            for part in set(reading) - {"second"}:
                second, stands = reading["second"][part], reading[part]["stands"]
                assert len(reading[part]["because"]) > 10, id
                if part in ("says", "criteria"):
                    known = {name: second.get(name, SILENT) for name in stands}
                    read_as = side_of if part == "says" else str
                    assert all(read_as(known[name]) != read_as(stands[name]) for name in stands), (kind, id, part)
                else:
                    assert stands != second, (kind, id, part)


def test_no_two_readers_took_opposite_sides(built_in: Pack) -> None:
    assert ("for", "against") not in pair_sides(built_in) and ("against", "for") not in pair_sides(built_in)


def test_the_readings_agree_far_beyond_chance(built_in: Pack) -> None:
    assert measure_agreement(pair_sides(built_in)).kappa > 0.6


def test_a_slip_is_found(subject: Subject) -> None:
    id = "need-phone"
    need = subject.pack.needs[id]
    assert any(find_disagreements(with_record(subject, "needs", id, criteria={"edge-export": "normal"}), "needs", id))
    assert any(find_disagreements(with_record(subject, "needs", id, when=ALWAYS), "needs", id))
    assert not any(find_disagreements(with_record(subject, "needs", id, criteria=dict(need.criteria)), "needs", id))
    flipped = {"jax": "strong", "keras[jax]": "good"}
    id = "amd-jax-rocm"
    assert any(find_disagreements(with_record(subject, "claims", id, says={**flipped, "jax": "weak"}), "claims", id))
    assert any(find_disagreements(replace(subject, pack=replace(subject.pack, claims={})), "claims", id))


def test_conditions_are_compared_by_the_projects_they_hold_in(subject: Subject) -> None:
    large = Is("scale", ("large",))
    assert same_projects(subject, Is("scale", ("small", "medium", "large")), ALWAYS)
    assert not same_projects(subject, large, ALWAYS)


def test_kappa_of_known_tables() -> None:
    alike = measure_agreement([("a", "a"), ("b", "b")])
    assert (alike.share, alike.kappa) == (1.0, 1.0)
    chance = measure_agreement([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")])
    assert chance.kappa == pytest.approx(0)
    textbook = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert measure_agreement(textbook).kappa == pytest.approx(0.4)
