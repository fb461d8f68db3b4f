"""The pages of packages: the table behind `depends-on`, and one package of it."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.reasoning.packages import levels_of, requirement, works_on
from advisor.render.document import Item, Part, part
from advisor.render.explain.claim_page import source_row
from advisor.render.explain.sheet import Library
from advisor.words import LEVELS


def table_sections(library: Library, _id: str) -> Iterator[Part]:
    """Yield what `depends-on` is, and every package of the table under the stacks it works on."""
    pack, say = library.pack, library.say
    yield part("", (Item(say("depends.ask")), Item(say("depends.how-to-say")), Item(say("depends.assumes"))))
    rows_by_stacks: dict[str, list[Item]] = {}
    for package in pack.packages.values():
        head = library.joined(map(library.name, package.works_on))
        note = package.note[library.lang] if package.note else ""
        read = str(pack.sources[package.source_id].read)
        words = say("depends.row", note=note, read=read) if note else say("depends.row-plain", read=read)
        rows_by_stacks.setdefault(head, []).append(Item(words, package.id))
    for head, rows in rows_by_stacks.items():
        yield part(head, rows)


def package_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a package's page."""
    package, pack, say = library.pack.packages[id], library.pack, library.say
    yield part("", library.in_both_languages(requirement(pack, package)))
    levels = levels_of(pack, package)
    rows = (Item(LEVELS[level][library.lang], library.name(candidate)) for candidate, level in levels.items())
    yield part(say("depends.head-works-on"), rows)
    others = [library.name(candidate) for candidate in pack.candidates if candidate not in levels]
    yield part(say("explain.head-rules-out"), [Item(library.joined(others))] if others else ())
    yield part(say("depends.head-needs"), [Item(package.needs)] if package.needs else ())
    yield part(say("explain.head-source"), [source_row(library, package.source)])


def summary(library: Library, id: str) -> str:
    """Return in a clause what a package works on."""
    return works_on(library.pack, library.pack.packages[id])[library.lang]
