"""The built-in pack keeps the promises of its language, file by file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, reduce
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from advisor.knowledge.condition import ALWAYS, comparisons_of
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.knowledge.pack_files import FOLDERS, TOP_FILES
from advisor.knowledge.yaml_source import parse_yaml
from advisor.reasoning.conditions import Conditions, draw_answers
from advisor.reasoning.profile import Answer, Profile
from advisor.reasoning.weighting import weighting
from advisor.record import yaml_key
from probes.catalogue import PROBES

ARTICLE: dict[str, dict[str, list[str]]] = parse_yaml(
    Path(__file__).with_name("article_claims.yaml").read_bytes(), "article_claims.yaml"
).value
SECTIONS = {
    "1": 2, "2.1": 6, "2.2": 20, "3.1": 1, "3.1.1": 1, "3.1.2": 1, "3.1.3": 1, "3.2.1": 5, "3.2.2": 5, "3.2.3": 5,
    "3.3.1": 5, "3.3.2": 5, "3.3.3": 5, "3.4.1": 3, "3.4.2": 4, "3.4.3": 3, "4.1": 2, "4.2.1": 3, "4.3.1": 2,
    "4.3.2": 2, "4.3.3": 2, "5.1": 5, "5.2.1": 1, "5.2.2": 1, "5.2.3": 1, "5.3": 5, "6.1": 2, "6.2": 3, "6.3": 2,
    "7.1": 5, "7.2": 4, "7.3": 5, "8.1": 1, "8.2": 4, "8.3": 4, "8.4": 4, "9-Q1": 3, "9-Q2": 3, "9-Q3": 2, "9-Q4": 8,
}  # fmt: skip
"""How many claims each section of the article makes."""

MOST_LINES = 35
CHINESE = re.compile("[\u4e00-\u9fff]")
ONE_PER_FILE = sorted(
    path.relative_to(BUILT_IN).as_posix() for name in FOLDERS for path in (BUILT_IN / name).rglob("*.yaml")
)
CASES = sorted(path.relative_to(BUILT_IN).as_posix() for path in (BUILT_IN / "cases").glob("*.yaml"))
EVERY = [*(name for name in TOP_FILES if (BUILT_IN / name).exists()), *ONE_PER_FILE, *CASES]
RULES = [name for name in ONE_PER_FILE if not name.startswith("claims/")]

by_file = pytest.mark.parametrize("file", EVERY)
by_rule = pytest.mark.parametrize("file", ONE_PER_FILE)


@cache
def raw(file: str) -> Any:
    return parse_yaml((BUILT_IN / file).read_bytes(), file).value


def texts(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    """Every mapping that holds a language, with its path."""
    if isinstance(value, Mapping):
        if "en" in value or "zh" in value:
            yield path, dict(value)
        for key, inner in value.items():
            yield from texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts(inner, (*path, str(index)))


def record(pack: Pack, file: str) -> Any:
    kind, id = file.split("/", 1)[0], Path(file).stem
    return {"needs": pack.needs, "constraints": pack.constraints, "claims": pack.claims}[kind][id]


# Form.


@pytest.mark.parametrize("file", [*ONE_PER_FILE, *CASES])
def test_a_rule_claim_or_case_has_at_most_35_lines(file: str) -> None:
    assert len((BUILT_IN / file).read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@by_rule
def test_keys_stand_in_the_order_of_the_record(file: str) -> None:
    kind = FOLDERS[file.split("/", 1)[0]]
    order = [yaml_key(name) for name in kind.__struct_fields__]
    keys = list(raw(file))
    assert keys == sorted(keys, key=order.index)


@by_file
def test_every_text_is_there_in_both_languages(file: str) -> None:
    for path, text in texts(raw(file)):
        assert set(text) == {"en", "zh"}, path
        assert not CHINESE.search(text["en"]), path


@by_file
def test_the_chinese_is_chinese(file: str) -> None:
    for path, text in texts(raw(file)):
        names_only = set(re.findall(r"\w+", text["zh"])) <= set(re.findall(r"\w+", text["en"]))
        assert CHINESE.search(text["zh"]) or (file in TOP_FILES and names_only), (path, text["zh"])


def test_ids_are_the_names_of_files(built_in: Pack) -> None:
    ids = {*built_in.needs, *built_in.constraints, *built_in.claims}
    assert ids == {Path(file).stem for file in ONE_PER_FILE}
    assert len(ids) == len(ONE_PER_FILE), "no id is both a need, a constraint or a claim"
    assert built_in.files == {Path(file).stem: file for file in ONE_PER_FILE}


def test_a_need_lies_in_the_folder_of_a_topic(built_in: Pack) -> None:
    topics = {question.topic for question in built_in.questions.values()}
    assert {file.split("/")[1] for file in RULES if file.startswith("needs/")} <= topics


# Meaning.


@by_rule
def test_its_examples_hold(built_in: Pack, file: str) -> None:
    rule = record(built_in, file)
    if rule.examples is None:
        assert rule.when == ALWAYS, "a condition brings the answers that fire it and those that must not"
        return
    for case, expected in ((rule.examples.applies, True), (rule.examples.silent, False)):
        known = {q: Answer(q, c, "file") for q, c in case.items()}
        answers = draw_answers(built_in.questions, built_in.impossible, Profile(known), world_count=100)
        applies = reduce(np.logical_and, (answers.holds(built_in.questions[id].when) for id in case), np.array(True))
        holds = answers.holds(rule.when)
        assert applies.any() and ((holds | ~applies).all() if expected else not (holds & applies).any()), case


@pytest.mark.parametrize("question", [question["id"] for question in raw("questions.yaml")["questions"]])
def test_the_shares_of_its_choices_add_up_to_1(built_in: Pack, question: str) -> None:
    assert sum(choice.share for choice in built_in.questions[question].choices) == pytest.approx(1, abs=1e-9)


def test_no_question_depends_on_a_later_one(built_in: Pack) -> None:
    seen: set[str] = set()
    for question in built_in.questions.values():
        assert {part.question for part in comparisons_of(question.when)} <= seen
        seen.add(question.id)


def test_no_two_choices_of_a_question_have_one_id(built_in: Pack) -> None:
    for question in built_in.questions.values():
        assert len(set(question.choice_ids)) == len(question.choices)


def test_every_question_is_used_by_a_rule_or_a_claim(built_in: Pack) -> None:
    rules = [*built_in.needs.values(), *built_in.constraints.values(), *built_in.claims.values()]
    assert {part.question for rule in rules for part in comparisons_of(rule.when)} == set(built_in.questions)


def test_every_criterion_can_matter_and_can_be_known(built_in: Pack) -> None:
    wanted = {criterion for need in built_in.needs.values() for criterion in need.criteria}
    claimed = {claim.about for claim in built_in.claims.values()}
    for criterion in built_in.criteria.values():
        assert criterion.default != "ignore" or criterion.id in wanted
        assert criterion.measured or criterion.id in claimed


def test_every_check_and_every_scale_reads_a_measure_that_a_probe_takes(built_in: Pack) -> None:
    checks = {id: (claim.check.probe, claim.check.measure) for id, claim in built_in.claims.items() if claim.check}
    scales = {
        criterion.id: (read.probe, read.measure)
        for criterion in built_in.criteria.values()
        for read in criterion.measured
    }
    for where, (probe, measure) in {**checks, **scales}.items():
        assert measure in PROBES[probe].measures, where


DIRECTIONAL = [file for file in ONE_PER_FILE if file.startswith("claims/") and "says" in raw(file)]


@pytest.mark.parametrize("file", DIRECTIONAL)
def test_a_directional_claim_counts_for_some_project(built_in: Pack, file: str) -> None:
    """Where it holds, its criterion matters: among projects like its example, or among all if it always holds."""
    claim = built_in.claims[Path(file).stem]
    example = claim.examples.applies if claim.examples else {}
    known = {q: Answer(q, choices, "file") for q, choices in example.items()}
    conditions = Conditions(draw_answers(built_in.questions, built_in.impossible, Profile(known), world_count=500))
    weight = weighting(built_in, conditions).weights[list(built_in.criteria).index(str(claim.about))]
    assert (weight * conditions.holds(claim.when)).max() > 0


def test_a_rejected_claim_names_an_upheld_one_instead(built_in: Pack) -> None:
    for id, claim in built_in.claims.items():
        if claim.says and not claim.review.upheld:
            assert claim.review.instead, id
            assert built_in.claims[claim.review.instead].review.upheld, id


def test_a_dispute_is_declared_on_both_sides(built_in: Pack) -> None:
    disputes = {(id, other) for id, claim in built_in.claims.items() for other in claim.disputes}
    assert disputes == {(other, id) for id, other in disputes}


def test_a_contradictory_claim_names_what_it_contradicts(built_in: Pack) -> None:
    contradictory = {
        id: claim.disputes for id, claim in built_in.claims.items() if claim.review.verdict == "contradictory"
    }
    assert [id for id, disputes in contradictory.items() if not disputes] == []


def test_what_only_counts_as_a_document_is_no_article_claim(built_in: Pack) -> None:
    for file in ONE_PER_FILE:
        if file.startswith("claims/documented/"):
            assert record(built_in, file).source_id != "article"


# The article.


def test_the_ledger_holds_146_claims_of_the_article(built_in: Pack) -> None:
    assert sum(SECTIONS.values()) == 146
    assert {section: len(ids["directional"]) + len(ids["plain"]) for section, ids in ARTICLE.items()} == SECTIONS
    of_article = {id for id, claim in built_in.claims.items() if claim.source_id == "article"}
    assert of_article == {id for ids in ARTICLE.values() for id in (*ids["directional"], *ids["plain"])}


@pytest.mark.parametrize("section", ARTICLE)
def test_each_claim_of_the_article_cites_its_section(built_in: Pack, section: str) -> None:
    for id in (*ARTICLE[section]["directional"], *ARTICLE[section]["plain"]):
        assert built_in.claims[id].source == f"article §{section}"


@pytest.mark.parametrize("section", ARTICLE)
def test_a_directional_claim_says_who_is_how_good_at_what(built_in: Pack, section: str) -> None:
    for id in ARTICLE[section]["directional"]:
        assert built_in.claims[id].about in built_in.criteria
        assert built_in.claims[id].says
    for id in ARTICLE[section]["plain"]:
        assert not built_in.claims[id].says
