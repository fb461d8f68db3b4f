"""Words from outside are cleaned, words from inside are in two languages, hints name what is legal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.errors import AdvisorError, Exit, InputError, ProbeError, Problem, StoreError
from advisor.knowledge.claim import ClaimKind, ReviewVerdict
from advisor.knowledge.criterion import Importance, Level
from advisor.knowledge.pack import Pack
from advisor.knowledge.source import SourceKind
from advisor.knowledge.validation import read_record
from advisor.knowledge.yaml_source import YamlSource
from advisor.reasoning.advice import Counts
from advisor.reasoning.readings import READINGS as READING_NAMES
from advisor.reasoning.readings import Verdict
from advisor.render.explain.terms import CLAIM_KINDS
from advisor.text import UNSAFE, Lang, Text, clean, did_you_mean, preferred_lang
from advisor.words import (
    COUNTED,
    IMPORTANCES,
    LABELS,
    LEVELS,
    READINGS,
    REVIEWS,
    RUN_OUTCOMES,
    SOURCE_KINDS,
    TOPICS,
    VERDICTS,
    Label,
    amount,
)
from probes.run import Outcome


@pytest.mark.parametrize(
    ("outside", "inside"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\u202eb\u2066c", "abc"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("  two\n\n lines\t here ", "two lines here"),
        ("c1\x9b31m", "c131m"),
        ("tag\U000e0041", "tag"),
        ("训练 速度", "训练 速度"),
        ("[int]", "[int]"),
    ],
)
def test_text_from_outside_is_one_line_without_control_bidi_and_invisible_characters(outside: str, inside: str) -> None:
    assert clean(outside) == inside


@given(st.text())
def test_whatever_comes_in_what_goes_out_is_safe(text: str) -> None:
    cleaned = clean(text)
    assert not UNSAFE.search(cleaned)
    assert "\n" not in cleaned
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("larg", ["small", "large"], "did you mean large? Legal: small, large"),
        ("xyz", ["small", "large"], "legal: small, large"),
        ("item-07", [f"item-{n:02}" for n in range(60)], "did you mean item-07?"),
    ],
)
def test_a_hint_names_the_nearest_word_and_all_legal_ones_if_they_are_few(
    word: str, known: list[str], hint: str
) -> None:
    assert did_you_mean(word, known) == hint


def test_among_many_words_a_far_off_one_gets_the_nearest_few() -> None:
    hint = did_you_mean("zzz", [f"item-{n:02}" for n in range(60)])
    assert hint.startswith("nearest: item-")
    assert len(hint.split(", ")) == 5


def test_a_text_has_both_languages_and_nothing_else() -> None:
    text = Text(en="yes", zh="是")
    assert (text["en"], text["zh"], text[Lang.ZH], text["fr"]) == ("yes", "是", "是", "yes")
    for wrong in (
        {"en": "yes"},
        {"en": "yes", "zh": ""},
        {"en": "yes", "zh": "是", "fr": "oui"},
        {"en": 1, "zh": "是"},
    ):
        with pytest.raises(InputError):
            read_record(Text, YamlSource("it.yaml", wrong))


@pytest.mark.parametrize(
    ("variables", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, Lang.ZH),
        ({"LANG": "en_GB.UTF-8"}, Lang.EN),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, Lang.EN),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8"}, Lang.ZH),
    ],
)
def test_the_language_is_that_of_the_locale(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], lang: Lang
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert preferred_lang() is lang


def test_a_problem_is_place_what_and_what_to_do() -> None:
    assert str(Problem("f.yaml:1:2", "it is wrong", "mend it")) == "f.yaml:1:2: it is wrong — mend it"
    assert str(Problem("", "it is wrong")) == "it is wrong"


def test_an_error_holds_all_its_problems_and_knows_its_exit_code() -> None:
    error = InputError([Problem("a", "x"), Problem("b", "y")])
    assert str(error) == "a: x\nb: y"
    assert str(StoreError("no room")) == "no room"
    assert [error.exit_code for error in (AdvisorError, InputError, StoreError, ProbeError)] == [
        Exit.BUG,
        Exit.USAGE,
        Exit.STORE,
        Exit.PROBE_FAILED,
    ]


@pytest.mark.parametrize(
    ("words", "legal"),
    [
        (LABELS, get_args(Label)),
        (REVIEWS, get_args(ReviewVerdict)),
        (VERDICTS, get_args(Verdict)),
        (READINGS, READING_NAMES),
        (SOURCE_KINDS, get_args(SourceKind)),
        (CLAIM_KINDS, get_args(ClaimKind)),
        (LEVELS, get_args(Level)),
        (IMPORTANCES, get_args(Importance)),
        (COUNTED, get_args(Counts)),
        (RUN_OUTCOMES, [outcome for outcome in Outcome if outcome is not Outcome.OK]),
    ],
    ids=[
        "labels",
        "reviews",
        "verdicts",
        "readings",
        "source kinds",
        "claim kinds",
        "levels",
        "importances",
        "counted",
        "outcomes of runs",
    ],
)
def test_every_fixed_word_has_a_wording(words: Mapping[str, object], legal: Collection[str]) -> None:
    assert set(legal) <= set(words)


def test_every_topic_of_the_questions_has_a_wording(built_in: Pack) -> None:
    topics = {question.topic for question in (*built_in.questions.values(), *built_in.criteria.values())}
    assert topics <= set(TOPICS)


@pytest.mark.parametrize(
    ("value", "en"),
    [(True, "yes"), (False, "no"), ("works", "works"), ("no-effect", "NO EFFECT"), ("odd", "odd"), (3.14159, "3.14"), (12, "12"), (1234.5, "1234"), (0.00012345, "0.000123")],
)  # fmt: skip
def test_an_amount_is_said_with_three_digits_or_as_a_word(value: float | str | bool, en: str) -> None:
    assert amount(value).en == en
