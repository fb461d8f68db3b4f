"""`why` and `why-not` in words: views of the same derivation the answer came from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from advisor.reasoning.advice import Reason
from advisor.render.json import document, plain
from advisor.render.layout import hang
from advisor.render.page import Line, Page
from advisor.render.terminal import standing
from advisor.words import LABELS, READINGS, REVIEWS, VERDICTS, topic


def _hung(page: Page, label: str, text: str, indent: int = 2, width: int = 0) -> Iterator[Line]:
    yield from (Line(line) for line in hang(label, text, page.width, indent, width))


def _for_question(page: Page) -> Iterator[Line]:
    if page.command:
        yield from _hung(
            page,
            "",
            page.pick(f"The last answer: advise {page.command}", f"上次回答：advise {page.command}"),
            0,
        )


def why_lines(page: Page) -> Iterator[Line]:
    """Explain an answer: what fired, what spoke for and against, in the order of effect."""
    advice = page.advice
    yield from _for_question(page)
    if advice.candidate is None:
        yield Line(page.pick("Nothing is left to recommend.", "没有可推荐的候选。"), "bold")
        for id in advice.conflict:
            yield from _hung(page, id, page.pack.constraints[id].constraint[page.lang], 2, 30)
        return
    name = page.candidate(advice.candidate)
    yield Line(f"{name}  {LABELS[advice.label][page.lang]}  {advice.p_best:.2f}", "bold")
    yield Line(page.pick("RULES THAT MADE A CRITERION MATTER", "使某项标准变得重要的规则"), "bold")
    rules = {reason.rule: reason.criterion for reason in (*advice.reasons, *advice.dissent) if reason.rule}
    for rule, criterion in rules.items():
        if rule in page.pack.needs:
            need = page.pack.needs[rule]
            source = need.source.removeprefix("article ")
            said = f"{need.need[page.lang]} [{source}] -> {page.pack.criteria[criterion].name[page.lang]}"
            yield from _hung(page, "", f"{rule}: {said}")
    yield Line(page.pick(f"FOR {name.upper()}, effect on its lead", f"支持 {name}，对领先幅度的影响"), "bold")
    yield from _reason_lines(page, advice.reasons)
    yield Line(page.pick(f"AGAINST {name.upper()}", f"反对 {name}"), "bold")
    yield from _reason_lines(page, advice.dissent)
    yield Line(page.pick("THE THREE READINGS", "三种读法"), "bold")
    for reading, one in advice.readings.items():
        listed = ", ".join(f"{page.candidate(f.id)} {f.p_best:.2f}" for f in one.frameworks)
        yield from _hung(page, READINGS[reading][page.lang], f"{listed}  ({LABELS[one.label][page.lang]})", 2, 18)


def _reason_lines(page: Page, found: Sequence[Reason]) -> Iterator[Line]:
    for reason in found:
        criterion = page.pack.criteria.get(reason.criterion)
        who = criterion.name[page.lang] if criterion else topic(reason.topic)[page.lang]
        what = reason.claim or reason.probe or reason.rule or ""
        said = f"{who}: {reason.text[page.lang]} ({what}, {standing(page, reason)})"
        yield from _hung(page, f"{reason.effect:+.3f}", said, 2, 8)


def why_not_lines(page: Page, candidate: str, found: Sequence[Reason]) -> Iterator[Line]:
    """Explain why a candidate was not recommended, as a colleague would.

    Args:
        page: the answer.
        candidate: which one is asked about.
        found: what lies between the recommended candidate and this one.
    """
    advice, lang = page.advice, page.lang
    yield from _for_question(page)
    name = page.candidate(candidate)
    own = next(one for one in advice.ranking if one.id == candidate)
    if advice.candidate is None:
        yield from why_lines(page)
        return
    winner = page.candidate(advice.candidate)
    if candidate == advice.candidate or page.pack.candidates[candidate].framework == advice.framework:
        yield Line(
            page.pick(f"{name} belongs to what is recommended: {winner}.", f"{name} 正属于所推荐的框架：{winner}。"),
            "bold",
        )
        return
    first = advice.ranking[0]
    yield from _hung(
        page,
        "",
        page.pick(
            f"{name} wins in {own.p_best:.0%} of the plausible versions of your project, {winner} in "
            f"{first.p_best:.0%}; choosing {name} would cost {own.expected_regret:.2f} of value (0 to 1) on average.",
            f"在各种可能的项目情形中，{name} 胜出的占 {own.p_best:.0%}，{winner} 占 {first.p_best:.0%}；"
            f"若选 {name}，平均损失 {own.expected_regret:.2f}（以 0 到 1 计）。",
        ),
        0,
    )
    if advice.excluded[candidate]:
        constraint = page.pack.constraints[advice.excluded[candidate] or ""]
        yield from _hung(page, page.pick("It is excluded: ", "已被排除："), constraint.constraint[lang], 0, 16)
    yield Line(page.pick(f"WHAT {name.upper()} LOSES BY", f"{name} 输在何处"), "bold")
    yield from _reason_lines(page, tuple(one for one in found if one.effect > 0)[:8])
    yield Line(page.pick(f"WHAT SPEAKS FOR {name.upper()}", f"支持 {name} 的依据"), "bold")
    yield from _reason_lines(page, tuple(one for one in found if one.effect < 0)[:8])
    yield from _retracted(page, candidate)
    yield Line(page.pick("WHAT WOULD HAVE TO BE TRUE", "怎样才会轮到它"), "bold")
    yield from _hung(page, "", _would(page, page.pack.candidates[candidate].framework))


def _retracted(page: Page, candidate: str) -> Iterator[Line]:
    """List what the article says in favour of a candidate and why it does not count any more."""
    lang = page.lang
    verdicts = {one.id: one for one in page.advice.claims}
    lines: list[Line] = []
    for id, claim in page.pack.claims.items():
        speaks = any(
            candidate in page.pack.members(name) and level in ("good", "strong") for name, level in claim.says.items()
        )
        refuted = verdicts[id].verdict == "refuted"
        if not speaks or not claim.source.startswith("article") or (claim.review.upheld and not refuted):
            continue
        why = verdicts[id].why[lang] if refuted else claim.review.because[lang]
        state = VERDICTS["refuted"][lang] if refuted else REVIEWS[claim.review.verdict][lang]
        text = f"{claim.claim[lang]} [{claim.source.removeprefix('article ')}] {state}: {why}"
        lines += list(_hung(page, "-", text, 2, 2))
    if lines:
        yield Line(page.pick("THE ARTICLE SAYS FOR IT, BUT", "文章曾支持它，但是"), "bold")
        yield from lines


def _would(page: Page, framework: str) -> str:
    flips = [f"{one.question} = {'+'.join(one.after)}" for one in page.advice.flips if one.becomes == framework]
    if flips:
        return page.pick("one of these answers: ", "下列任一回答：") + page.pick("; ", "；").join(flips)
    return page.pick("no single answer would make it the recommendation", "没有任何单个回答能使它成为推荐")


def why_not_document(page: Page, candidate: str, found: Sequence[Reason]) -> dict[str, Any]:
    """Return why-not as plain values."""
    whole = document(page.advice, page.lang)
    return {
        "candidate": candidate,
        "recommendation": whole["recommendation"],
        "standing": next(one for one in whole["ranking"] if one["candidate"] == candidate),
        "loses_by": [plain(one, page.lang) for one in found if one.effect > 0],
        "speaks_for_it": [plain(one, page.lang) for one in found if one.effect < 0],
        "flips": [one for one in whole["flips"] if one["becomes"] == page.pack.candidates[candidate].framework],
    }
