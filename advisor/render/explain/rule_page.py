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
    need, pick = library.pack.needs[id], library.pick
    yield part("", library.in_both_languages(need.need))
    yield part(pick("APPLIES WHEN", "触发条件"), [Item(condition_words(library, need.when))])
    yield part(pick("MAKES IMPORTANT", "使之重要的标准"), _raised(library, id))
    yield part(
        pick("NOTE SHOWN WITH THE ANSWER", "随结论给出的提示"),
        library.in_both_languages(need.note) if need.note else (),
    )
    yield part(pick("SOURCE", "出处"), [source_row(library, need.source)])


def _raised(library: Library, id: str) -> Iterator[Item]:
    for name, importance in library.pack.needs[id].criteria.items():
        criterion = library.pack.criteria[name]
        level = IMPORTANCES[importance][library.lang]
        about = f"{criterion.name[library.lang]}{library.pick(', ', '，')}{level}{library.colon}{criterion.about[library.lang]}"
        yield Item(about, name)


def _required(library: Library, id: str) -> Iterator[Item]:
    for name, least in library.pack.constraints[id].requires.items():
        criterion = library.pack.criteria[name]
        level = LEVELS[least][library.lang]
        yield Item(
            library.pick(
                f"{criterion.name.en}: at least {level}; whoever is believed to lie below it wins nowhere while another meets more",
                f"{criterion.name.zh}：至少“{level}”；被认为低于此者，只要另有候选满足更多要求，即不胜出",
            ),
            name,
        )


def constraint_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a constraint's page."""
    constraint, pick = library.pack.constraints[id], library.pick
    yield part("", library.in_both_languages(constraint.constraint))
    yield part(pick("APPLIES WHEN", "触发条件"), [Item(condition_words(library, constraint.when))])
    excluded = library.pack.excluded(constraint)
    if excluded:
        yield part(pick("RULES OUT", "排除的候选"), [Item(library.joined(map(library.name, excluded)))])
    yield part(pick("REQUIRES", "所需水平"), _required(library, id))
    yield part(pick("INSTEAD", "可改用"), library.in_both_languages(constraint.instead) if constraint.instead else ())
    yield part(pick("SOURCE", "出处"), [source_row(library, constraint.source)])
