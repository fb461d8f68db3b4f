"""The ledger says of the article what the fact check found."""

from __future__ import annotations

from collections import Counter

import pytest
from article_index import CHECKED, find_disagreements
from msgspec.structs import replace

from advisor.knowledge.pack import Pack


@pytest.mark.parametrize("id", CHECKED)
def test_the_ledger_agrees_with_the_fact_check(built_in: Pack, id: str) -> None:
    assert list(find_disagreements(built_in, id)) == []


def test_the_fact_check_is_of_the_whole_article(built_in: Pack) -> None:
    assert set(CHECKED) == {id for id, claim in built_in.claims.items() if claim.source_id == "article"}
    verdicts = Counter(claim["verdict"] for claim in CHECKED.values())
    assert verdicts == {"holds": 73, "outdated": 21, "wrong": 24, "contradictory": 11, "opinion": 17}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"says": {"tensorflow": "weak"}}, "it puts tensorflow at weak"),
        ({"says": {"tensorflow": "fair"}}, "it puts tensorflow at fair"),
        ({"says": {"pytorch": "strong"}}, "it says nothing of tensorflow"),
        ({"disputes": ()}, "it does not dispute eng-distributed-first-choice"),
        ({"same_as": "eng-tf-large"}, "it repeats eng-tf-large"),
    ],
)
def test_a_slip_in_the_ledger_is_told(built_in: Pack, change: dict[str, object], words: str) -> None:
    claims = {**built_in.claims, "tf-pro-distributed": replace(built_in.claims["tf-pro-distributed"], **change)}
    assert any(
        words in disagreement
        for disagreement in find_disagreements(replace(built_in, claims=claims), "tf-pro-distributed")
    )
