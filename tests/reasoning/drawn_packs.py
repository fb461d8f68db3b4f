"""Small packs drawn at random, for laws that hold whatever the knowledge says."""

from __future__ import annotations

from hypothesis import strategies as st
from small_packs import Raw

from advisor.reasoning.ranking import Ranking

LEVELS = ["poor", "weak", "fair", "good", "strong"]
CRITERIA = ("speed", "ease", "care")
STACKS = ("alpha", "beta[one]", "beta[two]", "gamma")
WHEN = st.sampled_from([{}, {"scale": "large"}])


@st.composite
def packs(
    draw: st.DrawFn, candidates: tuple[str, ...] = ("alpha", "beta", "gamma"), *, requirements: bool = True
) -> Raw:
    """Draw a small pack: a question, a rule, claims of three sources and two causes, a group, and requirements."""
    level = st.sampled_from(LEVELS)
    claim = st.fixed_dictionaries(
        {
            "source": st.sampled_from(["book", "blog", "paper"]),
            "about": st.sampled_from(CRITERIA),
            "says": st.fixed_dictionaries(dict.fromkeys(candidates, level)),
            "when": WHEN,
        },
        optional={"cause": st.sampled_from(["one-fact", "other-fact"])},
    )
    required = st.fixed_dictionaries(
        {"when": WHEN, "requires": st.dictionaries(st.sampled_from(CRITERIA), level, min_size=1, max_size=2)}
    )
    return {
        "candidates": list(candidates),
        "questions": {"scale": {"small": 0.6, "large": 0.4}},
        "sources": {"blog": "article", "paper": "report"},
        "criteria": {id: draw(st.sampled_from(["minor", "normal", "major"])) for id in CRITERIA},
        "groups": draw(st.sampled_from([{}, dict.fromkeys(CRITERIA[:2], "alike")])),
        "needs": [{"when": {"scale": "large"}, "criteria": {draw(st.sampled_from(CRITERIA)): "major"}}],
        "constraints": draw(st.lists(required, max_size=2)) if requirements else [],
        "claims": {f"claim-{n}": drawn for n, drawn in enumerate(draw(st.lists(claim, min_size=1, max_size=6)))},
    }


def order(ranking: Ranking, *without: str) -> list[str]:
    """Return the frameworks, best first."""
    return [standing.id for standing in ranking.frameworks if standing.id not in without]
