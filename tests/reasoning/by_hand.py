"""The whole reckoning once more, slowly and without columns: for a project whose every answer is known, at mean values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from itertools import product
from math import inf
from statistics import fmean, pvariance

import numpy as np

from advisor.knowledge.claim import Claim
from advisor.knowledge.condition import All, Condition, Is, Not
from advisor.knowledge.pack import Pack
from advisor.knowledge.question import Question

Answers = Mapping[str, tuple[str, ...]]

PRIOR = 1 / (0.25**2 + 0.10**2)
WEIGHT = {"ignore": 0, "minor": 1, "normal": 2, "major": 4}
LEVEL = {"poor": 0.1, "weak": 0.3, "fair": 0.5, "good": 0.7, "strong": 0.9}
MIDDLE_BELOW = {"poor": 0.0, "weak": 0.2, "fair": 0.4, "good": 0.6, "strong": 0.8}
"""The least believed value that meets a required level."""
COST = 0.3
"""Utility lost by one who is excluded, or fails more requirements than another."""
OTHER_WORK = 1.4
"""The factor of the spread of published numbers where the project's work is not like the one measured."""
NEAR = 0.1
"""How far below the highest a framework out of scope may lie that takes part."""
SPREAD = {
    "measurement": 0.10, "installed-source": 0.10, "documentation": 0.12, "index": 0.14, "inspection": 0.18,
    "report": 0.18, "article": 0.20, "judgement": 0.22, "hearsay": 0.25,
}  # fmt: skip


def holds(condition: Condition, answers: Answers) -> bool:
    """Return whether a condition holds."""
    if isinstance(condition, Is):
        return any(choice in answers.get(condition.question, ()) for choice in condition.choices)
    if isinstance(condition, Not):
        return not holds(condition.part, answers)
    parts = (holds(part, answers) for part in condition.parts)
    return all(parts) if isinstance(condition, All) else any(parts)


def shares_by_hand(question: Question, answers: Answers) -> list[float]:
    """Return the share of each choice in a project whose earlier answers are known."""
    shares_there = (other.shares for other in question.other_shares if holds(other.when, answers))
    usual = {choice.id: choice.share for choice in question.choices}
    shares = next(shares_there, usual)
    return [shares[id] for id in question.choice_ids]


def applicable_answers(pack: Pack, answers: Answers) -> dict[str, tuple[str, ...]]:
    """Return the answers that count: those to questions that apply."""
    kept: dict[str, tuple[str, ...]] = {}
    for question in pack.questions.values():
        if question.id in answers and holds(question.when, kept):
            kept[question.id] = answers[question.id]
    return kept


def combinations(pack: Pack, answers: Answers) -> list[dict[str, tuple[str, ...]]]:
    """Return the answers that count, once for each combination that can exist; the rare ones only where there is no other."""
    each = [id for id in answers if pack.questions[id].each]
    alone = [
        applicable_answers(pack, {**answers, **{id: (choice,) for id, choice in zip(each, choices, strict=True)}})
        for choices in product(*(answers[id] for id in each))
    ]
    can, common = (
        [
            kept
            for kept in alone
            if not any(holds(rule.when, kept) for rule in pack.impossible if wanted or not rule.rare)
        ]
        for wanted in (False, True)
    )
    return [kept for number, kept in enumerate(common or can) if kept not in (common or can)[:number]]


def is_possible(pack: Pack, answers: Answers) -> bool:
    """Return whether a project with these answers can exist."""
    return bool(combinations(pack, answers))


class Reckoning:
    """A project whose answers are all known, reckoned after review at mean values and nominal weights."""

    def __init__(self, pack: Pack, answers: Answers) -> None:
        self.pack = pack
        self.each = combinations(pack, answers)

    def holds(self, condition: Condition) -> bool:
        """Return whether a condition holds for one of the combinations of answers."""
        return any(holds(condition, answers) for answers in self.each)

    @cached_property
    def weights(self) -> dict[str, float]:
        """The weight of every criterion; a group weighs as much as its heaviest member."""
        alone = {}
        for id, criterion in self.pack.criteria.items():
            needs = [need for need in self.pack.needs.values() if id in need.criteria and self.holds(need.when)]
            alone[id] = float(max((WEIGHT[need.criteria[id]] for need in needs), default=WEIGHT[criterion.default]))
        shared = {}
        for id, criterion in self.pack.criteria.items():
            group = [
                alone[other] for other, it in self.pack.criteria.items() if it.group and it.group == criterion.group
            ]
            shared[id] = alone[id] * max(group) / sum(group) if sum(group) else alone[id]
        return shared

    @cached_property
    def values(self) -> dict[tuple[str, str], float]:
        """The value of every candidate on every criterion: the mean of the prior and all grounds."""
        return self._values(self.each)

    def _values(self, each: list[dict[str, tuple[str, ...]]]) -> dict[tuple[str, str], float]:
        """Return these values by the claims that speak of one of some combinations of answers."""
        speaking: dict[str, list[tuple[Claim, float]]] = {id: [] for id in self.pack.criteria}
        for claim in self.pack.claims.values():
            spoken_to = [answers for answers in each if holds(claim.when, answers)]
            if claim.about and _is_upheld(claim) and spoken_to:
                like = claim.measured_on is None or any(holds(claim.measured_on.like, answers) for answers in spoken_to)
                speaking[claim.about].append((claim, 1.0 if like else OTHER_WORK))
        return {
            (candidate, id): _pool(_ground_values(self.pack, claims, candidate))
            for id, claims in speaking.items()
            for candidate in self.pack.candidates
        }

    @cached_property
    def failures(self) -> dict[str, int]:
        """The number of requirements that each candidate fails, in any combination of answers."""
        failed: dict[str, set[tuple[str, str]]] = {candidate: set() for candidate in self.pack.candidates}
        for answers in self.each:
            values = self._values([answers])
            for id, rule in self.pack.constraints.items():
                for criterion, level in rule.requires.items() if holds(rule.when, answers) else ():
                    for candidate in self.pack.candidates:
                        if values[candidate, criterion] < MIDDLE_BELOW[level]:
                            failed[candidate].add((id, criterion))
        return {candidate: len(requirements) for candidate, requirements in failed.items()}

    @cached_property
    def excluded(self) -> set[str]:
        """The candidates that a constraint rules out by name."""
        ruling = [rule for rule in self.pack.constraints.values() if not rule.requires and self.holds(rule.when)]
        return {
            candidate
            for rule in ruling
            for candidate in self.pack.candidates
            if any(candidate in self.pack.members(name) for name in rule.excludes or rule.keeps) == bool(rule.excludes)
        }

    def ruled_out(self, among: Collection[str]) -> set[str]:
        """Return the candidates that are excluded, or fail more requirements than one that is not excluded."""
        fewest = min((self.failures[candidate] for candidate in among if candidate not in self.excluded), default=99)
        return {candidate for candidate in among if candidate in self.excluded or self.failures[candidate] > fewest}

    def utilities(self, among: Collection[str]) -> dict[str, float]:
        """Return the utility of some candidates, less the cost of being ruled out among them."""
        total, left_out = sum(self.weights.values()), self.ruled_out(among)
        merits = {
            candidate: sum(weight * self.values[candidate, id] for id, weight in self.weights.items())
            for candidate in among
        }
        return {id: (merit / total if total else 0.5) - COST * (id in left_out) for id, merit in merits.items()}

    def utilities_of_choosable(self) -> dict[str, float]:
        """Return the utility of every candidate; -inf for one that is ruled out or takes no part."""
        outside = [id for id, framework in self.pack.frameworks.items() if framework.outside]
        everybody = self._utilities_unless_ruled_out(self.pack.candidates)
        best = max(everybody.values())
        joins = any(
            self.holds(self.pack.frameworks[id].joins_when)
            or max(everybody[stack] for stack in self.pack.stacks(id)) >= best - NEAR
            for id in outside
        )
        inside = [id for id, candidate in self.pack.candidates.items() if candidate.framework not in outside]
        left = everybody if joins or not outside else self._utilities_unless_ruled_out(inside)
        return {candidate: left.get(candidate, -inf) for candidate in self.pack.candidates}

    def _utilities_unless_ruled_out(self, among: Collection[str]) -> dict[str, float]:
        """Return the utilities of some candidates; -inf for those ruled out among them."""
        left_out = self.ruled_out(among)
        return {id: -inf if id in left_out else utility for id, utility in self.utilities(among).items()}


def candidate_utilities(pack: Pack, answers: Answers) -> dict[str, float]:
    """Return the utility of every candidate, all of them taking part."""
    return Reckoning(pack, answers).utilities(pack.candidates)


def framework_utilities(pack: Pack, answers: Answers) -> dict[str, float]:
    """Return the utility of every framework that can be chosen: that of its best stack."""
    left = Reckoning(pack, answers).utilities_of_choosable()
    return {id: max(left[candidate] for candidate in pack.stacks(id)) for id in pack.frameworks}


def random_answers(pack: Pack, seed: int) -> dict[str, tuple[str, ...]]:
    """Return random answers to all questions that are possible together."""
    random = np.random.default_rng(seed)
    while True:
        answers = {}
        for question in pack.questions.values():
            take = int(random.integers(1, 3)) if question.several else 1
            chosen = set(random.choice(question.choice_ids, take, replace=False).tolist()) - (
                {"none"} if take > 1 else set()
            )
            answers[question.id] = tuple(choice for choice in question.choice_ids if choice in chosen)
        if is_possible(pack, answers):
            return answers


def _is_upheld(claim: Claim) -> bool:
    """Return whether a claim counts after its review."""
    return claim.review.verdict in ("holds", "opinion") or claim.review.settled == "for"


def _voice_of(pack: Pack, claim: Claim) -> str:
    """Return what a claim's ground is shared by: its cause, or else the source it goes back to."""
    if claim.cause:
        return f"cause {claim.cause}"
    seen = [claim]
    while seen[-1].same_as and pack.claims[seen[-1].same_as] not in seen:
        seen.append(pack.claims[seen[-1].same_as])
    return seen[-1].source_id


def _ground_values(pack: Pack, claims: list[tuple[Claim, float]], candidate: str) -> list[tuple[float, float]]:
    """Return the precision and the value of every ground about a candidate: one per source or cause.

    Args:
        claims: those that speak to the project, each with the factor of its spread.
    """
    levels_of: dict[str, dict[float, float]] = {}
    for claim, factor in claims:
        named = [
            (len(pack.members(name)), LEVEL[level])
            for name, level in claim.says.items()
            if candidate in pack.members(name)
        ]
        if named:
            sd = factor * SPREAD[pack.sources[claim.source_id].kind] * (1.5 if claim.review.verdict == "opinion" else 1)
            levels, level = levels_of.setdefault(_voice_of(pack, claim), {}), min(named)[1]
            levels[level] = min(sd**2, levels.get(level, 1.0))
    return [(1 / (fmean(levels.values()) + pvariance(levels)), fmean(levels)) for levels in levels_of.values()]


def _pool(voices: list[tuple[float, float]]) -> float:
    """Return the mean of the prior and the grounds, weighted by precision."""
    return (PRIOR * 0.5 + sum(precision * value for precision, value in voices)) / (
        PRIOR + sum(precision for precision, _ in voices)
    )
