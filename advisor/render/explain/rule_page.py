"""The pages of rules and constraints: for whom they speak, and what follows."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.render.document import Item, Part, part
from advisor.render.explain.claim_page import source_row
from advisor.render.explain.sheet import Library
from advisor.render.explain.terms import condition_words
from advisor.words import IMPORTANCES, LEVELS


def need_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a rule's page."""
    need, say = library.pack.needs[id], library.say
    yield part("", library.in_both_languages(need.need))
    yield part(say("explain.head-applies-when"), [Item(condition_words(library.pack, library.lang, need.when))])
    yield part(say("explain.head-makes-important"), _raised(library, id))
    yield part(
        say("explain.head-note"),
        library.in_both_languages(need.note) if need.note else (),
    )
    yield part(say("explain.head-source"), [source_row(library, need.source)])


def _raised(library: Library, id: str) -> Iterator[Item]:
    for name, importance in library.pack.needs[id].criteria.items():
        criterion = library.pack.criteria[name]
        words = library.say(
            "explain.raised", criterion=criterion.name, importance=IMPORTANCES[importance], about=criterion.about
        )
        yield Item(words, name)


def _required(library: Library, id: str) -> Iterator[Item]:
    for name, least in library.pack.constraints[id].requires.items():
        criterion = library.pack.criteria[name].name
        yield Item(library.say("explain.required-level", criterion=criterion, level=LEVELS[least]), name)


def constraint_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a constraint's page."""
    constraint, say = library.pack.constraints[id], library.say
    yield part("", library.in_both_languages(constraint.constraint))
    yield part(say("explain.head-applies-when"), [Item(condition_words(library.pack, library.lang, constraint.when))])
    excluded = library.pack.excluded(constraint)
    if excluded:
        yield part(say("explain.head-rules-out"), [Item(library.joined(map(library.name, excluded)))])
    yield part(say("explain.head-requires"), _required(library, id))
    yield part(say("explain.head-instead"), library.in_both_languages(constraint.instead) if constraint.instead else ())
    yield part(say("explain.head-source"), [source_row(library, constraint.source)])
