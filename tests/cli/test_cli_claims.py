"""`advise claims`: filters that can be combined, the contradictions with both sides, and pages that fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from as_user import Advise
from rich.cells import cell_len

from advisor.knowledge.pack import Pack


def listed(inside: Advise, *filters: object) -> list[str]:
    result = inside("claims", *filters, "--format", "json")
    assert (result.code, result.err) == (0, "")
    return [claim["id"] for claim in result.json]


def test_the_whole_ledger_is_listed(inside: Advise, built_in: Pack) -> None:
    assert listed(inside) == list(built_in.claims)


def test_a_section_holds_those_inside_it(inside: Advise, built_in: Pack) -> None:
    for section in ("3.3", "§3.3"):
        claims = listed(inside, "--section", section)
        assert {built_in.claims[id].source for id in claims} == {f"article §3.3.{n}" for n in (1, 2, 3)}
    assert {built_in.claims[id].source for id in listed(inside, "--section", "9")} == {
        f"article §9-Q{n}" for n in (1, 2, 3, 4)
    }
    assert {built_in.claims[id].source for id in listed(inside, "--section", "1")} == {"article §1"}


def test_a_framework_has_what_is_said_of_it_and_its_own_folder(inside: Advise, built_in: Pack) -> None:
    claims = listed(inside, "--framework", "pytorch")
    assert {"pt-pro-dynamic", "code-4-3-2", "mm-pt-graph", "pt-distributed-documented"} <= set(claims)
    assert not {"code-4-3-1", "tf-pro-tools", "concept-tensor"} & set(claims)
    for id in claims:
        folder = built_in.files[id].split("/")[1]
        assert folder == "pytorch" or any("pytorch" in built_in.members(name) for name in built_in.claims[id].says), id


def test_filters_are_combined(inside: Advise, built_in: Pack, evidence: Path) -> None:
    filters = {
        "--framework": "keras",
        "--review": "holds",
        "--kind": "con",
        "--section": "3.3.3",
        "--verdict": "confirmed",
    }
    each = [set(listed(inside, name, value, "--evidence", evidence)) for name, value in filters.items()]
    together = listed(inside, *(part for pair in filters.items() for part in pair), "--evidence", evidence)
    assert set(together) == set.intersection(*each) and together == ["k-con-backend-limits"]


@pytest.mark.parametrize(
    ("option", "value", "legal"),
    [
        ("--verdict", "proved", "untested"),
        ("--review", "good", "outdated"),
        ("--kind", "claim", "procedure"),
        ("--section", "3.9", "3.3.1"),
        ("--section", "", "9-Q4"),
        ("--section", "3.", "3.3.1"),
        ("--framework", "caffe", "keras[jax]"),
    ],
)
def test_an_illegal_filter_names_the_legal_values(inside: Advise, option: str, value: str, legal: str) -> None:
    result = inside("claims", option, value)
    assert (result.code, result.out) == (2, "")
    (complaint,) = result.complaints
    assert complaint.startswith(f"{option}: ") and legal in complaint


def test_an_empty_list_is_no_error(inside: Advise) -> None:
    result = inside("claims", "--section", "7.3", "--review", "outdated")
    assert (result.code, result.out) == (0, "0 claims: 0 confirmed, 0 refuted, 0 inconclusive, 0 untested\n")


@pytest.mark.parametrize("columns", [60, 100, 200])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_fits_any_terminal(
    inside: Advise, monkeypatch: pytest.MonkeyPatch, built_in: Pack, columns: int, lang: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for arguments in ((), ("--contradictions",)):
        lines = inside("claims", *arguments, "--lang", lang).out.splitlines()
        assert all(cell_len(line) <= columns for line in lines)
    out = inside("claims", "--lang", lang).out
    assert all(id in out for id in built_in.claims)
    assert sum(line.startswith("article §") for line in out.splitlines()) == 40  # a head for each section


# --- contradictions -------------------------------------------------------------------------------------------------


def test_every_contradiction_has_both_sides_and_how_it_was_settled(inside: Advise, built_in: Pack) -> None:
    contradictions = inside("claims", "--contradictions", "--format", "json").json
    assert [contradiction["id"] for contradiction in contradictions] == list(built_in.contradictions)
    assert len(contradictions) == 15
    for contradiction in contradictions:
        assert contradiction["topic"] and contradiction["settled"] and len(contradiction["members"]) >= 2
        assert [member["id"] for member in contradiction["members"]] == list(
            built_in.contradictions[contradiction["id"]].members
        )
        assert all(
            {"review", "upheld", "verdict", "text", "source", "why"} <= set(member)
            for member in contradiction["members"]
        )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_they_are_told_in_words(inside: Advise, built_in: Pack, lang: str) -> None:
    out = inside("claims", "--contradictions", "--lang", lang).out
    words = "".join(out.split())
    assert out.splitlines()[0] in ("15 contradictions", "15 组矛盾")
    for contradiction in built_in.contradictions.values():
        for part in (
            contradiction.topic[lang],
            contradiction.settled[lang],
            *(built_in.claims[id].claim[lang] for id in contradiction.members),
        ):
            assert "".join(part.split()) in words, (contradiction.id, part)


def test_a_filter_chooses_the_contradictions_it_touches(inside: Advise) -> None:
    contradictions = inside("claims", "--contradictions", "--section", "6.2", "--format", "json").json
    assert "x5" in [contradiction["id"] for contradiction in contradictions] and len(contradictions) < 15
    assert all(
        any(member["source"] == "article §6.2" for member in contradiction["members"])
        for contradiction in contradictions
    )
