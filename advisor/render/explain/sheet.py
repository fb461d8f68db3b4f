"""A page of `advise explain` before it is laid out, and what pages are written from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from advisor.evidence.exhibits import Exhibit
from advisor.knowledge.onboarding import Onboarding
from advisor.knowledge.pack import Pack
from advisor.reasoning.readings import Finding, ScaledMeasurement
from advisor.render.document import Item, Part
from advisor.sentences import COMMA, Sentence, sentence
from advisor.text import Lang, Text


class Sheet(Struct, frozen=True):
    """One page.

    Attributes:
        kind: what the id names, in English; `title` says it in the language of the page.
        parts: heads and what is said under them; one without items is not shown.
        record: what is known of it, as plain values, for JSON.
    """

    kind: str
    id: str
    title: str
    parts: tuple[Part, ...]
    record: Any = None

    def plain(self) -> dict[str, Any]:
        """Return the page as plain values."""
        parts = [
            {"head": section.head, "items": [_plain(item) for item in section.items if isinstance(item, Item)]}
            for section in self.parts
            if section.items
        ]
        return {"id": self.id, "kind": self.kind, "title": self.title, "record": self.record, "parts": parts}


def _plain(item: Item) -> dict[str, Any]:
    beside = {"beside": _plain(item.beside)} if item.beside else {}
    return {"label": item.label, "text": item.text} | beside


class Library(Struct, frozen=True, dict=True):
    """Everything a page can draw on.

    Attributes:
        findings: every claim held against this machine's runs.
        measured: the runs read on the criteria's scales.
        versions: what is installed here, by package.
        steps: by framework, the lines of each of the four steps.
    """

    pack: Pack
    onboarding: Onboarding
    lang: Lang
    findings: Mapping[str, Finding]
    measured: tuple[ScaledMeasurement, ...]
    versions: Mapping[str, str]
    exhibits: Mapping[str, Exhibit]
    steps: Mapping[str, Mapping[str, str]]

    def say(self, id: str, /, **fields: object) -> Sentence:
        """Return a sentence of the catalogue in the page's language."""
        return sentence(id, self.lang, **fields)

    def in_both_languages(self, text: Text) -> tuple[Item, Item]:
        """Return a text in the page's language, and in the other one."""
        other = Lang.EN if self.lang is Lang.ZH else Lang.ZH
        return Item(text[self.lang]), Item(text[other], sentence("explain.language", other))

    def name(self, id: str) -> str:
        """Return the name of a framework, a candidate, or the stacks of a backend."""
        if id in self.pack.frameworks:
            return self.pack.frameworks[id].name
        return self.pack.candidates[id].name[self.lang] if id in self.pack.candidates else id

    def joined(self, words: Iterable[str]) -> str:
        """Join words as the language does."""
        return COMMA[self.lang].join(words)

    def in_brackets(self, words: str) -> str:
        """Return words in brackets, to be put after others."""
        return self.say("explain.in-brackets", words=words)

    @cached_property
    def colon(self) -> str:
        """What stands between a label and what it labels, inside a line."""
        return self.say("explain.colon")
