"""The whole reckoning once more, slowly and without columns: for a project whose every answer is known, at mean values."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean, pvariance

import numpy as np

from advisor.knowledge.claim import Claim
from advisor.knowledge.condition import All, Condition, Is, Not
from advisor.knowledge.pack import Pack

Answers = Mapping[str, tuple[str, ...]]

PRIOR = 1 / (0.25**2 + 0.10**2)
WEIGHT = {"ignore": 0, "minor": 1, "normal": 2, "major": 4}
LEVEL = {"poor": 0.1, "weak": 0.3, "fair": 0.5, "good": 0.7, "strong": 0.9}
SPREAD = {
    "measurement": 0.10, "installed-source": 0.10, "documentation": 0.12, "index": 0.14, "report": 0.18,
    "article": 0.20, "judgement": 0.22,
}  # fmt: skip


def true(condition: Condition, answers: Answers) -> bool:
    """Whether a condition holds."""
    if isinstance(condition, Is):
        return any(choice in answers.get(condition.question, ()) for choice in condition.choices)
    if isinstance(condition, Not):
        return not true(condition.part, answers)
    parts = (true(part, answers) for part in condition.parts)
    return all(parts) if isinstance(condition, All) else any(parts)


def utilities(pack: Pack, answers: Answers) -> dict[str, float]:
    """The utility of every candidate after review, at mean values and nominal weights; 0 for an excluded one."""
    excluded = {
        candidate
        for rule in pack.constraints.values()
        if true(rule.when, answers)
        for candidate in pack.candidates
        if any(candidate in pack.members(name) for name in rule.excludes or rule.keeps) == bool(rule.excludes)
    }
    upheld = [claim for claim in pack.claims.values() if claim.says and _upheld(claim)]
    totals = dict.fromkeys(pack.candidates, 0.0)
    total = 0
    for id, criterion in pack.criteria.items():
        fired = [WEIGHT[n.criteria[id]] for n in pack.needs.values() if id in n.criteria and true(n.when, answers)]
        weight = max(fired, default=WEIGHT[criterion.default])
        about = [claim for claim in upheld if claim.about == id]
        total += weight
        for candidate in pack.candidates if weight else ():
            totals[candidate] += weight * _value(pack, about, candidate, answers)
    return {c: 0.0 if c in excluded else totals[c] / total if total else 0.5 for c in pack.candidates}


def frameworks(pack: Pack, answers: Answers) -> dict[str, float]:
    """The utility of every framework: that of its best stack."""
    by_candidate = utilities(pack, answers)
    return {
        framework: max(by_candidate[candidate] for candidate in pack.stacks(framework)) for framework in pack.frameworks
    }


def random_answers(pack: Pack, seed: int) -> dict[str, tuple[str, ...]]:
    """All questions answered at random, with a combination that can exist."""
    random = np.random.default_rng(seed)
    while True:
        answers = {}
        for question in pack.questions.values():
            take = int(random.integers(1, 3)) if question.several else 1
            chosen = set(random.choice(question.choice_ids, take, replace=False).tolist()) - (
                {"none"} if take > 1 else set()
            )
            answers[question.id] = tuple(choice for choice in question.choice_ids if choice in chosen)
        if not any(true(impossible.when, answers) for impossible in pack.impossible):
            return answers


def _upheld(claim: Claim) -> bool:
    return claim.review.verdict in ("holds", "opinion") or claim.review.settled == "for"


def _value(pack: Pack, about: list[Claim], candidate: str, answers: Answers) -> float:
    """The mean of the belief."""
    by_source: dict[str, dict[float, float]] = {}
    for claim in about:
        named = [
            (len(pack.members(name)), LEVEL[level])
            for name, level in claim.says.items()
            if candidate in pack.members(name)
        ]
        if named and true(claim.when, answers):
            sd = SPREAD[pack.sources[claim.source_id].kind] * (1.5 if claim.review.verdict == "opinion" else 1)
            levels = by_source.setdefault(claim.source_id, {})
            level = min(named)[1]
            levels[level] = min(sd**2, levels.get(level, 1.0))
    sources = [(1 / (fmean(levels.values()) + pvariance(levels)), fmean(levels)) for levels in by_source.values()]
    return (PRIOR * 0.5 + sum(precision * value for precision, value in sources)) / (
        PRIOR + sum(precision for precision, _ in sources)
    )
