"""The ledger whole: what contradicts what, and the dated numbers it rests on."""

from __future__ import annotations

import pytest
from pack_folder import PackFolder

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
    assert {id: set(one.members) for id, one in built_in.contradictions.items()} == SETS


def test_a_contradiction_is_between_claims_of_the_article(built_in: Pack) -> None:
    for one in built_in.contradictions.values():
        assert {built_in.claims[id].source_id for id in one.members} == {"article"}


@pytest.mark.parametrize("id", SETS)
def test_the_members_of_a_contradiction_hang_together_by_disputes(built_in: Pack, id: str) -> None:
    """Both sides of each are reached from any member by disputes, same-as and rejected reviews alone."""
    members = set(built_in.contradictions[id].members)
    disputed = {id for id in members if members & set(built_in.claims[id].disputes)}
    rejected = {id for id in members if not built_in.claims[id].review.upheld}
    assert disputed or rejected == members, "two sides that dispute, or none that stands"


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
    (one,) = folder.load().contradictions.values()
    assert isinstance(one, Contradiction)
    assert one.members == ("alpha-fast", "alpha-measured")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("alpha-measured]", "alpha-meassured]", "4:27: unknown claim `alpha-meassured` — did you mean alpha-measured?"),
        ("[alpha-fast, alpha-measured]", "[alpha-fast]", "4:14: `contradictions.0.members` is ['alpha-fast']"),
        ("settled: {en: It is., zh: 快。}", "", "2:5: the key `settled` is missing — add the key"),
    ],
)
def test_a_contradiction_gone_wrong_is_told_with_its_place(folder: PackFolder, old: str, new: str, told: str) -> None:
    folder.write("contradictions.yaml", CONTRADICTIONS.replace(old, new))
    assert folder.problems()[0].startswith(f"mine/contradictions.yaml:{told}")
