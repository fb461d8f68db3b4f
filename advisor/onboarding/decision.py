"""`DECISION.md`: the decision record, in the form of MADR (Markdown Any Decision Records, version 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from msgspec import Struct

from advisor.knowledge.claim import Claim
from advisor.knowledge.outlook import Watched
from advisor.onboarding.kit import Kit
from advisor.onboarding.lock import LOCK_NAME
from advisor.onboarding.rendering import Markup, as_text, code, render_template
from advisor.reasoning.advice import Reason
from advisor.reasoning.derivation import Rival
from advisor.reasoning.readings import STALE_AFTER
from advisor.render.grounds import basis, source_of
from advisor.render.phrases import flip_texts
from advisor.words import LABELS, REVIEWS

WATCHED = ("trend", "challenge")
MOST_REASONS = 8
MOST_DRIVERS = 10


class DecisionReason(Struct, frozen=True):
    """One ground of the decision, with what it rests on."""

    criterion: str
    text: str
    rests: str
    effect: float


def decision_record(kit: Kit) -> str:
    """Return the decision record: drivers, options, evidence, consequences, confirmation, exit cost and watch list."""
    advice = kit.advice
    return render_template(
        "DECISION.md",
        "decision",
        kit,
        chosen=kit.chosen.name[kit.lang],
        advised=kit.pack.candidates[kit.lock.advice.candidate].name[kit.lang],
        share=round(100 * kit.lock.advice.p_best),
        lock_file=LOCK_NAME,
        review_by=kit.lock.as_of + STALE_AFTER,
        label=LABELS[advice.label][kit.lang],
        good=list(decision_reasons(kit, advice.reasons)),
        bad=list(decision_reasons(kit, advice.dissent)),
        compared=choice_comparison(kit),
        drivers=_drivers(kit),
        leaving=kit.lessons.exit.leaving.get(kit.chosen.framework) if kit.lessons.exit else None,
        cites=partial(_claims_with_sources, kit),
        watched=list(_watched(kit)),
        neutral=_neutral(kit),
        reviews=REVIEWS,
    )


def decision_reasons(kit: Kit, reasons: tuple[Reason, ...]) -> Iterator[DecisionReason]:
    """Yield grounds in the folder's language, the strongest first."""
    for reason in reasons[:MOST_REASONS]:
        criterion = kit.pack.criteria.get(reason.criterion)
        name = criterion.name[kit.lang] if criterion else kit.page.say("decision.a-hard-constraint")
        text = reason.text[kit.lang].rstrip("。.")
        yield DecisionReason(name, text, basis(kit.page, reason), reason.effect)


class ChoiceComparison(Struct, frozen=True):
    """The stack the team chose beside the advised one, criterion by criterion.

    Attributes:
        gained, given_up: the grounds on either side, the strongest first.
        would: what would make the chosen one the advice.
    """

    rival: Rival
    gained: tuple[DecisionReason, ...]
    given_up: tuple[DecisionReason, ...]
    would: tuple[str, ...]


def choice_comparison(kit: Kit) -> ChoiceComparison | None:
    """Compare the team's choice with the advice; None where they are the same."""
    if (rival := kit.rival) is None:
        return None
    gained, given_up = (tuple(decision_reasons(kit, side)) for side in (rival.speaks_for, rival.loses_by))
    return ChoiceComparison(rival, gained, given_up, tuple(flip_texts(kit.page, rival)))


def _drivers(kit: Kit) -> list[tuple[str, str]]:
    """Return the criteria that decide, each with the rule that makes it matter."""
    why_by_criterion: dict[str, str] = {}
    for reason in sorted((*kit.advice.reasons, *kit.advice.dissent), key=lambda reason: -abs(reason.effect)):
        if reason.criterion in kit.pack.criteria:
            need = kit.pack.needs.get(reason.rule or "")
            why = need.need[kit.lang] if need else kit.page.say("decision.matters-to-every-project")
            why = why.rstrip("。.")
            driver = why if reason.weight_from != "guess" else kit.page.say("decision.driver-not-answered", why=why)
            why_by_criterion.setdefault(kit.pack.criteria[reason.criterion].name[kit.lang], driver)
    return list(why_by_criterion.items())[:MOST_DRIVERS]


def _claims_with_sources(kit: Kit, claims: Iterable[str]) -> list[Markup]:
    """Return claims with where each is from, as markup."""
    sources = {id: as_text(source_of(kit.pack.claims[id].source)) for id in claims}
    return [Markup(kit.page.say("decision.cited", id=code(id), source=source)) for id, source in sources.items()]


def _watched(kit: Kit) -> Iterator[tuple[str, Claim, Watched]]:
    """Yield the article's trends and challenges that could change a claim, and how one would notice."""
    for watched in kit.lessons.watch.watched if kit.lessons.watch else ():
        yield watched.claim, kit.pack.claims[watched.claim], watched


def _neutral(kit: Kit) -> list[str]:
    """Return the trends and challenges that bear on every framework alike."""
    watched = {id for id, _, _ in _watched(kit)}
    return [id for id, claim in kit.pack.claims.items() if claim.kind in WATCHED and not {id, claim.same_as} & watched]
