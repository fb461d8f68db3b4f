"""The words of the pages: kinds of entries and claims; conditions and checks said in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.knowledge.claim import ClaimCheck
from advisor.knowledge.condition import ALWAYS, AnyOf, Condition, Is, Not
from advisor.knowledge.criterion import LEVEL
from advisor.knowledge.pack import Pack
from advisor.knowledge.question import Question
from advisor.render.explain.sheet import Library
from advisor.sentences import sentence
from advisor.text import Lang, with_brackets_set
from advisor.words import LEVELS, Vocabulary, amount

ENTRY_KINDS = Vocabulary("entry-kinds")
"""What an id can name."""
CLAIM_KINDS = Vocabulary("claim-kinds")
SETTLED: Mapping[str | None, str] = {
    "for": "explain.settled-for",
    "against": "explain.settled-against",
    None: "explain.left-open",
}
"""The sentence on what became of a claim that its own source contradicts."""
MEASURED_BY: Mapping[str, str] = {
    "maker": "explain.by-maker",
    "library": "explain.by-library",
    "third-party": "explain.by-third-party",
}
"""The sentence on who measured the numbers behind a claim."""
BETTER = {"lower": "explain.lower-is-better", "higher": "explain.higher-is-better"}
"""The sentence on which end of a measure is better."""


def level_word(value: float, lang: Lang) -> str:
    """Return the level whose band of the scale a value lies in."""
    return LEVELS[min(LEVEL, key=lambda level: abs(LEVEL[level] - value))][lang]


def choice_name(question: Question, choice: str, lang: Lang) -> str:
    """Return the short name of a choice: its label up to a colon."""
    return question.find_choice(choice).label[lang].split(": ")[0].split("：")[0]


def condition_words(pack: Pack, lang: Lang, condition: Condition) -> str:
    """Return a condition in words; what always holds is said as "always".

    Args:
        pack: whose questions it is about.
        lang: the language.
        condition: what is to be said.
    """
    if condition == ALWAYS:
        return sentence("explain.always", lang)
    return _in_words(pack, lang, condition, inside=False)


def _in_words(pack: Pack, lang: Lang, condition: Condition, *, inside: bool) -> str:
    if isinstance(condition, Is):
        return sentence(
            "explain.question-is", lang, question=condition.question, choices=_choices(pack, lang, condition)
        )
    if isinstance(condition, Not):
        negated = condition.part
        if isinstance(negated, Is):
            choices = _choices(pack, lang, negated)
            return sentence("explain.question-is-not", lang, question=negated.question, choices=choices)
        return sentence("explain.not-condition", lang, condition=_in_words(pack, lang, negated, inside=False))
    joint = sentence("explain.or-condition" if isinstance(condition, AnyOf) else "explain.and-condition", lang)
    parts = (_in_words(pack, lang, part, inside=len(condition.parts) > 1) for part in condition.parts)
    words = with_brackets_set(joint.join(parts), lang)
    return (
        sentence("explain.grouped-condition", lang, condition=words) if inside and len(condition.parts) > 1 else words
    )


def _choices(pack: Pack, lang: Lang, comparison: Is) -> str:
    """Return the names of choices, in quotes where they would not be seen to be names."""
    question = pack.questions[comparison.question]
    names = [choice_name(question, choice, lang) for choice in comparison.choices]
    return sentence("explain.or-choice", lang).join(
        name if lang is Lang.EN and " " not in name else sentence("explain.choice-in-quotes", lang, name=name)
        for name in names
    )


def check_words(library: Library, check: ClaimCheck) -> str:
    """Return what a run must show for a claim to be confirmed, in words."""
    expect = check.expect
    if expect.better is not None:
        return library.say(
            "explain.better-than", candidate=expect.better, others=expect.than, margin=f"{expect.by:.0%}"
        )
    if expect.equal:
        return library.say("explain.equal-within", candidates=expect.equal, margin=f"{expect.within:.0%}")
    if expect.is_ is not None:
        outcomes = library.say("explain.or-choice").join(amount(value)[library.lang] for value in expect.is_)
        return library.say("explain.each-is", candidates=expect.each, outcomes=outcomes)
    if expect.at_most is not None:
        return library.say("explain.each-at-most", candidates=expect.each, bound=f"{expect.at_most:g}")
    return library.say("explain.each-at-least", candidates=expect.each, bound=f"{expect.at_least:g}")
