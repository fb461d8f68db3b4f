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
    question, pick, lang = library.pack.questions[id], library.pick, library.lang
    yield part("", (*library.in_both_languages(question.ask), Item(question.why[lang], pick("why asked", "为什么问"))))
    yield part(pick("ASKED WHEN", "何时询问"), _asked(library, id))
    choices = [
        Item(pick(f"{choice.label.en} (share {choice.share:.0%})", f"{choice.label.zh}（占比 {choice.share:.0%}）"), choice.id)
        for choice in question.choices
    ]  # fmt: skip
    several = pick("CHOICES, SEVERAL MAY BE GIVEN", "选项（可多选）") if question.several else pick("CHOICES", "选项")
    yield part(several, tuple(choices))
    yield part(pick("WHY THESE SHARES", "占比的由来"), tuple(_shares(library, id)))
    yield part(pick("RULES THAT USE IT", "用到它的规则"), _rules(library, id))
    yield part(pick("CONSTRAINTS THAT USE IT", "用到它的硬性约束"), _constraints(library, id))
    yield part(pick("CLAIMS THAT USE IT", "用到它的论断"), _claims(library, id))
    yield part(pick("OTHER QUESTIONS", "相关问题"), _questions(library, id))


def _depends_on(condition: Condition, question: str) -> bool:
    return any(comparison.question == question for comparison in comparisons_of(condition))


def _asked(library: Library, id: str) -> Iterator[Item]:
    question, pick = library.pack.questions[id], library.pick
    if question.when != ALWAYS:
        yield Item(condition_words(library, question.when), pick("only if", "仅当"))
    if question.fact:
        yield Item(pick("Detected or given as an option; never asked.", "由程序检测或以选项给出，不会询问。"))
    elif question.detect:
        yield Item(pick("Detected on this machine; another answer may be given.", "在本机自动检测，可另行指定。"))


def _shares(library: Library, id: str) -> Iterator[Item]:
    yield Item(library.pack.questions[id].assumes[library.lang])
    yield Item(
        library.pick(
            "A share is used only while the question is unanswered: that fraction of the sampled projects gives this answer.",
            "占比只在未回答时使用：抽取的项目中有这么多给出该回答。",
        )
    )


def _rules(library: Library, id: str) -> Iterator[Item]:
    for name, need in library.pack.needs.items():
        if _depends_on(need.when, id):
            raised = library.joined(
                library.pack.criteria[criterion].name[library.lang]
                + library.in_brackets(IMPORTANCES[level][library.lang])
                for criterion, level in need.criteria.items()
            )
            yield Item(f"{condition_words(library, need.when)} -> {raised}", name)


def _constraints(library: Library, id: str) -> Iterator[Item]:
    for name, constraint in library.pack.constraints.items():
        if _depends_on(constraint.when, id):
            yield Item(f"{condition_words(library, constraint.when)} -> {constraint.constraint[library.lang]}", name)


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
            condition = condition_words(library, question.when)
            yield Item(library.pick(f"asked only if {condition}", f"仅当 {condition} 时询问"), name)
    for combination in library.pack.impossible:
        if _depends_on(combination.when, id):
            yield Item(combination.because[library.lang], library.pick("impossible", "不可能"))
