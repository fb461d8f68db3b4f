"""The verdict in words: what is recommended, how sure that is, and how the others stand."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.reasoning.ranking import Standing
from advisor.render.grounds import first_clause, outranking
from advisor.render.page import Page
from advisor.render.text_layout import paragraph
from advisor.sentences import Sentence
from advisor.words import LABELS

NARROWEST = 60
"""Cells of the page on which the last verdict still stands in one line."""


def stack(page: Page) -> str:
    """Return the name of what is recommended: of one stack, or, where either will do, of the best stack of each framework named."""
    if page.advice.label != "either-will-do":
        return page.candidate(page.advice.candidate or "")
    first = {page.pack.candidates[standing.id].framework: standing.id for standing in reversed(page.advice.ranking)}
    *stacks, last = (page.candidate(first[framework]) for framework in page.advice.named)
    return page.say("answer.either", stacks=stacks, last=last) if stacks else last


def label(page: Page) -> str:
    """Return how sure the recommendation is, in a word."""
    return LABELS[page.advice.label][page.lang]


def verdict(page: Page, *, terse: bool = False, plain: bool = False) -> Iterator[Sentence]:
    """Yield what is recommended and how sure that is; first what outranks the choice, if anything does."""
    numbers = {
        "shares": shares(page),
        "others": others(page, terse=terse, plain=plain),
        "open": "" if plain else _open(page),
    }
    name = {
        "stack": stack(page),
        "label": label(page),
        "means": _meaning(page),
    }
    notes = outranking(page)
    if not notes:
        yield page.say("answer.verdict", **name, **numbers)
        return
    sentences = [page.say("answer.clause", text=first_clause(note)) for note in notes] if terse else notes
    yield page.say("answer.verdict-first", **name, note=page.pick(" ", "").join(sentences))
    yield page.say("answer.verdict-after", stack=stack(page), **numbers)


def _meaning(page: Page) -> Sentence:
    """Return what the label means; where the one recommended stack is run by another framework, that too."""
    meaning, advice, candidates = page.say(f"answer.means-{page.advice.label}"), page.advice, page.pack.candidates
    if advice.candidate is None or advice.label == "either-will-do":
        return meaning
    chosen = candidates[advice.candidate]
    if len(page.pack.stacks(chosen.framework)) > 1:
        for candidate in candidates.values():
            if candidate.backend == chosen.backend and candidate.framework != chosen.framework:
                return page.say("answer.means-run-by", means=meaning, backend=page.candidate(candidate.framework))
    return meaning


def _open(page: Page) -> Sentence:
    asked = page.pack.asked_questions
    count = sum(question.id not in page.advice.profile.answers for question in asked)
    if not count:
        return page.say("answer.nothing-open")
    return page.say("answer.open-questions", unknown=count, all=len(asked))


def verdict_again(page: Page, id: str) -> Sentence:
    """Return the verdict in a line of the narrowest page; as that template says it, or in fewer words where that is too long."""
    for template in (id, "answer.verdict-again-terse", "answer.verdict-again-first"):
        first = page.candidate(page.advice.candidate or "")
        line = page.say(template, stack=stack(page), first=first, label=label(page), shares=shares(page))
        if len(paragraph(line, NARROWEST)) == 1:
            break
    return line


def shares(page: Page) -> str:
    """Say in how many of 100 worlds each framework wins that the answer names."""
    named = [standing for standing in page.advice.frameworks if standing.id in page.advice.named]
    obvious = len(named) == 1 and named[0].id == page.advice.candidate
    first_sentence = "answer.wins" if obvious else "answer.wins-by-name"
    return page.pick(", ", "，").join(
        page.say(
            "answer.wins-too" if number else first_sentence, name=page.candidate(standing.id), share=share(standing)
        )
        for number, standing in enumerate(named)
    )


def others(page: Page, *, terse: bool, plain: bool) -> str:
    """Say how the frameworks do that the answer does not name, and which stack or framework is meant where that is open."""
    advice = page.advice
    remaining = [
        page.say("answer.wins-too", name=page.candidate(standing.id), share=share(standing))
        for standing in advice.frameworks
        if standing.id not in advice.named and share(standing)
    ]
    parts = [page.say("answer.then", others=page.pick(", ", "，").join(remaining))] if remaining else []
    if not plain and advice.candidate != advice.framework and share(advice.ranking[0]) != share(advice.frameworks[0]):
        parts.append(
            page.say("answer.stack-share", stack=page.candidate(advice.ranking[0].id), share=share(advice.ranking[0]))
        )
    if not terse and advice.framework != advice.best_in_scope and advice.best_in_scope:
        parts.append(page.say("answer.best-of-the-three", name=page.candidate(advice.best_in_scope)))
    joined = page.pick("; ", "；").join(parts)
    return joined if remaining or not joined else page.pick("; ", "；") + joined


def share(standing: Standing) -> int:
    """Return in how many of 100 worlds a framework or a candidate wins."""
    return round(100 * standing.p_best)
