"""What an id or a word names, and the page it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from advisor.errors import InputError, Problem
from advisor.record import as_written
from advisor.render.explain import (
    candidate_page,
    claim_page,
    criterion_page,
    lessons,
    probe_page,
    question_page,
    records,
    rule_page,
    source_page,
)
from advisor.render.explain.diagram import mermaid
from advisor.render.explain.sheet import Library, Sheet
from advisor.render.explain.terms import KINDS
from advisor.render.outline import Item, Part, part
from advisor.text import did_you_mean, short


def _diagram_sections(library: Library, _id: str) -> Iterator[Part]:
    yield part("", (Item(mermaid(library), code=True),))


Builder = Callable[[Library, str], Iterator[Part]]
Shelf = Callable[[Library], Mapping[str, Any]]

WHOLE: Mapping[str, Builder] = {
    "faq": lessons.faq_sections,
    "pitfalls": lessons.pitfalls_sections,
    "glossary": lessons.glossary_sections,
    "diagram": _diagram_sections,
}
"""Words that open a page of their own."""
SHELVES: Mapping[str, tuple[Shelf, Builder]] = {
    "claim": (lambda library: library.pack.claims, claim_page.sections),
    "rule": (lambda library: library.pack.needs, rule_page.need_sections),
    "constraint": (lambda library: library.pack.constraints, rule_page.constraint_sections),
    "criterion": (lambda library: library.pack.criteria, criterion_page.sections),
    "question": (lambda library: library.pack.questions, question_page.sections),
    "framework": (lambda library: library.pack.frameworks, candidate_page.framework_sections),
    "candidate": (lambda library: library.pack.candidates, candidate_page.candidate_sections),
    "probe": (lambda library: library.exhibits, probe_page.sections),
    "concept": (lambda library: library.onboarding.glossary, lessons.concept_sections),
    "source": (lambda library: library.pack.sources, source_page.sections),
    "contradiction": (lambda library: library.pack.contradictions, records.contradiction_sections),
    "fact": (lambda library: library.pack.facts, records.fact_sections),
    "pitfall": (lambda library: library.onboarding.pitfalls, lessons.pitfall_sections),
    "faq": (lambda library: library.onboarding.faq, lessons.one_faq_sections),
}
"""Kind → where its ids are, and what makes its page; the likeliest meaning of a word first."""


@dataclass(frozen=True)
class Named:
    """What a word turned out to name."""

    kind: str
    id: str
    build: Builder
    record: Any = None


def find(library: Library, word: str) -> tuple[Named, ...]:
    """Return everything a word names, the likeliest first: a page of its own, an id of any kind, a concept in either language.

    Args:
        library: where to look.
        word: an id or a word; `source:autograd` means the source of that id alone.

    Raises:
        InputError: nothing is called so; names the nearest of everything that is.
    """
    if found := tuple(_meanings(library, word)):
        return found
    near = did_you_mean(word, _every_word(library))
    fix = near if near.startswith("did") else "see `advise claims` for claims, `advise explain glossary` for concepts"
    raise InputError([Problem("explain", f"nothing is called `{short(word)}`", fix)])


def _meanings(library: Library, word: str) -> Iterator[Named]:
    if word in WHOLE:
        yield Named(word, word, WHOLE[word])
    wanted, _, id = word.partition(":")
    for kind, (shelf, build) in SHELVES.items():
        known = shelf(library)
        if kind == wanted and id in known:
            yield Named(kind, id, build, known[id])
        elif (named := library.onboarding.concept(word) or "" if kind == "concept" else word) in known:
            yield Named(kind, named, build, known[named])


def _every_word(library: Library) -> list[str]:
    ids = [id for shelf, _ in SHELVES.values() for id in shelf(library)]
    words = [word for one in library.onboarding.glossary.values() for word in one.words]
    return list(dict.fromkeys([*WHOLE, *ids, *words]))


def sheet(library: Library, word: str) -> Sheet:
    """Return the page a word opens; at its end, what else is called so.

    Raises:
        InputError: nothing is called so.
    """
    named, *others = find(library, word)
    sections = (*named.build(library, named.id), *_namesakes(library, others))
    record = None if named.record is None else as_written(named.record)
    return Sheet(named.kind, named.id, _title(library, named), sections, record)


def _namesakes(library: Library, others: Sequence[Named]) -> Iterator[Part]:
    rows = (Item(f"advise explain {one.kind}:{one.id}", KINDS[one.kind][library.lang]) for one in others)
    yield part(library.pick("ALSO CALLED SO", "同名的还有"), rows)


def _title(library: Library, named: Named) -> str:
    kind = KINDS[named.kind][library.lang]
    if named.kind in WHOLE and named.id == named.kind:
        return kind
    if named.kind == "concept":
        return f"{kind} {named.id}{library.end}{lessons.concept_title(library, named.id)}"
    name = getattr(named.record, "name", None)
    if named.kind in ("criterion", "pitfall") and name is not None:
        return f"{kind} {named.id}{library.end}{name[library.lang]}"
    return f"{kind} {named.id}" + (
        f"{library.end}{library.name(named.id)}" if named.kind in ("framework", "candidate") else ""
    )
