"""The page of a source: what it is, when it was read, and every claim, rule and number that leans on it."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.render.document import Item, Part, part
from advisor.render.explain import package_page
from advisor.render.explain.claim_page import review_words, summary
from advisor.render.explain.sheet import Library
from advisor.words import SOURCE_KINDS

MOST_IN_FULL = 24
"""A source with more claims lists them by section, without their sentences."""


def sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a source's page."""
    source, pack, say = library.pack.sources[id], library.pack, library.say
    about = [
        Item(source.title, say("explain.label-title")),
        Item(source.author, say("explain.label-by")),
        Item(SOURCE_KINDS[source.kind][library.lang], say("explain.label-kind")),
        Item(str(source.read), say("explain.label-source-read")),
        Item(source.link or say("explain.no-link"), say("explain.label-link")),
    ]
    if source.as_of:
        about.insert(-1, Item(source.as_of, say("explain.label-data-of")))
    yield part("", tuple(about))
    claim_ids = [name for name, claim in pack.claims.items() if claim.source_id == id]
    yield part(say("explain.head-claims-it-makes"), _claims(library, claim_ids))
    reviewed_ids = [name for name, claim in pack.claims.items() if id in claim.review.sources and name not in claim_ids]
    yield part(say("explain.head-claims-reviewed-with-it"), _claims(library, reviewed_ids))
    yield part(say("explain.head-rules-and-constraints"), _rules(library, id))
    yield part(say("explain.head-numbers"), _facts(library, id))


def _claims(library: Library, ids: list[str]) -> Iterator[Item]:
    if len(ids) <= MOST_IN_FULL:
        yield from (Item(summary(library, id), id) for id in ids)
        return
    places: dict[str, list[str]] = {}
    for id in ids:
        place = library.pack.claims[id].source.removeprefix("article ")
        places.setdefault(place, []).append(id + library.in_brackets(review_words(library, id)))
    yield from (Item(", ".join(places[place]), place) for place in sorted(places))


def _rules(library: Library, id: str) -> Iterator[Item]:
    for name, need in library.pack.needs.items():
        if need.source.split(" ", 1)[0] == id:
            yield Item(need.need[library.lang], name)
    for name, constraint in library.pack.constraints.items():
        if constraint.source.split(" ", 1)[0] == id:
            yield Item(constraint.constraint[library.lang], name)
    for name, package in library.pack.packages.items():
        if package.source_id == id:
            yield Item(package_page.summary(library, name), name)


def _facts(library: Library, id: str) -> Iterator[Item]:
    for name, fact in library.pack.facts.items():
        if fact.source == id:
            unit = library.pack.units[fact.unit].name
            yield Item(library.say("explain.number", of=fact.of, value=fact.value, unit=unit), name)
