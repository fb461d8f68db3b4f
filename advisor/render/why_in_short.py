"""`why` in ten lines: how sure, what weighs most, the strongest ground on either side, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.reasoning.derivation import Derivation
from advisor.render.answer import doubt, flip_texts
from advisor.render.grounds import glossed, rival
from advisor.render.page import Page
from advisor.render.phrases import criterion_name, percent
from advisor.render.short_answer import ground
from advisor.words import LABELS, READINGS

MOST_NAMED = 3
"""Criteria and flips that are named."""


def why_in_short(page: Page, derivation: Derivation) -> Iterator[str]:
    """Yield why in about ten lines: how sure, what weighs most, the strongest ground on either side, what would change it."""
    yield from glossed(page, _statements(page, derivation))


def _statements(page: Page, derivation: Derivation) -> Iterator[str]:
    yield _verdict(page)
    yield doubt(page)
    heaviest = sorted(derivation.matters, key=lambda weight: -weight.share)[:MOST_NAMED]
    named = [
        page.say("why.criterion", name=criterion_name(page, weight.criterion), share=percent(weight.share))
        for weight in heaviest
    ]
    yield page.say("why.weighs-most", criteria=named)
    for id, reasons in (("strongest-for", page.advice.reasons), ("strongest-against", page.advice.dissent)):
        if reasons:
            yield page.say(f"why.{id}", rival=page.candidate(rival(page)), ground=ground(page, reasons[0]))
    leaders = {id: reading.framework for id, reading in page.advice.readings.items()}
    leads = [
        page.say("why.reading", reading=READINGS[id], leader=page.candidate(leader) if leader else "-")
        for id, leader in leaders.items()
    ]
    differ = len(set(leaders.values())) > 1
    yield page.say("why.readings-differ", leaders=leads) if differ else page.say("why.readings-agree")
    flips = flip_texts(page)[:MOST_NAMED]
    yield page.say("why.flips-first", flips=flips) if flips else page.say("why.flips-none")
    yield page.say("why.the-whole")


def _verdict(page: Page) -> str:
    return page.say(
        "why.how-sure",
        candidate=page.candidate(page.advice.candidate or ""),
        label=LABELS[page.advice.label],
        framework=page.candidate(page.advice.framework or ""),
        share=percent(page.advice.p_best),
        cost=f"{page.advice.expected_regret:.3f}",
    )
