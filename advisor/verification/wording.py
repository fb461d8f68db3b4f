"""Wording: every text in both languages, each in its own, and nothing left to be filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from advisor.knowledge.places import Entry
from advisor.knowledge.scaffold import FILL_IN
from advisor.knowledge.yaml_source import KeyPath
from advisor.verification.defect import Diagnostic
from advisor.verification.subject import Subject

CHINESE = re.compile("[\u4e00-\u9fff]")
HALF_WIDTH = re.compile("[\u4e00-\u9fff][,;:!?]")
UNFINISHED = re.compile("|".join(map(re.escape, FILL_IN.values())))


class _Translation(NamedTuple):
    """A text in two languages, and where it stands."""

    entry: Entry
    path: KeyPath
    en: str
    zh: str

    def place(self, lang: str) -> str:
        return self.entry.place(*self.path, lang)


def _texts(subject: Subject) -> Iterator[_Translation]:
    for entry in subject.places:
        for path, text in _pairs(entry.raw):
            yield _Translation(entry, path, str(text["en"]), str(text["zh"]))


def _pairs(raw: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
    if isinstance(raw, Mapping):
        if set(raw) == {"en", "zh"}:
            yield path, raw
            return
        for key, inner in raw.items():
            yield from _pairs(inner, (*path, key))
    elif isinstance(raw, list):
        for index, inner in enumerate(raw):
            yield from _pairs(inner, (*path, index))


def wrong_language(subject: Subject) -> Iterator[Diagnostic]:
    """Find texts that are blank or in the wrong language: Chinese in `en`, or no Chinese in `zh`."""
    for words in _texts(subject):
        for lang, text in (("en", words.en), ("zh", words.zh)):
            if not text.strip():
                yield Diagnostic(words.place(lang), f"the text in `{lang}` is blank", "write it")
        if CHINESE.search(words.en):
            yield Diagnostic(words.place("en"), "there is Chinese in the English text", "translate it")
        if words.zh.strip() and not CHINESE.search(words.zh) and not _only_names(words):
            yield Diagnostic(words.place("zh"), "the Chinese text contains no Chinese", "write it in Chinese")


def _only_names(words: _Translation) -> bool:
    """Return whether a text is made of names: they are the same in both languages. A sentence of a rule never is."""
    parts = re.findall(r"[\w.]+", words.zh)
    in_rule = words.entry.kind in ("need", "constraint", "claim", "case")
    return not in_rule and bool(parts) and all(re.search(r"[A-Z0-9]", part) for part in parts)


def half_width_signs(subject: Subject) -> Iterator[Diagnostic]:
    """Find Chinese texts with the punctuation of English ones."""
    for words in _texts(subject):
        if match := HALF_WIDTH.search(words.zh):
            problem = f"the half-width sign `{match[0][-1]}` follows a Chinese character"
            yield Diagnostic(words.place("zh"), problem, "use the full-width sign: ，；：！？")


def unfinished(subject: Subject) -> Iterator[Diagnostic]:
    """Find what a scaffold left to be filled in."""
    for entry in subject.places:
        for path, text in _strings(entry.raw):
            if UNFINISHED.search(text):
                yield Diagnostic(entry.place(*path), f"this is not filled in yet: {text[:60]}", "write it")


def _strings(raw: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(raw, str):
        yield path, raw
    elif isinstance(raw, Mapping | list):
        pairs = raw.items() if isinstance(raw, Mapping) else enumerate(raw)
        for key, inner in pairs:
            yield from _strings(inner, (*path, key))
