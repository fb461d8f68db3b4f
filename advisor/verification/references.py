"""What claims say of one another: repetitions, disputes and replacements that lead nowhere or back to themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from advisor.verification.defect import Diagnostic
from advisor.verification.subject import Subject


def cycles(subject: Subject) -> Iterator[Diagnostic]:
    """Find claims that repeat, replace or dispute themselves, directly or through others."""
    claims = subject.pack.claims
    yield from _find_cycles(subject, ("same-as",), lambda id: claims[id].same_as)
    yield from _find_cycles(subject, ("review", "instead"), lambda id: claims[id].review.instead)
    for id, claim in claims.items():
        for other in claim.disputes:
            if subject.original_claims[other] == subject.original_claims[id]:
                problem = (
                    "it disputes itself" if other == id else f"it disputes {other}, which says the same (`same-as`)"
                )
                yield Diagnostic(subject.place("claim", id, "disputes"), problem, "remove one of the two")


def _find_cycles(subject: Subject, path: tuple[str, ...], next_of: Callable[[str], str | None]) -> Iterator[Diagnostic]:
    """Yield every cycle of claims, at the claim whose id sorts first.

    Args:
        path: the key by which a claim names the next one.
        next_of: a claim → the claim it names under that key; None where it names none.
    """
    for id in subject.pack.claims:
        chain = [id]
        while (following := next_of(chain[-1])) is not None and following not in chain:
            chain.append(following)
        if following == id == min(chain):  # report each cycle once, at its smallest id
            problem = f"`{path[-1]}` leads in a circle: {' -> '.join([*chain, id])}"
            yield Diagnostic(subject.place("claim", id, *path), problem, "end the chain at a claim that names no other")


def one_sided_disputes(subject: Subject) -> Iterator[Diagnostic]:
    """Find disputes that only one of the two claims declares."""
    for id, claim in subject.pack.claims.items():
        for other in claim.disputes:
            if id not in subject.pack.claims[other].disputes and other != id:
                problem = f"it disputes {other}, which does not dispute it"
                yield Diagnostic(
                    subject.place("claim", id, "disputes"), problem, f"add `{id}` to the disputes of {other}"
                )


def orphan_contradictions(subject: Subject) -> Iterator[Diagnostic]:
    """Find contradictory claims that dispute no claim, and contradictions whose members do not dispute each other."""
    for id, claim in subject.pack.claims.items():
        if claim.review.verdict == "contradictory" and not claim.disputes:
            problem = "its review says contradictory, but it disputes no claim"
            yield Diagnostic(
                subject.place("claim", id, "review", "verdict"), problem, "name the other side in `disputes`"
            )
        if claim.review.settled and claim.review.verdict != "contradictory":
            problem = f"`settled` belongs to contradictory reviews; this one says {claim.review.verdict}"
            yield Diagnostic(subject.place("claim", id, "review", "settled"), problem, "remove `settled`")
    for id, contradiction in subject.pack.contradictions.items():
        disputed = any(
            set(contradiction.members) & set(subject.pack.claims[member].disputes) for member in contradiction.members
        )
        if not disputed and any(subject.pack.claims[member].review.upheld for member in contradiction.members):
            problem = "none of its members disputes another, and not all of them are rejected"
            yield Diagnostic(subject.place("contradiction", id, "members"), problem, "declare who disputes whom")


def unreplaced_claims(subject: Subject) -> Iterator[Diagnostic]:
    """Find rejected claims without a replacement, or with one that is rejected too."""
    claims = subject.pack.claims
    for id, claim in subject.claims_with_levels.items():
        if claim.review.upheld:
            continue
        if claim.review.instead is None:
            problem = "its review rejects it and names no claim `instead`: the readings cannot say what replaces it"
            yield Diagnostic(
                subject.place("claim", id, "review"), problem, "add `instead: ID`, an upheld claim with a source"
            )
            continue
        if not claims[claim.review.instead].review.upheld:
            place = subject.place("claim", id, "review", "instead")
            yield Diagnostic(place, f"the replacement {claim.review.instead} is rejected too", "name an upheld claim")


def superfluous_replacements(subject: Subject) -> Iterator[Diagnostic]:
    """Find upheld claims that name a replacement."""
    for id, claim in subject.pack.claims.items():
        if claim.review.instead is not None and claim.review.upheld:
            problem = (
                f"it is upheld (review: {claim.review.verdict}), yet it names {claim.review.instead} as its replacement"
            )
            yield Diagnostic(
                subject.place("claim", id, "review", "instead"), problem, "remove `instead`, or reject the claim"
            )


def replacements(subject: Subject) -> Iterator[Diagnostic]:
    """Find what an overlay replaces in the packs below it."""
    for entry, before in subject.places.replaced:
        yield Diagnostic(entry.place(), f"it replaces the {before.kind} {before.id} of {before.place()}", "")
