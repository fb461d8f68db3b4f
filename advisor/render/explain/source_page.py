"""The page of a source: what it is, when it was read, and every claim, rule and number that leans on it."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.render.document import Item, Part, part
from advisor.render.explain.claim_page import standing, summary
from advisor.render.explain.sheet import Library
from advisor.words import SOURCE_KINDS

MOST_IN_FULL = 24
"""A source with more claims lists them by section, without their sentences."""


def sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a source's page."""
    source, pack, pick = library.pack.sources[id], library.pack, library.pick
    about = [
        Item(source.title, pick("title", "标题")),
        Item(source.author, pick("by", "作者")),
        Item(SOURCE_KINDS[source.kind][library.lang], pick("kind", "类别")),
        Item(str(source.read), pick("read", "阅读日期")),
        Item(source.link or pick("none stored", "未记录"), pick("link", "链接")),
    ]
    yield part("", tuple(about))
    claim_ids = [name for name, claim in pack.claims.items() if claim.source_id == id]
    yield part(pick("CLAIMS IT MAKES", "它提出的论断"), _claims(library, claim_ids))
    reviewed_ids = [name for name, claim in pack.claims.items() if id in claim.review.sources and name not in claim_ids]
    yield part(pick("CLAIMS REVIEWED WITH IT", "以它复核的论断"), _claims(library, reviewed_ids))
    yield part(pick("RULES AND CONSTRAINTS", "规则与硬性约束"), _rules(library, id))
    yield part(pick("NUMBERS", "数据"), _facts(library, id))


def _claims(library: Library, ids: list[str]) -> Iterator[Item]:
    if len(ids) <= MOST_IN_FULL:
        yield from (Item(summary(library, id), id) for id in ids)
        return
    places: dict[str, list[str]] = {}
    for id in ids:
        place = library.pack.claims[id].source.removeprefix("article ")
        places.setdefault(place, []).append(
            id + library.in_brackets(standing(library, id).split(library.pick(", ", "，"), 1)[1])
        )
    yield from (Item(", ".join(places[place]), place) for place in sorted(places))


def _rules(library: Library, id: str) -> Iterator[Item]:
    for name, need in library.pack.needs.items():
        if need.source.split(" ", 1)[0] == id:
            yield Item(need.need[library.lang], name)
    for name, constraint in library.pack.constraints.items():
        if constraint.source.split(" ", 1)[0] == id:
            yield Item(constraint.constraint[library.lang], name)


def _facts(library: Library, id: str) -> Iterator[Item]:
    for name, fact in library.pack.facts.items():
        if fact.source == id:
            unit = library.pack.units[fact.unit].name[library.lang]
            yield Item(f"{fact.of}{library.colon}{fact.value}, {unit}", name)
