"""What an id or a word names, and the page it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from advisor.errors import InputError, Problem
from advisor.knowledge.package import DEPENDS_ON, normalise
from advisor.knowledge.workload import WORKLOAD
from advisor.record import plain_values
from advisor.render.document import Item, Part, part
from advisor.render.explain import (
    candidate_page,
    claim_page,
    criterion_page,
    lessons,
    package_page,
    probe_page,
    question_page,
    records,
    rule_page,
    source_page,
    workload_page,
)
from advisor.render.explain.diagram import mermaid
from advisor.render.explain.sheet import Library, Sheet
from advisor.render.explain.terms import ENTRY_KINDS
from advisor.sentences import group
from advisor.text import Text, did_you_mean, short
from advisor.words import LABELS


def _diagram_sections(library: Library, _id: str) -> Iterator[Part]:
    yield part("", (Item(mermaid(library), code=True),))


Builder = Callable[[Library, str], Iterator[Part]]
Shelf = Callable[[Library], Mapping[str, Any]]

WHOLE_PAGES: Mapping[str, Builder] = {
    "faq": lessons.faq_sections,
    "pitfalls": lessons.pitfalls_sections,
    "glossary": lessons.glossary_sections,
    "diagram": _diagram_sections,
    DEPENDS_ON: package_page.table_sections,
    WORKLOAD: workload_page.table_sections,
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
    "package": (lambda library: library.pack.packages, package_page.package_sections),
    "pitfall": (lambda library: library.onboarding.pitfalls, lessons.pitfall_sections),
    "faq": (lambda library: library.onboarding.faq, lessons.one_faq_sections),
    "label": (lambda _: LABELS, records.label_sections),
}
"""Kind → where its ids are, and what makes its page; the likeliest meaning of a word first."""


class Entry(Struct, frozen=True):
    """What a word turned out to name."""

    kind: str
    id: str
    build: Builder
    record: Any = None


def entries_of(library: Library, word: str) -> tuple[Entry, ...]:
    """Return everything a word names, the likeliest first: a page of its own, an id of any kind, a concept in either language.

    Args:
        library: where to look.
        word: an id or a word; `source:autograd` means the source of that id alone.

    Raises:
        InputError: nothing is called so; names the nearest of everything that is.
    """
    if entries := tuple(_meanings(library, word)):
        return entries
    near = did_you_mean(word, _every_word(library))
    fix = near if near.startswith("did") else "see `advise claims` for claims, `advise explain glossary` for concepts"
    raise InputError([Problem("explain", f"nothing is called `{short(word)}`", fix)])


def _meanings(library: Library, word: str) -> Iterator[Entry]:
    if word in WHOLE_PAGES:
        yield Entry(word, word, WHOLE_PAGES[word])
    kind_given, _, id_given = word.partition(":")
    for kind, (shelf, build) in SHELVES.items():
        records = shelf(library)
        id, id_here = id_given, word
        if kind == "concept":
            id_here = library.onboarding.find_concept(word) or ""
        elif kind == "label":
            id_here = next(
                (id for id, label in LABELS.items() if word.casefold() in (id, label.en.casefold(), label.zh)), ""
            )
        elif kind == "package":
            id, id_here = normalise(id_given), normalise(word)
        if kind == kind_given and id in records:
            yield Entry(kind, id, build, records[id])
        elif id_here in records:
            yield Entry(kind, id_here, build, records[id_here])


def _every_word(library: Library) -> list[str]:
    ids = [id for shelf, _ in SHELVES.values() for id in shelf(library)]
    words = [word for concept in library.onboarding.glossary.values() for word in concept.words]
    return list(dict.fromkeys([*WHOLE_PAGES, *ids, *words]))


def sheet(library: Library, word: str) -> Sheet:
    """Return the page a word opens; at its end, what else is called so.

    Raises:
        InputError: nothing is called so.
    """
    entry, *namesakes = entries_of(library, word)
    sections = (*_what_it_is(library, entry), *entry.build(library, entry.id), *_namesakes(library, namesakes))
    record = None if entry.record is None else plain_values(entry.record)
    return Sheet(entry.kind, entry.id, _title(library, entry), sections, record)


def _what_it_is(library: Library, entry: Entry) -> Iterator[Part]:
    """Yield what a thing is, or what its kind is; a concept begins with its definition anyway."""
    about = group("about").get(entry.id if entry.kind == "framework" else entry.kind)
    if about is not None and entry.kind not in WHOLE_PAGES:
        yield part("", [about[library.lang]])


def _namesakes(library: Library, entries: Sequence[Entry]) -> Iterator[Part]:
    rows = (Item(f"advise explain {entry.kind}:{entry.id}", ENTRY_KINDS[entry.kind][library.lang]) for entry in entries)
    yield part(library.say("explain.head-other-entries"), rows)


def _title(library: Library, entry: Entry) -> str:
    kind_word = ENTRY_KINDS[entry.kind][library.lang]
    if entry.kind in WHOLE_PAGES and entry.id == entry.kind:
        return kind_word
    name = _name(library, entry)
    if name is None:
        return f"{kind_word} {entry.id}"
    return library.say("explain.title-with-name", kind=kind_word, id=entry.id, name=name)


def _name(library: Library, entry: Entry) -> str | Text | None:
    """Return what a thing is called besides its id, if it is called anything."""
    if entry.kind == "concept":
        return lessons.concept_title(library, entry.id)
    if entry.kind in ("framework", "candidate"):
        return library.name(entry.id)
    if entry.kind == "label":
        return LABELS[entry.id]
    return getattr(entry.record, "name", None) if entry.kind in ("criterion", "pitfall") else None
