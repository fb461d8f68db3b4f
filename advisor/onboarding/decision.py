"""`DECISION.md`: the decision record, in the form of MADR (Markdown Any Decision Records, version 4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import partial

from msgspec import Struct

from advisor.knowledge.claim import Claim
from advisor.knowledge.onboarding import KEPT_CODE
from advisor.knowledge.outlook import Migration
from advisor.onboarding.kit import Kit
from advisor.onboarding.lock import LOCK_NAME, review_by
from advisor.onboarding.rendering import Markup, as_text, code, link, render_template
from advisor.reasoning.advice import Reason
from advisor.reasoning.conditions import known_answers
from advisor.reasoning.derivation import Rival
from advisor.reasoning.drivers import drivers
from advisor.reasoning.readings import stated_levels
from advisor.render.answer import choices_by_flip
from advisor.render.grounds import basis, ground_text, is_requirement, rival, source_of
from advisor.render.phrases import flip_texts
from advisor.text import Text
from advisor.words import LABELS, REVIEWS

PLANS = ("build-on", "beside", "rewrite")
"""What the answers may say will become of the code that there is."""
MOST_REASONS = 8
MOST_DRIVERS = 10
NEUTRAL = 0.5
"""The value of what is neither good nor bad."""


class DecisionDriver(Struct, frozen=True):
    """A criterion that weighs in the decision.

    Attributes:
        weight: its share of all weight, in per cent.
        why: what makes it matter, in words.
        lead: what it adds to the lead over the opponent, or that both are alike.
    """

    criterion: str
    weight: int
    why: str
    lead: str


class WatchedClaim(Struct, frozen=True):
    """Something to keep an eye on: the claim, how one would notice, and the claims that would change."""

    id: str
    claim: Claim
    watch: Text
    changes: tuple[str, ...]

    @property
    def source(self) -> str:
        """How the source of the claim is cited."""
        return source_of(self.claim.source)


class DecisionReason(Struct, frozen=True):
    """One ground of the decision, with what it rests on."""

    criterion: str
    text: str
    rests: str
    effect: float


def decision_record(kit: Kit) -> str:
    """Return the decision record: drivers, options, evidence, consequences, kept code, confirmation, exit cost and watch list."""
    advice = kit.advice
    against = kit.choice_against_advice  # it may be a stack that takes no part in the answer
    chosen_standing = (
        against.standing if against else next(standing for standing in advice.ranking if standing.id == kit.chosen.id)
    )
    return render_template(
        "DECISION.md",
        "decision",
        kit,
        chosen=kit.chosen.name[kit.lang],
        advised=kit.pack.candidates[kit.lock.advice.candidate].name[kit.lang],
        opponent=opponent_name(kit),
        share=round(100 * kit.lock.advice.p_best),
        value=f"{chosen_standing.value:.3f}",
        cost=f"{chosen_standing.expected_regret:.3f}",
        stacks_by_framework=_stacks_by_framework(kit),
        lock_file=LOCK_NAME,
        review_by=review_by(kit.lock),
        flips=choices_by_flip(advice.flips),
        label=LABELS[advice.label][kit.lang],
        good=list(decision_reasons(kit, advice.reasons)),
        bad=list(decision_reasons(kit, advice.dissent)),
        compared=choice_comparison(kit),
        drivers=list(_drivers(kit)),
        kept=kept_code(kit),
        leaving=kit.lessons.exit.leaving.get(kit.chosen.framework) if kit.lessons.exit else None,
        cites=partial(_claims_with_sources, kit),
        sources=partial(_named_sources, kit),
        watched=list(_watched(kit)),
        reviews=REVIEWS,
    )


def opponent_name(kit: Kit) -> str:
    """Return the stack that the grounds compare with: the runner-up; where the team chose otherwise, the one that was chosen."""
    return kit.pack.candidates[_compared(kit)[1]].name[kit.lang]


def decision_reasons(kit: Kit, reasons: tuple[Reason, ...]) -> Iterator[DecisionReason]:
    """Yield grounds in the folder's language, the strongest first."""
    for reason in reasons[:MOST_REASONS]:
        hard = is_requirement(reason)
        name = (
            kit.page.say("decision.a-hard-constraint") if hard else kit.pack.criteria[reason.criterion].name[kit.lang]
        )
        text = ground_text(kit.page, reason)
        if _is_silent_on_the_other(kit, reason):
            other = next(id for id in _compared(kit) if id != reason.candidate)
            text = kit.page.say("decision.silent-on", text=text, other=kit.pack.candidates[other].name)
        yield DecisionReason(name, text, basis(kit.page, reason), reason.effect)


def _compared(kit: Kit) -> tuple[str, str]:
    """Return the two stacks that the grounds compare: the advised one and its opponent."""
    against = kit.choice_against_advice
    return kit.lock.advice.candidate, against.candidate if against else rival(kit.page)


def _is_silent_on_the_other(kit: Kit, reason: Reason) -> bool:
    """Return whether a ground praises a stack as much as another framework, and says nothing of the one it is compared with."""
    if reason.claim is None or reason.candidate not in _compared(kit):
        return False
    value_by_stack = dict(stated_levels(kit.pack.claims[reason.claim], kit.pack))
    stack, value = kit.pack.candidates[reason.candidate], value_by_stack.get(reason.candidate, 0)
    (other,) = (kit.pack.candidates[id] for id in _compared(kit) if id != reason.candidate)
    alike = {kit.pack.candidates[id].framework for id, stated in value_by_stack.items() if stated == value}
    is_named = kit.pack.frameworks[other.framework].name in reason.text[kit.lang]
    return value > NEUTRAL and other.id not in value_by_stack and bool(alike - {stack.framework}) and not is_named


def _stacks_by_framework(kit: Kit) -> dict[str, list[str]]:
    """Return, for each framework that has several stacks, each of them with its value: the one that stands for it first."""
    stacks: dict[str, list[str]] = {}
    for standing in kit.advice.ranking:
        candidate = kit.pack.candidates[standing.id]
        stacks.setdefault(candidate.framework, []).append(f"{candidate.name[kit.lang]} {standing.value:.3f}")
    return {framework: names for framework, names in stacks.items() if len(names) > 1}


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
    if (rival := kit.choice_against_advice) is None:
        return None
    gained, given_up = (tuple(decision_reasons(kit, side)) for side in (rival.speaks_for, rival.loses_by))
    return ChoiceComparison(rival, gained, given_up, tuple(flip_texts(kit.page, rival)))


def _drivers(kit: Kit) -> Iterator[DecisionDriver]:
    """Yield the criteria that weigh most, also those on which the two best are alike, each with what makes it matter."""
    against = kit.choice_against_advice
    between = against.reasons if against else (*kit.advice.reasons, *kit.advice.dissent)
    effect_by_criterion = {reason.criterion: reason.effect for reason in between if not is_requirement(reason)}
    for driver in drivers(kit.pack, kit.advice.profile, kit.advice.weigh, MOST_DRIVERS):
        need = kit.pack.needs.get(driver.rule or "")
        id = "decision.weighed-by-hand" if driver.criterion in kit.advice.weigh else "decision.matters-to-every-project"
        why = (need.need[kit.lang] if need else kit.page.say(id)).rstrip("。.")
        if driver.origin == "guess":
            why = kit.page.say("decision.driver-not-answered", why=why)
        effect = effect_by_criterion.get(driver.criterion)
        lead = kit.page.say("decision.alike") if effect is None else f"{effect:+.3f}"
        name = kit.pack.criteria[driver.criterion].name[kit.lang]
        yield DecisionDriver(name, round(100 * driver.share), why, lead)


class KeptCode(Struct, frozen=True):
    """What becomes of one kind of code that is kept.

    Attributes:
        code: what it is, in words.
        migration: what moves, what is written again, in which order, what breaks.
    """

    code: str
    migration: Migration


class KeptCodes(Struct, frozen=True):
    """What becomes of all code that is kept.

    Attributes:
        plan: what the answers say will become of it, in words.
        entries: one for each kind of code the knowledge speaks of.
    """

    plan: str
    entries: tuple[KeptCode, ...]


def kept_code(kit: Kit) -> KeptCodes | None:
    """Return what becomes of the kept code on the chosen stack; None where the answers name none, or nothing is known of it."""
    profile, question = kit.advice.profile, kit.pack.questions.get(KEPT_CODE)
    migrations = kit.lessons.migrations
    if question is None or migrations is None:
        return None
    entries = tuple(
        KeptCode(question.find_choice(code).label[kit.lang], migration)
        for code in profile.known(KEPT_CODE)
        if (migration := migrations.find(code, kit.chosen.id)) is not None
    )
    plan = next((choice for choice in profile.known("kept-code") if choice in PLANS), "open")
    return KeptCodes(kit.page.say(f"decision.kept-{plan}"), entries) if entries else None


def _claims_with_sources(kit: Kit, claims: Iterable[str]) -> list[Markup]:
    """Return claims with where each is from, as markup."""
    sources = {id: as_text(source_of(kit.pack.claims[id].source)) for id in claims}
    return [Markup(kit.page.say("decision.cited", id=code(id), source=source)) for id, source in sources.items()]


def _named_sources(kit: Kit, ids: Iterable[str]) -> list[Markup]:
    """Return sources by their titles, each as a link where it has an address."""
    sources = [kit.pack.sources[id] for id in ids if id in kit.pack.sources]
    return [link(source.title, source.link) if source.link else Markup(as_text(source.title)) for source in sources]


def _watched(kit: Kit) -> Iterator[WatchedClaim]:
    """Yield what to keep an eye on in this project, each with the claims about its stacks that would change."""
    answers = known_answers(kit.pack.questions, kit.advice.profile, kit.pack.impossible)
    stacks = {kit.chosen.id, kit.lock.advice.candidate, rival(kit.page)}
    for watched in kit.lessons.watch.watched if kit.lessons.watch else ():
        if bool(answers.holds(watched.when)):
            changes = tuple(id for id in watched.changes if _speaks_of(kit, kit.pack.claims[id], stacks))
            if changes:
                yield WatchedClaim(watched.claim, kit.pack.claims[watched.claim], watched.watch, changes)


def _speaks_of(kit: Kit, claim: Claim, stacks: Collection[str]) -> bool:
    """Whether a claim rates one of some stacks; one that rates none speaks of all."""
    return not claim.says or any(stack in stacks for stack, _ in stated_levels(claim, kit.pack))
