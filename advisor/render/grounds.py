"""What a ground of an answer rests on, whom it is held against, and who does not meet what is required."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct

from advisor.evidence.stacks import reads_code
from advisor.knowledge.condition import comparisons_of
from advisor.reasoning.advice import Reason
from advisor.reasoning.packages import packages_apart
from advisor.render.page import Page
from advisor.sentences import Sentence, group
from advisor.text import with_brackets_set
from advisor.words import BASES, LEVELS, VERDICTS

Introduction = Literal["full", "terse", "bare"]
"""How far the article is introduced where it is named."""


def source_of(source: str) -> str:
    """Return how a source is cited: a section of the article by its number alone."""
    return source.removeprefix("article ")


def rival(page: Page) -> str:
    """Return the stack that the grounds of an answer compare the recommended one with: the best of the second framework."""
    frameworks, ranking = page.advice.frameworks, page.advice.ranking
    second = frameworks[1].id if len(frameworks) > 1 else frameworks[0].id
    return next(standing.id for standing in ranking if page.pack.candidates[standing.id].framework == second)


def article_named(page: Page, introduction: Introduction) -> str:
    """Return how an answer calls the article whose claims are checked, with what it is as far as there is room for it."""
    article = page.pack.article
    if article is None:
        return page.say("answer.no-article")
    called = article.called[page.lang] if article.called else page.say("answer.article-called", title=article.title)
    about = article.about[page.lang] if article.about and introduction == "full" else page.say("answer.article-checked")
    return called if introduction == "bare" else page.say("answer.article-introduced", called=called, about=about)


def article_details(page: Page) -> Iterator[str]:
    """Yield what was done with the article that is checked, and where to read of it; nothing where there is none."""
    article = page.pack.article
    if article is not None:
        named = article_named(page, "full")
        yield page.say("answer.article-about", article=named, id=article.id)


def kind_of_basis(page: Page, reason: Reason) -> str:
    """Return what a ground rests on: one of the keys of `words.BASES`."""
    if reason.probe is not None:
        return "counted" if reads_code(reason.source) else "measured-here"
    if reason.claim is None:
        return "hard-limit"
    return {
        "article": "stated",
        "judgement": "stated",
        "hearsay": "stated",
        "inspection": "inspected",
        "installed-source": "inspected",
        "measurement": "measured-elsewhere",
    }.get(page.pack.sources[page.pack.claims[reason.claim].source_id].kind, "documented")


def basis(page: Page, reason: Reason) -> str:
    """Return in words what a ground rests on, where that is from, and what the runs here said of it, if anything."""
    words = BASES[kind_of_basis(page, reason)][page.lang]
    cite = source_of(reason.source) if reason.claim else reason.probe or "none"
    if cite != "none":
        words = page.say("answer.basis-source", kind=words, source=cite)
    if reason.claim is None or reason.verdict == "untested":
        return words
    return page.say("answer.basis-verdict", basis=words, verdict=VERDICTS[reason.verdict])


def is_requirement(reason: Reason) -> bool:
    """Whether a ground is a requirement that is not met, not a criterion."""
    return reason.claim is None and reason.probe is None


def ground_text(page: Page, reason: Reason) -> str:
    """Return a ground in words, without its full stop; of a requirement also who does not meet it, and whether for certain."""
    text: str = reason.text[page.lang].rstrip("。.")
    if not is_requirement(reason):
        return text
    certain = any(
        missed.constraint == reason.rule and reason.candidate in missed.candidates for missed in page.advice.unmet
    )
    candidate = page.candidate(reason.candidate)
    if certain:
        return page.say("answer.not-met", candidate=candidate, text=text)
    asked = (part.question for part in comparisons_of(page.pack.constraints[reason.rule or ""].when))
    open_questions = [f"--{id}" for id in dict.fromkeys(asked) if not page.advice.profile.known(id)]
    return page.say("answer.not-met-in-some", candidate=candidate, text=text, questions=open_questions)


class Requirement(Struct, frozen=True):
    """What the answers require of a candidate for certain, who does not meet it, and what helps: in short, and with the level."""

    id: str
    short: Sentence
    whole: Sentence


def unmet(page: Page) -> Iterator[Requirement]:
    """Yield the requirements that somebody who takes part does not meet."""
    ranked = {standing.id for standing in page.advice.ranking}
    for missed in page.advice.unmet:
        names = stack_names(page, [candidate for candidate in missed.candidates if candidate in ranked])
        if names:
            constraint = page.pack.constraints[missed.constraint]
            rule = constraint.constraint[page.lang].rstrip("。.")
            help = constraint.instead[page.lang].rstrip("。.") if constraint.instead else ""
            levels = [
                page.say("answer.required-level", criterion=page.pack.criteria[id].name, level=LEVELS[level])
                for id, level in constraint.requires.items()
            ]
            short, whole = (
                page.say(
                    f"answer.{id}",
                    rule=rule,
                    names=names,
                    levels=levels,
                    remedy=help and page.say("answer.remedy", text=help),
                )
                for id, rule, levels, help in (
                    ("required", first_clause(rule), "", first_clause(help)),
                    ("required-whole", rule, "".join(levels), help),
                )
            )
            yield Requirement(missed.constraint, short, whole)


def apart(page: Page) -> list[Sentence]:
    """Return that no stack can use all the packages the project depends on, and what helps; empty where one can."""
    packages = [package.id for package in packages_apart(page.pack, page.advice.conflict)]
    return [page.say("depends.apart", packages=packages)] if packages else []


def first_clause(text: str) -> str:
    """Return the beginning of a text, up to its first semicolon or full stop."""
    return re.split(r"[;；。]|\.(?=\s|$)", text, maxsplit=1)[0]


def glossed(page: Page, statements: Iterable[str]) -> Iterator[str]:
    """Yield statements with what each term in them means behind the term, where it is first used in any of them.

    Names that are explained together, `Keras on PyTorch | Keras on JAX = …`, are explained once; the longest of several that
    begin at one place counts.
    """
    meanings: dict[str, tuple[str, str]] = {}
    for id, gloss in group("glosses").items():
        terms, _, meaning = gloss[page.lang].partition(" = ")
        meanings |= dict.fromkeys(terms.split(" | "), (id, meaning))
    names = "|".join(re.escape(term) for term in sorted(meanings, key=len, reverse=True))
    explained: set[str] = set()

    def explain(match: re.Match[str]) -> str:
        id, meaning = meanings[match[0]]
        if id in explained or not meaning:
            return match[0]
        explained.add(id)
        return page.say("answer.gloss", term=match[0], meaning=meaning)

    for statement in statements:
        text = re.sub(rf"(?<![\w/.-])(?:{names})(?![\w/-])", explain, statement, flags=re.ASCII)
        yield with_brackets_set(text, page.lang)


def stack_names(page: Page, candidates: Sequence[str]) -> list[str]:
    """Return the names of candidates, those of all stacks of a framework as that of the framework."""
    names: list[str] = []
    for framework in page.pack.frameworks:
        stacks = page.pack.stacks(framework)
        failing = [stack for stack in stacks if stack in candidates]
        names += [page.candidate(framework)] if len(failing) == len(stacks) else map(page.candidate, failing)
    return names


def outranking(page: Page) -> list[str]:
    """Return the notes of the rules that apply for certain: what to try or know before choosing any framework."""
    notes = [need.note for need in page.pack.needs.values() if need.note is not None]
    return [warning[page.lang] for warning in page.advice.warnings if warning in notes]


def other_warnings(page: Page) -> list[str]:
    """Return the warnings that do not outrank the choice."""
    return [text for warning in page.advice.warnings if (text := warning[page.lang]) not in outranking(page)]
