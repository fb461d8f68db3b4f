"""What a team's folder is made from: one answer, the choice made on it, and everything both rest on."""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct, field

from advisor.evidence.runs import Evidence
from advisor.knowledge.framework import Candidate
from advisor.knowledge.onboarding import Onboarding
from advisor.knowledge.pack import Pack
from advisor.onboarding.lock import Lock
from advisor.pipeline import Request, derive_answer
from advisor.reasoning.advice import Advice
from advisor.reasoning.assemble import Answer
from advisor.reasoning.derivation import Derivation, Rival
from advisor.reasoning.derive import derivation_of
from advisor.reasoning.start import Start, start_of
from advisor.render.answer import document
from advisor.render.document import Document
from advisor.render.page import Page
from advisor.text import Lang


class Kit(Struct, frozen=True, dict=True):
    """An answer on its way into a folder.

    Attributes:
        advice: the answer; something is recommended.
        lock: the same, as it is locked.
        evidence: the runs it rests on.
        pack: the knowledge it rests on.
        lang: the language of the folder.
        command: the answers as they would be typed, `--scale large`.
        lessons: what newcomers are told.
        moving: what the team's repository says of moving to the chosen stack, in sentences; empty where none was scanned.
        answer: the answer with its worlds, where it was just computed; else they are computed again where they are needed.
    """

    advice: Advice
    lock: Lock
    evidence: Evidence
    pack: Pack
    lang: Lang
    command: str
    lessons: Onboarding = field(default_factory=Onboarding)
    answer: Answer | None = None
    moving: tuple[str, ...] = ()

    @property
    def chosen(self) -> Candidate:
        """The stack the team works with: the one it chose, else the recommended one."""
        return self.pack.candidates[self.lock.chosen.candidate if self.lock.chosen else self.lock.advice.candidate]

    @cached_property
    def start(self) -> Start:
        """How to start with the chosen stack on the machine of the answers."""
        return start_of(self.pack, self.advice.profile, self.chosen.id)

    @property
    def windows_alone(self) -> bool:
        """Whether the answers name Windows, and no other system, as what the training machine runs."""
        return self.advice.profile.known("os") == ("windows-native",)

    @property
    def against_the_advice(self) -> bool:
        """Whether the team chose something else than what is recommended."""
        return self.chosen.id != self.lock.advice.candidate

    @cached_property
    def choice_against_advice(self) -> Rival | None:
        """What lies between the recommended stack and the one the team chose instead; None where it follows the advice."""
        return self.derived(self.chosen.id).rivals[0] if self.against_the_advice else None

    @property
    def page(self) -> Page:
        """The answer on its way to being said."""
        return Page(self.advice, self.pack, self.lang, self.command)

    @cached_property
    def document(self) -> Document:
        """The answer as it is said."""
        return document(self.page)

    def derived(self, *against: str) -> Derivation:
        """Return the answer with all that carries it.

        Args:
            against: candidates of which the best is compared with the recommended one (default: the best of every
                other framework).
        """
        request = Request(probing="none", weigh=self.advice.weigh, as_of=self.lock.as_of)
        if self.answer is not None:
            return derivation_of(self.answer, against)
        return derive_answer(request, self.pack, self.advice.profile, self.evidence, against)

    def pick(self, en: str, zh: str) -> str:
        """Return the wording of the folder's language."""
        return self.lang.pick(en, zh)
