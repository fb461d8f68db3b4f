"""An answer on its way to being said: the advice, the knowledge behind its ids, and the language."""

from __future__ import annotations

from msgspec import Struct

from advisor.knowledge.pack import Pack
from advisor.reasoning.advice import Advice
from advisor.sentences import Sentence, sentence
from advisor.text import Lang


class Page(Struct, frozen=True):
    """What is said needs to know this besides the advice.

    Attributes:
        command: the answers as they would be typed; empty where that is not known.
    """

    advice: Advice
    pack: Pack
    lang: Lang
    command: str = ""

    def say(self, id: str, /, **fields: object) -> Sentence:
        """Return a sentence of the catalogue in the page's language."""
        return sentence(id, self.lang, **fields)

    def pick(self, en: str, zh: str) -> str:
        """Return the wording of the page's language."""
        return self.lang.pick(en, zh)

    def candidate(self, id: str) -> str:
        """Return the name of a candidate or framework."""
        if id in self.pack.candidates:
            return self.pack.candidates[id].name[self.lang]
        return self.pack.frameworks[id].name
