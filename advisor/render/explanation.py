"""`why` and `why-not` in words: views of one derivation, as text, Markdown or JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from advisor.reasoning.advice import Reason
from advisor.reasoning.derivation import CriterionWeight, Derivation, FiredRule, RejectedClaim, Rival
from advisor.render.document import Item, Part, part
from advisor.render.grounds import apart, basis, source_of
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
    yield part(page.say("why.head-rules"), (_fired_rule(page, rule) for rule in derivation.fired))
    yield part(page.say("why.head-weights"), (_criterion_weight(page, weight) for weight in derivation.matters))
    yield part(page.say("why.head-without-weights"), (before_weights_text(page, rival) for rival in derivation.rivals))
    yield part(page.say("why.head-for", candidate=_in_head(page, name)), _reasons(page, page.advice.reasons))
    yield part(
        page.say("why.head-against", candidate=_in_head(page, name)),
        (*_reasons(page, page.advice.dissent), *(_rejected_claim(page, claim) for claim in derivation.rejected_claims)),
    )
    yield part(page.say("why.head-beliefs"), _beliefs(page, derivation))
    yield part(page.say("why.head-readings"), _readings(page))
    yield part(page.say("why.head-flips"), _flips(page, derivation))


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
        yield part("", [page.say("why.recommended-itself", candidate=winner)])
        return
    (rival,) = derivation.rivals
    name = page.candidate(rival.candidate)
    yield part("", _summary(page, rival, winner, name))
    yield part(page.say("why.head-rejected"), (_rejected_claim(page, claim) for claim in rival.rejected_claims))
    yield part(page.say("why.head-loses-by", candidate=_in_head(page, name)), _reasons(page, rival.loses_by))
    yield part(page.say("why.head-speaks-for", candidate=_in_head(page, name)), _reasons(page, rival.speaks_for))
    rows = list(measured_texts(page, (str(page.advice.candidate), rival.candidate)))
    yield part(page.say("why.head-measured"), rows or [page.say("why.nothing-measured")])
    yield part(page.say("why.head-beliefs"), _beliefs(page, derivation))
    yield part(page.say("why.head-would-change"), _what_would_change_it(page, rival))


def _in_head(page: Page, name: str) -> str:
    """Return a name as it stands in a head: in capitals where the language has them."""
    return page.pick(name.upper(), name)


def _last_command(page: Page) -> Iterator[Part]:
    if page.command:
        yield part("", [page.say("why.last-answer", command=page.command)])


def _nothing_left(page: Page) -> Part:
    rules = [Item(page.pack.constraints[id].constraint[page.lang], id) for id in page.advice.conflict]
    return part(page.say("why.nothing-left"), [*rules, *apart(page)] or [""])


def _fired_rule(page: Page, rule: FiredRule) -> Item:
    need = page.pack.needs[rule.rule]
    unknown = page.say("why.not-answered")
    answers_read = page.pick(", ", "，").join(
        f"{question} = {'+'.join(choices) or unknown}" for question, choices in rule.read
    )
    criteria = page.pick(", ", "，").join(
        page.say(
            "why.criterion-ignored" if importance == "ignore" else "why.criterion-important",
            criterion=criterion_name(page, id),
            importance=IMPORTANCES[importance],
        )
        for id, importance in rule.criteria
    )
    text = page.say(
        "why.fired-rule" if need.source == "none" else "why.fired-rule-of-a-source",
        need=need.need,
        source=source_of(need.source),
        answers=answers_read or page.say("why.no-answers-read"),
        criteria=criteria,
        rule=rule.rule,
    )
    return Item(text, percent(rule.share))


def _criterion_weight(page: Page, weight: CriterionWeight) -> Item:
    origins = {"default": page.say("why.weight-by-default"), "by hand": page.say("why.weight-by-hand")}
    text = page.say(
        "why.weight",
        criterion=criterion_name(page, weight.criterion),
        origin=origins.get(weight.origin, weight.origin),
        about=page.pack.criteria[weight.criterion].about,
    )
    return Item(text, f"{100 * weight.share:.1f} %")


def _reasons(page: Page, reasons: Sequence[Reason]) -> Iterator[Item]:
    for reason in reasons:
        about = (
            criterion_name(page, reason.criterion)
            if reason.criterion in page.pack.criteria
            else topic(reason.topic)[page.lang]
        )
        text = page.say(
            "why.reason-claimed" if reason.claim else "why.reason-measured" if reason.probe else "why.reason-required",
            about=about,
            text=reason.text,
            source=source_of(reason.source),
            claim=reason.claim,
            probe=reason.probe,
            rule=reason.rule,
            basis=basis(page, reason),
        )
        yield Item(text, f"{reason.effect:+.3f}")


def _rejected_claim(page: Page, rejected: RejectedClaim) -> Item:
    """Return a rejected claim with what contradicts it and what replaces it."""
    claim, lang = page.pack.claims[rejected.claim], page.lang
    if rejected.because == "refuted":
        state = VERDICTS["refuted"][lang]
        why = next(judged.why for judged in page.advice.claims if judged.id == rejected.claim)
    else:
        state, why = REVIEWS[claim.review.verdict][lang], claim.review.because
    rejection = {
        "claim": claim.claim,
        "source": source_of(claim.source),
        "state": state.capitalize(),
        "why": why,
        "id": rejected.claim,
    }
    replacement = page.pack.claims.get(claim.review.instead or "")
    if replacement is None:
        return Item(page.say("why.rejected", **rejection), "-")
    source = source_of(replacement.source)
    text = page.say(
        "why.rejected-and-replaced", **rejection, replacement=replacement.claim, source_of_replacement=source
    )
    return Item(text, "-")


def _readings(page: Page) -> Iterator[Item]:
    for name, reading in page.advice.readings.items():
        shares = page.pick(", ", "，").join(
            f"{page.candidate(framework.id)} {percent(framework.p_best)}" for framework in reading.frameworks
        )
        because = reading.because or page.say("answer.nothing-decisive")
        text = page.say("why.reading-in-full", shares=shares, label=LABELS[reading.label], because=because)
        yield Item(text, READINGS[name][page.lang])
    leaders = {reading.framework for reading in page.advice.readings.values() if reading.framework}
    yield Item(page.say("why.all-agree" if len(leaders) == 1 else "why.last-counts"))


def _flips(page: Page, derivation: Derivation) -> list[str]:
    sentences = [*answer_flip_texts(page, page.advice.flips), *flip_texts(page, derivation)]
    if not page.advice.flips:
        sentences.insert(0, page.say("why.no-answer" if derivation.pairs else "why.no-answer-and-no-pair"))
    if not derivation.ground_flips:
        sentences.append(page.say("why.no-claim-or-measurement"))
    return sentences


def _summary(page: Page, rival: Rival, winner: str, name: str) -> Iterator[str]:
    yield page.say(
        "why.rival-wins",
        rival=name,
        share=percent(rival.standing.p_best),
        leader=page.candidate(page.advice.framework or ""),
        share_of_leader=percent(page.advice.p_best),
        cost=f"{rival.standing.expected_regret:.3f}",
    )
    if rival.out_of_scope:
        yield page.say("why.out-of-scope", rival=name)
    for missed in page.advice.unmet:
        if rival.candidate in missed.candidates:
            requirement = page.pack.constraints[missed.constraint].constraint
            yield page.say("why.requirement-not-met", requirement=requirement, id=missed.constraint)
    yield page.say("why.without-weights", comparison=before_weights_text(page, rival))


def _beliefs(page: Page, derivation: Derivation) -> Iterator[Item]:
    """Compare the beliefs about the recommended candidate and each rival, criterion by criterion."""
    for id in dict.fromkeys(summary.criterion for summary in derivation.beliefs):
        beliefs = [belief_text(page, summary) for summary in derivation.beliefs if summary.criterion == id]
        yield Item(
            page.say("why.beliefs-on", criterion=criterion_name(page, id), beliefs=page.pick("; ", "；").join(beliefs))
        )


def _what_would_change_it(page: Page, rival: Rival) -> list[str]:
    sentences = list(flip_texts(page, rival))
    if not rival.flips:
        sentences.insert(0, page.say("why.no-answer-makes-it"))
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
