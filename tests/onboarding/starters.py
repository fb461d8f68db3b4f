"""Folders of a decision for any stack."""

from __future__ import annotations

from decided import Decided
from msgspec.structs import replace

from advisor.onboarding.kit import Kit
from advisor.onboarding.lock import TeamChoice
from advisor.text import Lang

STACKS = ("pytorch", "tensorflow", "keras[tensorflow]", "keras[torch]", "keras[jax]")


def kit_of(decided: Decided, candidate: str, lang: str = "en") -> Kit:
    """Return what a folder is made from where the team chose a candidate."""
    lock = replace(decided.lock, chosen=TeamChoice(candidate=candidate, because="it was asked for"))
    return Kit(decided.advice, lock, decided.evidence, decided.now.pack, Lang(lang), "--scale large")
