"""The pages for newcomers: concepts and the glossary, common questions, and the pitfalls of the article's code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.knowledge.lesson import Faq
from advisor.knowledge.pitfall import Pitfall, Snippet
from advisor.render.document import Item, Part, part
from advisor.render.explain.claim_page import in_full, summary
from advisor.render.explain.sheet import Library
from advisor.render.explain.terms import ENTRY_KINDS
from advisor.text import Lang
from advisor.words import REVIEWS


def glossary_sections(library: Library, _id: str) -> Iterator[Part]:
    """Yield the list of all concepts, in both languages."""
    glossary = library.onboarding.glossary
    rows = (
        Item(concept.definition[library.lang], library.say("explain.term", name=concept.name, en=concept.name.en))
        for concept in glossary.values()
    )
    yield part("", rows)
    yield part("", (Item(library.say("explain.a-concept-in-full")),))


def concept_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a concept's page."""
    concept, say = library.onboarding.glossary[id], library.say
    opening = [*library.in_both_languages(concept.definition)]
    if concept.synonyms:
        opening.append(Item(library.joined(concept.synonyms), say("explain.label-also-called")))
    yield part("", tuple(opening))
    yield part(say("explain.head-how-it-is-spelled"), _spelled(library, id))
    head = (
        say("explain.head-article-section-and-review", section=concept.section)
        if concept.section
        else say("explain.head-article-and-review")
    )
    yield part(head, (in_full(library, claim) for claim in concept.claims))
    yield part(say("explain.head-related"), _related(library, id))
    yield part(say("explain.head-see-also"), _about_same_claims(library, concept.claims))


def _spelled(library: Library, id: str) -> Iterator[Item]:
    concept = library.onboarding.glossary[id]
    for framework in library.pack.frameworks:
        if framework in concept.spelled:
            yield Item(", ".join(concept.spelled[framework]), library.name(framework))
    if concept.differs:
        yield Item(concept.differs[library.lang])


def _related(library: Library, id: str) -> Iterator[Item]:
    glossary = library.onboarding.glossary
    for related_id in glossary[id].related:
        yield Item(glossary[related_id].definition[library.lang], glossary[related_id].name[library.lang])


def _about_same_claims(library: Library, claims: tuple[str, ...]) -> Iterator[Item]:
    """List what else speaks of the same claims."""
    onboarding, claim_ids, lang = library.onboarding, set(claims), library.lang
    for name, pitfall in onboarding.pitfalls.items():
        if claim_ids & set(pitfall.claims):
            yield Item(library.say("explain.entry", id=name, text=pitfall.name), ENTRY_KINDS["pitfall"][lang])
    for name, question in onboarding.faq.items():
        if claim_ids & set(question.claims):
            yield Item(library.say("explain.entry", id=name, text=question.question), ENTRY_KINDS["faq"][lang])


def faq_sections(library: Library, _id: str) -> Iterator[Part]:
    """Yield every common question with its answer: the article's own first, then those of newcomers."""
    for id in in_order(library.onboarding.faq):
        yield from _question_part(library, id, in_full=False)


def one_faq_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield one question with its answer and what it leans on."""
    yield from _question_part(library, id, in_full=True)


def in_order(shelf: Mapping[str, Faq] | Mapping[str, Pitfall]) -> list[str]:
    """Return ids in the order of the article; what is not of the article comes last."""
    return sorted(shelf, key=lambda id: (shelf[id].section is None, shelf[id].section or "", id))


def _question_part(library: Library, id: str, *, in_full: bool) -> Iterator[Part]:
    question, lang = library.onboarding.faq[id], library.lang
    place = library.in_brackets(f"§{question.section}") if question.section else ""
    rows = [Item(question.answer[lang])]
    if in_full:
        rows += [Item(summary(library, claim), claim) for claim in question.claims]
    else:
        leaning = [
            claim + library.in_brackets(REVIEWS[library.pack.claims[claim].review.verdict][lang])
            for claim in question.claims
        ]
        rows.append(Item(library.say("explain.claims-it-leans-on", claims=leaning)))
    yield part(f"{question.question[lang]}{place}", tuple(rows))


def pitfalls_sections(library: Library, _id: str) -> Iterator[Part]:
    """Yield every defect of the article's code and set-up, in its order."""
    for id in in_order(library.onboarding.pitfalls):
        yield _pitfall(library, id)


def pitfall_sections(library: Library, id: str) -> Iterator[Part]:
    """Yield one defect, and what the ledger says of it."""
    yield _pitfall(library, id)
    claims = library.onboarding.pitfalls[id].claims
    yield part(library.say("explain.head-what-the-ledger-says"), (in_full(library, claim) for claim in claims))


def _pitfall(library: Library, id: str) -> Part:
    pitfall, lang, say = library.onboarding.pitfalls[id], library.lang, library.say
    right_label = say("explain.right-code", effect=_effect(library, pitfall.right))
    wrong_label = say("explain.wrong-code", effect=_effect(library, pitfall.wrong))
    right = Item(pitfall.right.code, right_label, code=True)
    wrong = Item(pitfall.wrong.code, wrong_label, code=True, beside=right)
    versions = Item(pitfall.versions[lang], say("explain.label-versions"))
    rows = (Item(pitfall.happens[lang]), versions, wrong, Item(pitfall.instead[lang], say("explain.label-today")))
    return part(say("explain.head-pitfall", section=pitfall.section, name=pitfall.name, id=id), rows)


def _effect(library: Library, snippet: Snippet) -> str:
    """Return what a snippet does, in words."""
    say = library.say
    if snippet.prints is not None:
        return say("explain.prints", output=snippet.prints)
    if snippet.raises is not None:
        return say("explain.raises", error=snippet.raises)
    if snippet.warns is not None:
        return say("explain.warns", warning=snippet.warns)
    return say("explain.valid") if snippet.valid else say("explain.syntax-error")


def concept_title(library: Library, id: str) -> str:
    """Return the name of a concept in both languages, that of the page first."""
    name = library.onboarding.glossary[id].name
    return f"{name.zh} {name.en}" if library.lang is Lang.ZH else f"{name.en} {name.zh}"
