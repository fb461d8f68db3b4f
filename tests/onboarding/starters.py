"""Folders of a decision for any stack."""

from __future__ import annotations

from decided import Decided
from msgspec.structs import replace

from advisor.onboarding.kit import Kit
from advisor.onboarding.lock import TeamChoice
from advisor.reasoning.profile import Answer, Profile
from advisor.text import Lang

STACKS = ("pytorch", "tensorflow", "keras[tensorflow]", "keras[torch]", "keras[jax]", "jax")
DOMAINS = {
    "tabular": "tables",
    "cv": "vision",
    "nlp-llm": "text",
    "timeseries-audio": "series",
    "recsys": "recommend",
    "graphs-molecules": "digits",
}
"""Answer to the question `domain` → the package of its starter; of those without one, the last resort."""


def kit_of(decided: Decided, candidate: str, lang: str = "en") -> Kit:
    """Return what a folder is made from where the team chose a candidate."""
    lock = replace(decided.lock, chosen=TeamChoice(candidate=candidate, because="it was asked for"))
    return Kit(decided.advice, lock, decided.evidence, decided.now.pack, Lang(lang), "--scale large")


def in_domain(kit: Kit, domain: str, *more: tuple[str, str]) -> Kit:
    """Return the same for a project of a domain, with further answers (question, choice)."""
    answers = {id: Answer(id, (choice,), "flag") for id, choice in (("domain", domain), *more)}
    profile = Profile({**kit.advice.profile.answers, **answers})
    return replace(kit, advice=replace(kit.advice, profile=profile))
