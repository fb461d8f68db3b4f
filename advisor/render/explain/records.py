"""The short pages: where the article disagrees with itself, numbers that age, and how sure an answer is."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.render.document import Item, Part, part
from advisor.render.explain.claim_page import in_full, source_row, summary
from advisor.render.explain.sheet import Library, Sheet
from advisor.words import LABEL_MEANINGS


def contradiction_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield both sides of a contradiction, and how it was settled."""
    contradiction, say = library.pack.contradictions[id], library.say
    yield part("", library.in_both_languages(contradiction.topic))
    yield from sides(library, id)
    yield part(say("explain.head-how-it-was-settled"), library.in_both_languages(contradiction.settled))


def contradiction_sheet(library: Library, id: str) -> Sheet:
    """Return a contradiction as one of a list: in the language of the page alone."""
    contradiction, head = library.pack.contradictions[id], library.say("explain.head-settled")
    settled = part(head, (Item(contradiction.settled[library.lang]),))
    title = library.say("explain.entry", id=id, text=contradiction.topic)
    return Sheet("contradiction", id, title, (*sides(library, id), settled))


def sides(library: Library, id: str) -> Iterator[Part]:
    """Yield the claims of a contradiction that the review upholds, then those it does not, with why."""
    members, claims, say = library.pack.contradictions[id].members, library.pack.claims, library.say
    upheld = [name for name in members if claims[name].review.upheld]
    rejected = [name for name in members if not claims[name].review.upheld]
    yield part(say("explain.head-upheld"), (in_full(library, name) for name in upheld))
    yield part(say("explain.head-not-upheld"), (in_full(library, name) for name in rejected))


def label_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield what the label of an answer says of how sure it is."""
    yield part("", library.in_both_languages(LABEL_MEANINGS[id]))


def fact_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield a number, the day it was read, and the claims that lean on it."""
    fact, pack, say = library.pack.facts[id], library.pack, library.say
    number = say("explain.number", of=fact.of, value=fact.value, unit=pack.units[fact.unit].name)
    rows = [Item(number), Item(str(fact.as_of), say("explain.label-number-read"))]
    if dates_from := fact.on or pack.sources[fact.source].as_of:
        rows.append(Item(dates_from, say("explain.label-dates-from")))
    yield part("", (*rows, source_row(library, fact.source)))
    leaning = [name for name, claim in pack.claims.items() if id in claim.facts]
    yield part(say("explain.head-claims-that-rest-on-it"), (Item(summary(library, claim), claim) for claim in leaning))
