"""The page of a question: its choices, what is assumed while it is unanswered, and everything its answer can change."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.condition import ALWAYS, Condition, comparisons_of
from advisor.render.document import Item, Part, part
from advisor.render.explain.sheet import Library
from advisor.render.explain.terms import condition_words
from advisor.words import IMPORTANCES


def sections(library: Library, id: str) -> Iterator[Part]:
    """Yield the sections of a question's page."""
    question, say, lang = library.pack.questions[id], library.say, library.lang
    yield part("", (*library.in_both_languages(question.ask), Item(question.why[lang], say("explain.label-why-asked"))))
    yield part(say("explain.head-asked-when"), _asked(library, id))
    choices = [
        Item(say("explain.choice-and-share", choice=choice.label, share=f"{choice.share:.0%}"), choice.id)
        for choice in question.choices
    ]
    head = say("explain.head-choices-several") if question.several else say("explain.head-choices")
    yield part(head, tuple(choices))
    yield part(say("explain.head-why-these-shares"), tuple(_shares(library, id)))
    yield part(say("explain.head-rules-that-use-it"), _rules(library, id))
    yield part(say("explain.head-constraints-that-use-it"), _constraints(library, id))
    yield part(say("explain.head-claims-that-use-it"), _claims(library, id))
    yield part(say("explain.head-other-questions"), _questions(library, id))


def _depends_on(condition: Condition, question: str) -> bool:
    return any(comparison.question == question for comparison in comparisons_of(condition))


def _asked(library: Library, id: str) -> Iterator[Item]:
    question, say = library.pack.questions[id], library.say
    if question.when != ALWAYS:
        yield Item(condition_words(library.pack, library.lang, question.when), say("explain.label-only-if"))
    if question.fact:
        yield Item(say("explain.never-asked"))
    elif question.detect:
        yield Item(say("explain.detected"))


def _shares(library: Library, id: str) -> Iterator[Item]:
    question = library.pack.questions[id]
    yield Item(question.assumes[library.lang])
    for other in question.other_shares:
        shares = library.joined(
            library.say("explain.choice-and-share", choice=choice.label, share=f"{other.shares[choice.id]:.0%}")
            for choice in question.choices
        )
        condition = condition_words(library.pack, library.lang, other.when)
        yield Item(
            library.say("explain.other-shares", condition=condition, shares=shares, assumes=other.assumes[library.lang])
        )
    yield Item(library.say("explain.what-a-share-is"))


def _rules(library: Library, id: str) -> Iterator[Item]:
    for name, need in library.pack.needs.items():
        if _depends_on(need.when, id):
            raised = library.joined(
                library.pack.criteria[criterion].name[library.lang]
                + library.in_brackets(IMPORTANCES[importance][library.lang])
                for criterion, importance in need.criteria.items()
            )
            yield Item(f"{condition_words(library.pack, library.lang, need.when)} -> {raised}", name)


def _constraints(library: Library, id: str) -> Iterator[Item]:
    for name, constraint in library.pack.constraints.items():
        if _depends_on(constraint.when, id):
            yield Item(
                f"{condition_words(library.pack, library.lang, constraint.when)} -> {constraint.constraint[library.lang]}",
                name,
            )


def _claims(library: Library, id: str) -> Iterator[Item]:
    by_criterion: dict[str, list[str]] = {}
    for name, claim in library.pack.claims.items():
        if claim.about and _depends_on(claim.when, id):
            by_criterion.setdefault(claim.about, []).append(name)
    for criterion, names in by_criterion.items():
        yield Item(", ".join(names), library.pack.criteria[criterion].name[library.lang])


def _questions(library: Library, id: str) -> Iterator[Item]:
    for name, question in library.pack.questions.items():
        if name != id and _depends_on(question.when, id):
            condition = condition_words(library.pack, library.lang, question.when)
            yield Item(library.say("explain.asked-only-if", condition=condition), name)
    for combination in library.pack.impossible:
        if _depends_on(combination.when, id):
            yield Item(combination.because[library.lang], library.say("explain.label-impossible"))
