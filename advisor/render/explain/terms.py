"""The words of the pages: kinds of entries and claims; conditions and checks said in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.knowledge.claim import ClaimCheck
from advisor.knowledge.condition import ALWAYS, AnyOf, Condition, Is, Not
from advisor.knowledge.criterion import LEVEL
from advisor.knowledge.question import Question
from advisor.render.explain.sheet import Library
from advisor.text import Lang, Text
from advisor.words import LEVELS, amount, make_vocabulary

ENTRY_KINDS = make_vocabulary(
    claim=("claim", "论断"),
    rule=("rule", "规则"),
    constraint=("constraint", "硬性约束"),
    criterion=("criterion", "选择标准"),
    question=("question", "问题"),
    candidate=("candidate", "候选"),
    framework=("framework", "框架"),
    source=("source", "出处"),
    probe=("probe", "实测"),
    contradiction=("contradiction", "矛盾"),
    fact=("fact", "数据"),
    concept=("concept", "概念"),
    faq=("faq", "常见问题"),
    pitfall=("pitfall", "易错点"),
    pitfalls=("pitfalls", "易错点"),
    glossary=("glossary", "词汇表"),
    diagram=("diagram", "关系图"),
)
"""What an id can name."""
CLAIM_KINDS = make_vocabulary(
    concept=("concept", "概念"),
    pro=("pro", "优点"),
    con=("con", "缺点"),
    criterion=("criterion", "选择依据"),
    procedure=("procedure", "步骤"),
    code=("code", "代码"),
    application_area=("application area", "应用领域"),
    faq=("faq", "问答"),
    resource=("resource", "资源"),
    challenge=("challenge", "挑战"),
    trend=("trend", "趋势"),
)
SETTLED: Mapping[str | None, Text] = {
    "for": Text(en="settled for it", zh="裁定成立"),
    "against": Text(en="settled against it", zh="裁定不成立"),
    None: Text(en="left open, counts for neither side", zh="尚无定论，不计入任何一方"),
}
"""What became of a claim that its own source contradicts."""
BETTER = {"lower": Text(en="lower is better", zh="越低越好"), "higher": Text(en="higher is better", zh="越高越好")}


def level_word(value: float, lang: Lang) -> str:
    """Return the level whose band of the scale a value lies in."""
    return LEVELS[min(LEVEL, key=lambda level: abs(LEVEL[level] - value))][lang]


def choice_name(question: Question, choice: str, lang: Lang) -> str:
    """Return the short name of a choice: its label up to a colon."""
    return question.find_choice(choice).label[lang].split(": ")[0].split("：")[0]


def condition_words(library: Library, condition: Condition) -> str:
    """Return a condition in words.

    Args:
        library: the questions, and the language.
        condition: what is to be said; what always holds is said as "always".
    """
    if condition == ALWAYS:
        return library.pick("always", "总是")
    return _in_words(library, condition, inside=False)


def _in_words(library: Library, condition: Condition, *, inside: bool) -> str:
    if isinstance(condition, Is):
        return _comparison(library, condition, library.pick("is", "为"))
    if isinstance(condition, Not):
        if isinstance(condition.part, Is):
            return _comparison(library, condition.part, library.pick("is not", "不为"))
        return library.pick("not ", "并非") + f"({_in_words(library, condition.part, inside=False)})"
    any_of = isinstance(condition, AnyOf)
    joint = library.pick(" or ", "，或 ") if any_of else library.pick(" and ", "，且 ")
    words = joint.join(_in_words(library, part, inside=len(condition.parts) > 1) for part in condition.parts)
    return f"({words})" if inside and len(condition.parts) > 1 else words


def _comparison(library: Library, comparison: Is, verb: str) -> str:
    question = library.pack.questions[comparison.question]
    names = [choice_name(question, choice, library.lang) for choice in comparison.choices]
    if library.lang is Lang.ZH:
        return f"{comparison.question} {verb}" + "或".join(f"“{name}”" for name in names)
    return f"{comparison.question} {verb} " + " or ".join(f'"{name}"' if " " in name else name for name in names)


def check_words(library: Library, check: ClaimCheck) -> str:
    """Return what a run must show for a claim to be confirmed, in words."""
    expect, pick = check.expect, library.pick
    if expect.better is not None:
        than = library.joined(expect.than)
        return pick(
            f"{expect.better} is better than {than} by {expect.by:.0%} or more",
            f"{expect.better} 优于 {than}，至少 {expect.by:.0%}",
        )
    if expect.equal:
        candidates = library.joined(expect.equal)
        return pick(
            f"{candidates} are equal within {expect.within:.0%}", f"{candidates} 相差不超过 {expect.within:.0%}"
        )
    candidates = library.joined(expect.each)
    if expect.is_ is not None:
        words = pick(" or ", "或").join(amount(value)[library.lang] for value in expect.is_)
        return pick(f"{candidates}: {words}", f"{candidates}：{words}")
    bound = expect.at_most if expect.at_most is not None else expect.at_least
    word = pick("at most", "至多") if expect.at_most is not None else pick("at least", "至少")
    return pick(f"{candidates}: {word} {bound:g}", f"{candidates}：{word} {bound:g}")
