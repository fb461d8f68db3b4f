"""The short pages: where the article disagrees with itself, and numbers that age."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.render.document import Item, Part, part
from advisor.render.explain.claim_page import in_full, source_row, summary
from advisor.render.explain.sheet import Library, Sheet


def contradiction_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield both sides of a contradiction, and how it was settled."""
    contradiction, pick = library.pack.contradictions[id], library.pick
    yield part("", library.in_both_languages(contradiction.topic))
    yield from sides(library, id)
    yield part(pick("HOW IT WAS SETTLED", "如何裁定"), library.in_both_languages(contradiction.settled))


def contradiction_sheet(library: Library, id: str) -> Sheet:
    """Return a contradiction as one of a list: in the language of the page alone."""
    contradiction, head = library.pack.contradictions[id], library.pick("SETTLED", "裁定")
    settled = part(head, (Item(contradiction.settled[library.lang]),))
    return Sheet(
        "contradiction", id, f"{id}{library.colon}{contradiction.topic[library.lang]}", (*sides(library, id), settled)
    )


def sides(library: Library, id: str) -> Iterator[Part]:
    """Yield the claims of a contradiction that the review upholds, then those it does not, with why."""
    members, claims, pick = library.pack.contradictions[id].members, library.pack.claims, library.pick
    upheld = [name for name in members if claims[name].review.upheld]
    rejected = [name for name in members if not claims[name].review.upheld]
    yield part(pick("UPHELD", "成立的一方"), (in_full(library, name) for name in upheld))
    yield part(pick("NOT UPHELD", "不成立的一方"), (in_full(library, name) for name in rejected))


def fact_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield a number, the day it was read, and the claims that lean on it."""
    fact, pack, pick = library.pack.facts[id], library.pack, library.pick
    number = f"{fact.of}{library.colon}{fact.value}, {pack.units[fact.unit].name[library.lang]}"
    rows = [Item(number), Item(str(fact.as_of), pick("read", "读取日期"))]
    if fact.on:
        rows.append(Item(fact.on, pick("dates from", "对应时间")))
    yield part("", (*rows, source_row(library, fact.source)))
    leaning = [name for name, claim in pack.claims.items() if id in claim.facts]
    yield part(pick("CLAIMS THAT USE IT", "依据它的论断"), (Item(summary(library, claim), claim) for claim in leaning))
