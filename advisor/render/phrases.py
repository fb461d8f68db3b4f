"""The phrases explanations are made of: shares, beliefs, what was measured, and what would change an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.reasoning.advice import Measurement
from advisor.reasoning.answer_flips import AnswerFlip, AnswerFlipPair
from advisor.reasoning.derivation import BeliefSummary, Derivation, Rival
from advisor.reasoning.sensitivity import GroundFlip, WeightFlip
from advisor.render.page import Page
from advisor.words import BELIEF_SOURCES, amount


def percent(share: float) -> str:
    """Return a share in per cent."""
    return f"{100 * share:.0f} %"


def belief_text(page: Page, summary: BeliefSummary) -> str:
    """Return a belief and what it rests on, in words: "0.83 +- 0.10: 72 % measured here, 21 % documentation"."""
    shares = page.pick(", ", "，").join(
        page.say("why.share-of-a-source", source=BELIEF_SOURCES[source], share=percent(share))
        for source, share in summary.parts
        if percent(share) != "0 %"
    )
    return page.say(
        "why.belief",
        candidate=page.candidate(summary.candidate),
        mean=f"{summary.mean:.2f}",
        sd=f"{summary.sd:.2f}",
        shares=shares,
    )


def criterion_name(page: Page, id: str) -> str:
    """Return the name of a criterion, or of the topic a constraint's question belongs to."""
    return page.pack.criteria[id].name[page.lang] if id in page.pack.criteria else id


def before_weights_text(page: Page, rival: Rival) -> str:
    """Return on how many criteria the recommended candidate is better, whatever their weights, in words."""
    return page.say(
        "why.nowhere-behind" if rival.dominated else "why.weights-decide",
        winner=page.candidate(page.advice.candidate or ""),
        rival=page.candidate(rival.candidate),
        ahead=rival.winner_ahead,
        behind=rival.winner_behind,
        level=rival.as_good,
        total=rival.winner_ahead + rival.winner_behind + rival.as_good,
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
        counts, note = rows[0].counts, rows[0].note
        id = f"why.measured-{counts}-because" if note and counts != "yes" else f"why.measured-{counts}"
        yield page.say(id, measure=rows[0].label, amounts=amounts, note=note)


def _amount(page: Page, measurement: Measurement) -> str:
    assert measurement.amount is not None
    unit = f" {measurement.unit[page.lang]}" if measurement.unit else ""
    return f"{amount(measurement.amount)[page.lang]}{unit}"


def flip_texts(page: Page, derived: Derivation | Rival) -> Iterator[str]:
    """Return in words what would make another framework lead: one answer, two answers, a weight, a claim or measure."""
    yield from (_answer(page, flip) for flip in derived.flips) if isinstance(derived, Rival) else ()
    yield from (_pair(page, flip) for flip in derived.pairs)
    yield from (_weight(page, flip) for flip in derived.weight_flips)
    yield from (_ground(page, flip) for flip in derived.ground_flips)


def answer_flip_texts(page: Page, flips: Sequence[AnswerFlip]) -> Iterator[str]:
    """Return in words which single answers would make another framework lead."""
    yield from (_answer(page, flip) for flip in flips)


def _choice(page: Page, question: str, choices: Sequence[str]) -> str:
    labels = page.say("why.between-labels").join(
        page.pack.questions[question].find_choice(choice).label[page.lang] for choice in choices
    )
    return page.say("why.choice", question=question, choices="+".join(choices), labels=labels)


def _answer(page: Page, flip: AnswerFlip) -> str:
    answer = _choice(page, flip.question, flip.after)
    return page.say("why.if-answer", answer=answer, leader=page.candidate(flip.becomes))


def _pair(page: Page, flip: AnswerFlipPair) -> str:
    first, second = (_choice(page, question, (choice,)) for question, choice in flip.changes)
    return page.say("why.if-two-answers", first=first, second=second, leader=page.candidate(flip.becomes))


def _weight(page: Page, flip: WeightFlip) -> str:
    return page.say(
        "why.if-weight-more" if flip.share_at > flip.share_now else "why.if-weight-less",
        criterion=criterion_name(page, flip.criterion),
        share=f"{100 * flip.share_at:.1f} %",
        share_now=f"{100 * flip.share_now:.1f} %",
        leader=page.candidate(flip.becomes),
    )


def _ground(page: Page, flip: GroundFlip) -> str:
    return page.say(f"why.if-{flip.side}-{flip.how}", id=flip.id, leader=page.candidate(flip.becomes))
