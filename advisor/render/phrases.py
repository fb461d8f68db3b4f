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

PERTURBATIONS: Mapping[str, Text] = {
    "removed": Text(en="were left out", zh="不计入"),
    "reversed": Text(en="said the opposite", zh="结论相反"),
    "restored": Text(en="were upheld after all", zh="最终成立"),
}


def percent(share: float) -> str:
    """Return a share in per cent."""
    return f"{100 * share:.0f} %"


def belief_text(page: Page, summary: BeliefSummary) -> str:
    """Return a belief and what it rests on, in words: "0.83 +- 0.10: 72 % measured here, 21 % documentation"."""
    comma = page.pick(", ", "，")
    shares = comma.join(
        page.pick(f"{percent(share)} {BELIEF_SOURCES[source].en}", f"{BELIEF_SOURCES[source].zh} {percent(share)}")
        for source, share in summary.parts
        if percent(share) != "0 %"
    )
    name = page.candidate(summary.candidate)
    return page.pick(
        f"{name} {summary.mean:.2f} +- {summary.sd:.2f}: {shares}",
        f"{name} {summary.mean:.2f} +- {summary.sd:.2f}：{shares}",
    )


def criterion_name(page: Page, id: str) -> str:
    """Return the name of a criterion, or of the topic a constraint's question belongs to."""
    return page.pack.criteria[id].name[page.lang] if id in page.pack.criteria else id


def before_weights_text(page: Page, rival: Rival) -> str:
    """Return on how many criteria the recommended candidate is better, whatever their weights, in words."""
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


def measured_texts(page: Page, candidates: Sequence[str]) -> Iterator[str]:
    """Return what was measured of some candidates side by side, and whether it counted for this project, in words."""
    rows_by_measure: dict[tuple[str, str], list[Measurement]] = {}
    for measurement in page.advice.evidence.measurements:
        if measurement.candidate in candidates and measurement.amount is not None:
            rows_by_measure.setdefault((measurement.probe, measurement.measure), []).append(measurement)
    for rows in rows_by_measure.values():
        rows = sorted(rows, key=lambda measurement: candidates.index(measurement.candidate))
        amounts = page.pick(", ", "，").join(
            f"{page.candidate(measurement.candidate)} {_amount(page, measurement)}" for measurement in rows
        )
        counts = page.pick(
            {"yes": "counts", "no": "does not count", "partly": "counts in part"}[rows[0].counts],
            {"yes": "计入结论", "no": "不计入结论", "partly": "部分计入"}[rows[0].counts],
        )
        note = rows[0].note[page.lang] if rows[0].note and rows[0].counts != "yes" else ""
        why = page.pick(f" ({note})", f"（{note}）") if note else ""
        yield page.pick(
            f"{rows[0].label.en}: {amounts}; {counts}{why}", f"{rows[0].label.zh}：{amounts}；{counts}{why}"
        )


def _amount(page: Page, measurement: Measurement) -> str:
    assert measurement.amount is not None
    unit = f" {measurement.unit[page.lang]}" if measurement.unit else ""
    return f"{amount(measurement.amount)[page.lang]}{unit}"


def flip_texts(page: Page, derived: Derivation | Rival) -> Iterator[str]:
    """Return in words what would make another framework lead: one answer, two answers, a weight, a claim or measure."""
    yield from (_answer(page, flip) for flip in derived.flips) if isinstance(derived, Rival) else ()
    yield from (_pair(page, flip) for flip in derived.pairs)
    yield from (_weight(page, flip) for flip in derived.weights)
    yield from (_ground(page, flip) for flip in derived.grounds)


def answer_flip_texts(page: Page, flips: Sequence[AnswerFlip]) -> Iterator[str]:
    """Return in words which single answers would make another framework lead."""
    yield from (_answer(page, flip) for flip in flips)


def _choice(page: Page, question: str, choices: Sequence[str]) -> str:
    labels = page.pick(" and ", "和").join(
        page.pack.questions[question].find_choice(choice).label[page.lang] for choice in choices
    )
    return f"{question} = {'+'.join(choices)}" + page.pick(f" ({labels})", f"（{labels}）")


def _answer(page: Page, flip: AnswerFlip) -> str:
    name, answer = page.candidate(flip.becomes), _choice(page, flip.question, flip.after)
    return page.pick(f"if the answer were {answer}: {name}", f"若回答为 {answer}：{name}")


def _pair(page: Page, flip: AnswerFlipPair) -> str:
    name = page.candidate(flip.becomes)
    pair = page.pick(" and ", " 且 ").join(_choice(page, question, (choice,)) for question, choice in flip.changes)
    return page.pick(f"if two answers were {pair}: {name}", f"若两个回答为 {pair}：{name}")


def _weight(page: Page, flip: WeightFlip) -> str:
    name, name_of_criterion = page.candidate(flip.becomes), criterion_name(page, flip.criterion)
    share_now, share_at = f"{100 * flip.share_now:.1f} %", f"{100 * flip.share_at:.1f} %"
    beyond = page.pick(
        "more" if flip.share_at > flip.share_now else "less", "以上" if flip.share_at > flip.share_now else "以下"
    )
    return page.pick(
        f"if {name_of_criterion} had {share_at} of all weight or {beyond} (now {share_now}): {name}",
        f"若{name_of_criterion}占全部权重的 {share_at} {beyond}（现为 {share_now}）：{name}",
    )


def _ground(page: Page, flip: GroundFlip) -> str:
    name, perturbation = page.candidate(flip.becomes), PERTURBATIONS[flip.how][page.lang]
    side = page.pick(
        "the claim" if flip.side == "claim" else "the measurement", "论断" if flip.side == "claim" else "实测"
    )
    return page.pick(f"if {side} {flip.id} {perturbation}: {name}", f"若{side} {flip.id} {perturbation}：{name}")
