"""What every single answer does, as it was last recorded: a change of the pack shows here before it is committed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from answer_table import FILE, NO_ANSWERS, Row, find_differences, make_subject, make_table, read_table, table_yaml
from msgspec.structs import replace

from advisor.knowledge.loading import Opened, open_packs
from advisor.knowledge.pack import Pack


@pytest.fixture(scope="module")
def opened() -> Opened:
    return open_packs()


@pytest.fixture(scope="module")
def now(opened: Opened) -> Mapping[str, Row]:
    return make_table(make_subject(opened))


def changed(opened: Opened, **parts: object) -> Mapping[str, Row]:
    return make_table(make_subject(Opened(replace(opened.pack, **parts), opened.places)))  # type: ignore[arg-type]


def test_the_pack_does_what_is_recorded(now: Mapping[str, Row]) -> None:
    changes = list(find_differences(read_table(FILE.read_bytes()), now))
    assert changes == [], "meant? python tests/knowledge/answer_table.py, and read the difference"


def test_there_is_a_row_for_every_answer(built_in: Pack, now: Mapping[str, Row]) -> None:
    answers = {f"{id}={choice}" for id, question in built_in.questions.items() for choice in question.choice_ids}
    assert set(now) == {NO_ANSWERS} | answers


def test_a_table_is_read_as_it_was_written(now: Mapping[str, Row]) -> None:
    assert list(find_differences(read_table(table_yaml(now).encode()), now)) == []


def test_a_flipped_level_shows(opened: Opened, now: Mapping[str, Row]) -> None:
    claim = opened.pack.claims["apple-mps"]
    claims = {**opened.pack.claims, "apple-mps": replace(claim, says={"pytorch": "poor"})}
    changes = list(find_differences(now, changed(opened, claims=claims)))
    assert any(
        change.startswith("hardware=apple-silicon: believed.accelerator-support.pytorch was ") for change in changes
    )


def test_a_deleted_rule_shows(opened: Opened, now: Mapping[str, Row]) -> None:
    needs = {id: need for id, need in opened.pack.needs.items() if id != "need-control"}
    changes = list(find_differences(now, changed(opened, needs=needs)))
    assert any(change.startswith("dev-efficiency=control: matters.control was 4.00") for change in changes)


def test_what_is_only_one_thousandth_off_is_the_same(now: Mapping[str, Row]) -> None:
    off = {name: {key: value + 0.001 for key, value in row.items()} for name, row in now.items()}
    assert list(find_differences(now, off)) == []
