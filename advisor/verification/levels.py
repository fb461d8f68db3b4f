"""Levels: claims at odds with one another, with their own kind, with their own check, or with what replaces them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from advisor.knowledge.claim import Claim
from advisor.knowledge.criterion import LEVEL, MeasureScale
from advisor.knowledge.pack import Pack
from advisor.reasoning.readings import stated_levels
from advisor.verification.defect import Diagnostic
from advisor.verification.subject import Subject

FAIR = LEVEL["fair"]


def undeclared_disputes(subject: Subject) -> Iterator[Diagnostic]:
    """Find claims that say the opposite of one candidate for the same project, and do not name each other.

    Only projects that give one answer to each question are compared: where several are given, each claim may be about another one.
    """
    levels = {id: dict(stated_levels(claim, subject.pack)) for id, claim in subject.claims_with_levels.items()}
    links = Links(subject)
    for (id, claim), (other_id, other) in combinations(subject.claims_with_levels.items(), 2):
        if claim.about != other.about or not _share_reading(subject, claim, other) or links.are_linked(id, other_id):
            continue
        opposed = [
            candidate
            for candidate in levels[id]
            if _are_opposite(levels[id][candidate], levels[other_id].get(candidate, FAIR))
        ]
        if not opposed:
            continue
        space = subject.spaces.space_of_conditions(claim.when, other.when)
        example = space.first_example(space.holds(claim.when) & space.holds(other.when) & space.has_single_answers)
        if example is not None:
            problem = f"it says the opposite of {id} about {', '.join(opposed)} on {claim.about}, and neither disputes the other"
            fix = "declare the dispute on both sides and review it, or make their conditions exclude each other"
            yield Diagnostic(subject.place("claim", other_id, "says"), problem, fix, example)


def _are_opposite(value: float, other_value: float) -> bool:
    """Return whether two values lie on different sides of fair."""
    return (value - FAIR) * (other_value - FAIR) < 0


def _share_reading(subject: Subject, claim: Claim, other_claim: Claim) -> bool:
    """Return whether two claims count in one reading: both are upheld, or both are the article's."""
    sources = subject.pack.sources
    articles = {sources[claim.source_id].kind, sources[other_claim.source_id].kind} == {"article"}
    return articles or (claim.review.upheld and other_claim.review.upheld)


class Links:
    """Which claims say something of each other: by dispute, repetition, replacement, or a contradiction they share."""

    def __init__(self, subject: Subject) -> None:
        self.origin = subject.original_claims
        self._pairs: set[frozenset[str]] = set()
        for id, claim in subject.pack.claims.items():
            for other in (*claim.disputes, *filter(None, [claim.review.instead])):
                self._pairs.add(self._pair_of(id, other))
        for contradiction in subject.pack.contradictions.values():
            self._pairs |= {self._pair_of(a, b) for a, b in combinations(contradiction.members, 2)}

    def _pair_of(self, a: str, b: str) -> frozenset[str]:
        """Return the two claims that a and b repeat in the end."""
        return frozenset({self.origin[a], self.origin[b]})

    def are_linked(self, a: str, b: str) -> bool:
        """Return whether two claims, or the claims they repeat, name each other."""
        return self.origin[a] == self.origin[b] or self._pair_of(a, b) in self._pairs


EXPECTED_SIDE: Mapping[str, str] = {"pro": "good", "application-area": "good", "con": "bad"}
"""By kind of claim, which side of fair its levels should lie on."""


def kind_against_levels(subject: Subject) -> Iterator[Diagnostic]:
    """Find pros whose levels are all below fair, and cons whose levels are all above it; claims of other kinds may say either."""
    for id, claim in subject.claims_with_levels.items():
        values = [LEVEL[level] for level in claim.says.values()]
        expected = EXPECTED_SIDE.get(claim.kind)
        if (expected == "good" and max(values) < FAIR) or (expected == "bad" and min(values) > FAIR):
            side = "below" if expected == "good" else "above"
            problem = f"it is a {claim.kind}, but puts everybody {side} fair on {claim.about}"
            yield Diagnostic(subject.place("claim", id, "says"), problem, "correct the level or the kind")


def checks_against_levels(subject: Subject) -> Iterator[Diagnostic]:
    """Find claims whose check expects the reverse of their levels."""
    for id, claim in subject.claims_with_levels.items():
        levels = dict(stated_levels(claim, subject.pack))
        for candidate, side in _expected_sides(subject.pack, claim).items():
            if side * (levels.get(candidate, FAIR) - FAIR) < 0:
                better = "well" if side > 0 else "badly"
                problem = f"its check expects {candidate} to do {better}, its level says the opposite"
                yield Diagnostic(
                    subject.place("claim", id, "check", "expect"), problem, "correct the level or the expectation"
                )


def _expected_sides(pack: Pack, claim: Claim) -> dict[str, int]:
    """Return, for each candidate, whether the claim's check expects it above (1) or below (-1) fair on the claim's criterion."""
    check = claim.check
    if check is None or claim.about is None:
        return {}
    expect = check.expect
    side_by_candidate = dict.fromkeys(pack.members(expect.better), 1) if expect.better else {}
    for scale in pack.criteria[claim.about].measured:
        if (
            (scale.probe, scale.measure) == (check.probe, check.measure)
            and expect.is_
            and (side := _side_of_fair(scale, expect.is_))
        ):
            side_by_candidate |= {candidate: side for name in expect.each for candidate in pack.members(name)}
    scaled_measures = {(scale.probe, scale.measure) for scale in pack.criteria[claim.about].measured}
    return side_by_candidate if (check.probe, check.measure) in scaled_measures else {}


def _side_of_fair(scale: MeasureScale, outcomes: tuple[str, ...]) -> int:
    """Return whether all of these outcome words lie above fair (1) or below it (-1); 0 where they differ or are not on the scale."""
    values = [(scale.levels or {}).get(outcome, FAIR) for outcome in outcomes]
    return int(min(values) > FAIR) - int(max(values) < FAIR)


def idle_replacements(subject: Subject) -> Iterator[Diagnostic]:
    """Find rejected claims whose replacement gives the same levels."""
    for id, claim in subject.claims_with_levels.items():
        replacement = subject.pack.claims.get(claim.review.instead or "")
        if claim.review.upheld or replacement is None or replacement.about != claim.about:
            continue
        original = subject.pack.claims[subject.original_claims[id]]
        before, after = dict(stated_levels(original, subject.pack)), dict(stated_levels(replacement, subject.pack))
        shared_candidates = before.keys() & after.keys()
        if shared_candidates and all(before[candidate] == after[candidate] for candidate in shared_candidates):
            problem = (
                f"its replacement {claim.review.instead} says the same about {', '.join(sorted(shared_candidates))}"
            )
            yield Diagnostic(
                subject.place("claim", id, "review", "instead"), problem, "correct a level, or uphold the claim"
            )
