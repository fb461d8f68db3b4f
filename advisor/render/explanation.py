"""`why` and `why-not` in words: views of one derivation, as text, Markdown or JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from advisor.reasoning.advice import Reason
from advisor.reasoning.derivation import CriterionWeight, Derivation, FiredRule, RejectedClaim, Rival
from advisor.render.document import Item, Part, part
from advisor.render.grounds import basis, source_of
from advisor.render.json import document, plain, with_former_names
from advisor.render.page import Page
from advisor.render.phrases import (
    answer_flip_texts,
    before_weights_text,
    belief_text,
    criterion_name,
    flip_texts,
    measured_texts,
    percent,
)
from advisor.render.why_in_short import why_in_short
from advisor.words import IMPORTANCES, LABELS, READINGS, REVIEWS, VERDICTS, topic


def why(page: Page, derivation: Derivation) -> Iterator[Part]:
    """Explain an answer: the rules and what they read, what matters, who stands better, whose word it rests on."""
    yield from _last_command(page)
    if page.advice.candidate is None:
        yield _nothing_left(page)
        return
    name = page.candidate(page.advice.candidate)
    yield part("", why_in_short(page, derivation))
    yield part(
        page.pick(
            "RULES THAT MADE A CRITERION MATTER, the share of your possible projects they apply to, and the answers they read",
            "使某项标准变得重要的规则：在多大比例的可能情形中生效，依据哪些回答",
        ),
        (_fired_rule(page, rule) for rule in derivation.fired),
    )
    yield part(
        page.pick("WEIGHTS OF THE CRITERIA", "各项标准的权重"),
        (_criterion_weight(page, weight) for weight in derivation.matters),
    )
    yield part(
        page.pick("WITHOUT ANY WEIGHTS", "不计权重时"),
        (before_weights_text(page, rival) for rival in derivation.rivals),
    )
    yield part(
        page.pick(f"FOR {name.upper()}, effect on its lead", f"支持 {name}，对领先幅度的影响"),
        _reasons(page, page.advice.reasons),
    )
    yield part(
        page.pick(f"AGAINST {name.upper()}", f"反对 {name}"),
        (*_reasons(page, page.advice.dissent), *(_rejected_claim(page, claim) for claim in derivation.rejected)),
    )
    yield part(
        page.pick("WHAT IS BELIEVED (0 to 1), and what that rests on", "评估值（0 到 1）及其依据"),
        _beliefs(page, derivation),
    )
    yield part(page.pick("THE THREE READINGS", "三种读法"), _readings(page))
    yield part(page.pick("WHAT WOULD FLIP IT", "怎样会改变结论"), _flips(page, derivation))


def why_not(page: Page, derivation: Derivation) -> Iterator[Part]:
    """Explain why a candidate was not recommended, as a colleague would.

    Args:
        page: the answer.
        derivation: the derivation against that candidate alone; without a rival the candidate is the recommended one.
    """
    yield from _last_command(page)
    if page.advice.candidate is None:
        yield _nothing_left(page)
        return
    winner = page.candidate(page.advice.candidate)
    if not derivation.rivals:
        yield part("", [page.pick(f"{winner} is what is recommended.", f"{winner} 正是所推荐的候选。")])
        return
    (rival,) = derivation.rivals
    name = page.candidate(rival.candidate)
    yield part("", _summary(page, rival, winner, name))
    yield part(
        page.pick("SAID FOR IT BY THE ARTICLE AND OTHERS, BUT REJECTED", "文章等支持它的说法，但未被采纳"),
        (_rejected_claim(page, claim) for claim in rival.rejected),
    )
    yield part(page.pick(f"WHAT {name.upper()} LOSES BY", f"{name} 输在何处"), _reasons(page, rival.loses_by))
    yield part(page.pick(f"WHAT SPEAKS FOR {name.upper()}", f"支持 {name} 的依据"), _reasons(page, rival.speaks_for))
    rows = list(measured_texts(page, (str(page.advice.candidate), rival.candidate)))
    nothing = page.pick("nothing; documents only (measure: advise probe)", "无，仅凭文献（可实测：advise probe）")
    yield part(page.pick("WHAT WAS MEASURED", "实测了什么"), rows or [nothing])
    yield part(
        page.pick("WHAT IS BELIEVED (0 to 1), and what that rests on", "评估值（0 到 1）及其依据"),
        _beliefs(page, derivation),
    )
    yield part(page.pick("WHAT WOULD CHANGE IT", "怎样才会轮到它"), _what_would_change_it(page, rival))


def _last_command(page: Page) -> Iterator[Part]:
    if page.command:
        yield part("", [page.pick(f"The last answer: advise {page.command}", f"上次回答：advise {page.command}")])


def _nothing_left(page: Page) -> Part:
    rules = [Item(page.pack.constraints[id].constraint[page.lang], id) for id in page.advice.conflict]
    return part(page.pick("Nothing is left to recommend.", "没有可推荐的候选。"), rules or [""])


def _fired_rule(page: Page, rule: FiredRule) -> Item:
    need = page.pack.needs[rule.rule]
    unknown = page.pick("unknown", "未回答")
    answers_read = page.pick(", ", "，").join(
        f"{question} = {'+'.join(choices) or unknown}" for question, choices in rule.read
    )
    to = page.pick(", ", "，").join(
        page.pick(f"{criterion_name(page, id)} {level}", f"{criterion_name(page, id)}{_importance(level)}")
        for id, level in rule.criteria
    )
    cite, cite_zh = (
        ("", "") if need.source == "none" else (f" [{source_of(need.source)}]", f"［{source_of(need.source)}］")
    )
    text = page.pick(
        f"{need.need.en}{cite} Answers read: {answers_read or 'none'}. It makes {to}",
        f"{need.need.zh}{cite_zh}依据：{answers_read or '无'}。使{to}",
    )
    return Item(text + page.pick(f" ({rule.rule})", f"（{rule.rule}）"), percent(rule.share))


def _importance(level: str) -> str:
    return "不计入" if level == "ignore" else f"成为{IMPORTANCES[level].zh}标准"


def _criterion_weight(page: Page, weight: CriterionWeight) -> Item:
    about = page.pack.criteria[weight.criterion].about[page.lang]
    origin = {"default": page.pick("its default", "默认"), "by hand": page.pick("set by hand", "手动设定")}.get(
        weight.origin, weight.origin
    )
    name = criterion_name(page, weight.criterion)
    text = page.pick(f"{name} ({origin}): {about}", f"{name}（{origin}）：{about}")
    return Item(text, f"{100 * weight.share:.1f} %")


def _reasons(page: Page, reasons: Sequence[Reason]) -> Iterator[Item]:
    for reason in reasons:
        ground = reason.claim or reason.probe or reason.rule or ""
        cite = f"[{source_of(reason.source)}]" if reason.claim else ""
        about = (
            criterion_name(page, reason.criterion)
            if reason.criterion in page.pack.criteria
            else topic(reason.topic)[page.lang]
        )
        separator = (
            page.pick(", ", "，") if reason.probe else page.pick(": ", "：")
        )  # a measurement has a colon of its own
        text = page.pick(
            f"{about}{separator}{reason.text.en} {cite} ({ground}, {basis(page, reason)})",
            f"{about}{separator}{reason.text.zh}{cite}（{ground}，{basis(page, reason)}）",
        )
        yield Item(text, f"{reason.effect:+.3f}")


def _rejected_claim(page: Page, rejected: RejectedClaim) -> Item:
    """Return a rejected claim with what contradicts it and what replaces it."""
    claim, lang = page.pack.claims[rejected.claim], page.lang
    if rejected.because == "refuted":
        state = VERDICTS["refuted"][lang]
        why = next(judged.why[lang] for judged in page.advice.claims if judged.id == rejected.claim)
    else:
        state, why = REVIEWS[claim.review.verdict][lang], claim.review.because[lang]
    instead = ""
    if claim.review.instead and claim.review.instead in page.pack.claims:
        replacement = page.pack.claims[claim.review.instead]
        instead = page.pick(
            f" Instead: {replacement.claim.en} [{source_of(replacement.source)}]",
            f"取而代之：{replacement.claim.zh}［{source_of(replacement.source)}］",
        )
    cite = source_of(claim.source)
    text = page.pick(
        f"{claim.claim.en} [{cite}] {state.capitalize()}: {why}{instead}",
        f"{claim.claim.zh}［{cite}］{state}：{why}{instead}",
    )
    return Item(text + page.pick(f" ({rejected.claim})", f"（{rejected.claim}）"), "-")


def _readings(page: Page) -> Iterator[Item]:
    for name, reading in page.advice.readings.items():
        shares = page.pick(", ", "，").join(
            f"{page.candidate(framework.id)} {percent(framework.p_best)}" for framework in reading.frameworks
        )
        label = LABELS[reading.label][page.lang]
        because = (
            reading.because[page.lang]
            if reading.because
            else page.pick("nothing in it is decisive", "其中无决定性依据")
        )
        yield Item(
            page.pick(f"{shares}. {label}: {because}", f"{shares}。{label}：{because}"), READINGS[name][page.lang]
        )
    leaders = {reading.framework for reading in page.advice.readings.values() if reading.framework}
    yield Item(
        page.pick("All three agree.", "三种读法结论一致。")
        if len(leaders) == 1
        else page.pick("They do not agree; the last one is the recommendation.", "三种读法结论不一致，以最后一种为准。")
    )


def _flips(page: Page, derivation: Derivation) -> list[str]:
    sentences = [*answer_flip_texts(page, page.advice.flips), *flip_texts(page, derivation)]
    if not page.advice.flips:
        no_answer = page.pick("no single answer", "任何单个回答都不会改变结论")
        sentences.insert(
            0,
            no_answer
            if derivation.pairs
            else page.pick("no single answer and no pair of answers", "任何一个或两个回答都不会改变结论"),
        )
    if not derivation.grounds:
        sentences.append(page.pick("no single claim or measurement", "单独任何一条论断或实测都不会改变结论"))
    return sentences


def _summary(page: Page, rival: Rival, winner: str, name: str) -> Iterator[str]:
    standing_of_rival, winning_share = rival.standing, page.advice.p_best
    leader = page.candidate(page.advice.framework or "")
    yield page.pick(
        f"{name} wins in {percent(standing_of_rival.p_best)} of the plausible versions of your project, {leader} in {percent(winning_share)}; choosing "
        f"{name} would cost {standing_of_rival.expected_regret:.3f} of value (0 to 1) on average.",
        f"在各种可能的项目情形中，{name} 胜出的占 {percent(standing_of_rival.p_best)}，{leader} 占 {percent(winning_share)}；"
        f"若选 {name}，平均损失 {standing_of_rival.expected_regret:.3f}（以 0 到 1 计）。",
    )
    if rival.out_of_scope:
        yield page.pick(
            f"{name} takes no part: it is outside the frameworks this program is about, your answers do not name it, and its "
            "value is not the highest.",
            f"{name} 未参与比较：它不在本程序所比较的框架之列，所给回答未提及它，其价值也不是最高。",
        )
    for missed in page.advice.unmet:
        if rival.candidate in missed.candidates:
            rule = page.pack.constraints[missed.constraint].constraint[page.lang]
            yield page.pick(
                f"It does not meet what is required: {rule} ({missed.constraint})",
                f"不满足要求：{rule}（{missed.constraint}）",
            )
    text = before_weights_text(page, rival)
    yield page.pick(f"Without any weights: {text}", f"不计权重时：{text}")


def _beliefs(page: Page, derivation: Derivation) -> Iterator[Item]:
    """Compare the beliefs about the recommended candidate and each rival, criterion by criterion."""
    for id in dict.fromkeys(summary.criterion for summary in derivation.beliefs):
        beliefs = [belief_text(page, summary) for summary in derivation.beliefs if summary.criterion == id]
        yield Item(f"{criterion_name(page, id)}{page.pick(': ', '：')}" + page.pick("; ", "；").join(beliefs))


def _what_would_change_it(page: Page, rival: Rival) -> list[str]:
    sentences = list(flip_texts(page, rival))
    if not rival.flips:
        no_answer = page.pick("no single answer would make it the recommendation", "任何单个回答都不会使它成为推荐")
        sentences.insert(0, no_answer)
    return sentences


def why_document(page: Page, derivation: Derivation) -> dict[str, Any]:
    """Return an answer with its derivation as plain values."""
    return {**document(page.advice, page.pack, page.lang), "derivation": _plain(page, derivation)}


def why_not_document(page: Page, derivation: Derivation, candidate: str) -> dict[str, Any]:
    """Return why-not as plain values: the recommendation, the rival, and the beliefs about both."""
    answer = document(page.advice, page.pack, page.lang)
    values = _plain(page, derivation)
    rival = values["rivals"][0] if values["rivals"] else {}
    return {
        "candidate": candidate,
        "recommendation": answer["recommendation"],
        **{key: value for key, value in rival.items() if key != "candidate"},
        "beliefs": values["beliefs"],
        "measurements": answer["evidence"]["measurements"],
    }


def _plain(page: Page, derivation: Derivation) -> dict[str, Any]:
    names: Iterable[str] = (name for name in derivation.__struct_fields__ if name != "advice")
    values = {name: plain(getattr(derivation, name), page.lang) for name in names}
    return {**values, "rivals": [with_former_names(rival) for rival in values["rivals"]]}
