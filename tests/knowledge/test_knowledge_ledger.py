"""The ledger whole: what contradicts what, and the dated numbers it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest
from pack_folder import CLAIM, PackFolder

from advisor.knowledge.claim import Claim
from advisor.knowledge.contradiction import Contradiction
from advisor.knowledge.pack import Pack

SETS = {
    "x1": {"q1-tf-static", "tf-graph-session", "tf-con-manual-graph", "analysis-tf-pt-dynamic", "research-advantage",
           "q2-tf-function-dynamic"},
    "x2": {"analysis-keras-static", "q1-keras-dynamic"},
    "x3": {"graph-automatic", "tf-con-manual-graph", "analysis-dynamic-manual"},
    "x4": {"pt-pro-dynamic", "analysis-static-proto"},
    "x5": {"pt-con-distributed", "eng-distributed-first-choice", "pt-engineering-deploy"},
    "x6": {"pt-app-teaching", "k-app-prototype", "teach-keras", "q4-teach-keras"},
    "x7": {"k-app-production", "k-app-small", "q4-eng-tf-pt"},
    "x8": {"pt-app-research", "research-tf-pt", "q4-research-tf-pt"},
    "x9": {"tf-app-large", "pt-app-nlp", "pt-app-cv"},
    "x10": {"tf-adamoptimizer-text", "code-4-3-1"},
    "x11": {"k-pro-backends", "env-python38"},
    "x12": {"mm-keras-autodiff", "keras-step3-layer-grad"},
    "x13": {"optimizers-differ", "code-4-3-1"},
    "x14": {"tf-con-verbose", "q4-dev-flex-tf-pt"},
    "x15": {"mm-community", "mm-perf", "tf-pro-community", "pt-pro-community"},
}  # fmt: skip
"""The sets of claims found at odds when the article was checked."""


def test_the_article_contradicts_itself_in_fifteen_places(built_in: Pack) -> None:
    assert {id: set(contradiction.members) for id, contradiction in built_in.contradictions.items()} == SETS


def test_a_contradiction_is_between_claims_of_the_article(built_in: Pack) -> None:
    for contradiction in built_in.contradictions.values():
        assert {built_in.claims[id].source_id for id in contradiction.members} == {"article"}


@pytest.mark.parametrize("id", SETS)
def test_each_side_of_a_contradiction_disputes_another(built_in: Pack, id: str) -> None:
    members = set(built_in.contradictions[id].members)
    for member in members:
        assert members & set(built_in.claims[member].disputes), member


CONTRADICTIONS = """\
contradictions:
  - id: fast-or-slow
    topic: {en: "Is Alpha fast?", zh: "Alpha 快吗？"}
    members: [alpha-fast, alpha-measured]
    settled: {en: It is., zh: 快。}
"""


def test_a_pack_may_name_contradictions(folder: PackFolder) -> None:
    assert folder.load().contradictions == {}
    folder.write("contradictions.yaml", CONTRADICTIONS)
    (contradiction,) = folder.load().contradictions.values()
    assert isinstance(contradiction, Contradiction)
    assert contradiction.members == ("alpha-fast", "alpha-measured")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("alpha-measured]", "alpha-meassured]", "4:27: unknown claim `alpha-meassured` — did you mean alpha-measured?"),
        ("[alpha-fast, alpha-measured]", "[alpha-fast]", "4:14: `contradictions.0.members` is ['alpha-fast']"),
        ("settled: {en: It is., zh: 快。}", "", "2:5: the key `settled` is missing — add the key"),
    ],
)
def test_a_contradiction_gone_wrong_is_told_with_its_place(folder: PackFolder, old: str, new: str, words: str) -> None:
    folder.write("contradictions.yaml", CONTRADICTIONS.replace(old, new))
    assert folder.problems()[0].startswith(f"mine/contradictions.yaml:{words}")


# Numbers that age.

AGING = re.compile(
    r"\b(19|20)\d\d\b"  # years
    r"|(?<![§\d.])\d+\.\d+\.\d+"  # releases
    r"|\branks? (\w+ )?\d|排名\S{0,8} ?\d"
    r"|\d ?[MG]B\b"
)


def prose(claim: Claim) -> Iterator[str]:
    """Every sentence of a claim, in both languages."""
    for text in (claim.claim, claim.review.because, claim.uncheckable, claim.check and claim.check.means):
        if text is not None:
            yield from (text.en, text.zh)


def test_no_claim_holds_a_number_that_ages(built_in: Pack) -> None:
    """But the years of books and papers, which do not age."""
    misplaced = {
        id: sentence
        for id, claim in built_in.claims.items()
        if claim.kind != "resource"
        for sentence in prose(claim)
        if AGING.search(sentence)
    }
    assert misplaced == {}


def test_every_number_in_the_table_is_leant_on(built_in: Pack) -> None:
    named = {fact for claim in built_in.claims.values() for fact in claim.facts}
    assert set(built_in.facts) - named == set()
    assert {fact.unit for fact in built_in.facts.values()} == set(built_in.units)


def test_a_claim_cites_the_sources_of_its_numbers(built_in: Pack) -> None:
    for id, claim in built_in.claims.items():
        cited = {*claim.review.sources, claim.source_id}
        assert {built_in.facts[fact].source for fact in claim.facts} <= cited, id


def test_every_release_says_its_month_unless_the_table_has_none(built_in: Pack) -> None:
    for fact in built_in.facts.values():
        assert (fact.on is not None) == (fact.unit == "survey" or (fact.unit == "release" and fact.source == "pypi"))


FACTS = """\
units:
  - {id: rank, name: {en: rank, zh: 排名}}
facts:
  - {id: alpha-rank, of: alpha, value: 7, unit: rank, as-of: 2026-11-23, source: manual}
"""


def test_a_pack_may_keep_dated_numbers(folder: PackFolder) -> None:
    folder.write("facts.yaml", FACTS)
    folder.spoil(CLAIM, "check:", "facts: [alpha-rank]\ncheck:")
    pack = folder.load()
    assert pack.facts["alpha-rank"].value == 7
    assert pack.claims["alpha-fast"].facts == ("alpha-rank",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("unit: rank", "unit: size", "4:49: unknown unit `size`"),
        ("source: manual", "source: manuel", "4:82: unknown source `manuel` — did you mean manual?"),
        ("value: 7", "value: 7, on: 2026-13", "4:47: `facts.0.on` is '2026-13'"),
        ("id: alpha-rank, of", "id: beta-rank, of", ""),
    ],
)
def test_a_number_gone_wrong_is_told_with_its_place(folder: PackFolder, old: str, new: str, words: str) -> None:
    folder.write("facts.yaml", FACTS.replace(old, new))
    folder.spoil(CLAIM, "check:", "facts: [alpha-rank]\ncheck:")
    place = f"facts.yaml:{words}" if words else "claims/alpha/alpha-fast.yaml:15:9: unknown fact `alpha-rank`"
    assert any(line.startswith(f"mine/{place}") for line in folder.problems())


def test_shares_of_the_package_index_are_read_as_levels_in_one_way(built_in: Pack) -> None:
    of = {"pytorch": "torch", "jax": "jax", "tensorflow": "tensorflow", "keras": "keras"}
    ends = ((0.05, "poor"), (0.25, "weak"), (0.40, "fair"), (0.60, "good"), (1.01, "strong"))
    counted = {id: claim for id, claim in built_in.claims.items() if id.startswith("index-")}
    assert len(counted) >= 7
    for id, claim in counted.items():
        counts = {name: _packages(built_in, claim.facts, prefix) for name, prefix in of.items()}
        shares = {name: count / sum(counts.values()) for name, count in counts.items()}
        levels = {name: next(level for end, level in ends if share < end) for name, share in shares.items()}
        assert {name: claim.says[name] for name in of} == levels, id


def _packages(pack: Pack, facts: Sequence[str], prefix: str) -> int:
    return next(int(pack.facts[id].value) for id in facts if id.startswith(f"{prefix}-") and id.endswith("-packages"))


def test_a_level_read_off_an_attribute_or_a_written_file_is_no_measurement(built_in: Pack) -> None:
    attributes = {
        "gradient_api",
        "session_api",
        "onnx",
        "litert",
        "savedmodel",
        "torch_export",
        "targets_working",
        "mechanism",
    }
    measured = {
        id: c for id, c in built_in.claims.items() if built_in.sources[c.source_id].kind == "measurement" and c.says
    }
    assert not {id for id, claim in measured.items() if claim.check and claim.check.measure in attributes}
