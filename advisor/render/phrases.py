"""The phrases explanations are made of: shares, beliefs, what was measured, and what would change an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from advisor.reasoning.advice import Measurement
from advisor.reasoning.answer_flips import AnswerFlip, AnswerFlipPair
from advisor.reasoning.derivation import BeliefSummary, Derivation, Rival
from advisor.reasoning.sensitivity import GroundFlip, WeightFlip
from advisor.render.page import Page
from advisor.text import Text
from advisor.words import BELIEF_SOURCES, amount

HOW: Mapping[str, Text] = {
    "removed": Text(en="left out", zh="不计"),
    "reversed": Text(en="said the opposite", zh="结论相反"),
    "restored": Text(en="held after all", zh="其实成立"),
}


def percent(share: float) -> str:
    """Return a share in per cent."""
    return f"{100 * share:.0f} %"


def belief(page: Page, one: BeliefSummary) -> str:
    """Say what is thought of a candidate and on whose word: "0.83 +- 0.10: 72 % measured here, 21 % documentation"."""
    comma = page.pick(", ", "，")
    shares = comma.join(
        page.pick(f"{percent(share)} {BELIEF_SOURCES[kind].en}", f"{BELIEF_SOURCES[kind].zh} {percent(share)}")
        for kind, share in one.parts
        if percent(share) != "0 %"
    )
    name = page.candidate(one.candidate)
    return page.pick(
        f"{name} {one.mean:.2f} +- {one.sd:.2f}: {shares}", f"{name} {one.mean:.2f} +- {one.sd:.2f}：{shares}"
    )


def criterion(page: Page, id: str) -> str:
    """Return the name of a criterion, or of the topic a constraint's question belongs to."""
    return page.pack.criteria[id].name[page.lang] if id in page.pack.criteria else id


def before_weights(page: Page, rival: Rival) -> str:
    """Say on how many criteria the recommended candidate stands better: what no weights have a part in."""
    winner, name = page.candidate(page.advice.candidate or ""), page.candidate(rival.candidate)
    total = rival.ahead + rival.behind + rival.level
    if rival.dominated:
        return page.pick(
            f"{winner} is nowhere behind {name}: ahead on {rival.ahead} of the {total} criteria that matter, level on "
            f"{rival.level}. No weights could change that.",
            f"在起作用的 {total} 项标准上，{winner} 无一落后于 {name}：{rival.ahead} 项领先，{rival.level} 项持平。"
            "无论怎样调整权重都不会改变。",
        )
    return page.pick(
        f"of the {total} criteria that matter {winner} is ahead of {name} on {rival.ahead}, behind on {rival.behind}, "
        f"level on {rival.level}; so the weights decide.",
        f"在起作用的 {total} 项标准中，{winner} 相比 {name} 有 {rival.ahead} 项领先，{rival.behind} 项落后，{rival.level} 项持平；"
        "因此由权重决定。",
    )


def measured(page: Page, candidates: Sequence[str]) -> Iterator[str]:
    """Say what was measured of some candidates side by side, and whether it counted for this project."""
    found: dict[tuple[str, str], list[Measurement]] = {}
    for one in page.advice.evidence.measurements:
        if one.candidate in candidates and one.amount is not None:
            found.setdefault((one.probe, one.measure), []).append(one)
    for rows in found.values():
        rows = sorted(rows, key=lambda one: candidates.index(one.candidate))
        said = page.pick(", ", "，").join(f"{page.candidate(one.candidate)} {_amount(page, one)}" for one in rows)
        counts = page.pick(
            {"yes": "counts", "no": "does not count", "partly": "counts in part"}[rows[0].counts],
            {"yes": "计入结论", "no": "不计入结论", "partly": "部分计入"}[rows[0].counts],
        )
        note = rows[0].note[page.lang] if rows[0].note and rows[0].counts != "yes" else ""
        why = page.pick(f" ({note})", f"（{note}）") if note else ""
        yield page.pick(f"{rows[0].label.en}: {said}; {counts}{why}", f"{rows[0].label.zh}：{said}；{counts}{why}")


def _amount(page: Page, one: Measurement) -> str:
    assert one.amount is not None
    unit = f" {one.unit[page.lang]}" if one.unit else ""
    return f"{amount(one.amount)[page.lang]}{unit}"


def turns(page: Page, found: Derivation | Rival) -> Iterator[str]:
    """Say what would make another framework lead: one answer, two answers, a weight, a claim or measure."""
    yield from (_answer(page, one) for one in found.flips) if isinstance(found, Rival) else ()
    yield from (_pair(page, one) for one in found.pairs)
    yield from (_weight(page, one) for one in found.weights)
    yield from (_ground(page, one) for one in found.grounds)


def answers(page: Page, found: Sequence[AnswerFlip]) -> Iterator[str]:
    """Say which single answers would make another framework lead."""
    yield from (_answer(page, one) for one in found)


def _choice(page: Page, question: str, choices: Sequence[str]) -> str:
    labels = page.pick(" and ", "和").join(
        page.pack.questions[question].choice(one).label[page.lang] for one in choices
    )
    return f"{question} = {'+'.join(choices)}" + page.pick(f" ({labels})", f"（{labels}）")


def _answer(page: Page, one: AnswerFlip) -> str:
    name, said = page.candidate(one.becomes), _choice(page, one.question, one.after)
    return page.pick(f"the answer {said}: then {name}", f"回答 {said}：则为 {name}")


def _pair(page: Page, one: AnswerFlipPair) -> str:
    name = page.candidate(one.becomes)
    said = page.pick(" together with ", " 且 ").join(
        _choice(page, question, (choice,)) for question, choice in one.changes
    )
    return page.pick(f"two answers, {said}: then {name}", f"两个回答同时为 {said}：则为 {name}")


def _weight(page: Page, one: WeightFlip) -> str:
    name, what = page.candidate(one.becomes), criterion(page, one.criterion)
    now, at = f"{100 * one.share_now:.1f} %", f"{100 * one.share_at:.1f} %"
    beyond = page.pick(
        "more" if one.share_at > one.share_now else "less", "以上" if one.share_at > one.share_now else "以下"
    )
    return page.pick(
        f"a weight: {what} at {at} of all weight or {beyond} (now {now}): then {name}",
        f"权重：{what} 占全部权重的 {at} {beyond}（现为 {now}）：则为 {name}",
    )


def _ground(page: Page, one: GroundFlip) -> str:
    name, how = page.candidate(one.becomes), HOW[one.how][page.lang]
    what = page.pick(
        "the claim" if one.side == "claim" else "the measurement", "论断" if one.side == "claim" else "实测"
    )
    return page.pick(f"{what} {one.id}, if {how}: then {name}", f"{what} {one.id} 若{how}：则为 {name}")
