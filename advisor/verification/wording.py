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
        """Return the place of its text in one language."""
        return self.entry.place(*self.path, lang)


def _translations(subject: Subject) -> Iterator[_Translation]:
    """Yield every text of the pack that is given in both languages."""
    for entry in subject.places:
        for path, text in _find_translations(entry.raw):
            yield _Translation(entry, path, str(text["en"]), str(text["zh"]))


def _find_translations(raw: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
    """Yield the path and the text of every pair `en`, `zh` inside a value."""
    if isinstance(raw, Mapping):
        if set(raw) == {"en", "zh"}:
            yield path, raw
            return
        for key, inner in raw.items():
            yield from _find_translations(inner, (*path, key))
    elif isinstance(raw, list):
        for index, inner in enumerate(raw):
            yield from _find_translations(inner, (*path, index))


def wrong_language(subject: Subject) -> Iterator[Diagnostic]:
    """Find texts that are blank or in the wrong language: Chinese in `en`, or no Chinese in `zh`."""
    for translation in _translations(subject):
        for lang, text in (("en", translation.en), ("zh", translation.zh)):
            if not text.strip():
                yield Diagnostic(translation.place(lang), f"the text in `{lang}` is blank", "write it")
        if CHINESE.search(translation.en):
            yield Diagnostic(translation.place("en"), "there is Chinese in the English text", "translate it")
        if translation.zh.strip() and not CHINESE.search(translation.zh) and not _consists_of_names(translation):
            yield Diagnostic(translation.place("zh"), "the Chinese text contains no Chinese", "write it in Chinese")


def _consists_of_names(translation: _Translation) -> bool:
    """Return whether a text that is no sentence consists of names, which are the same in both languages."""
    tokens = re.findall(r"[\w.]+", translation.zh)
    is_sentence = translation.entry.kind in ("need", "constraint", "claim", "case")
    return not is_sentence and bool(tokens) and all(re.search(r"[A-Z0-9]", token) for token in tokens)


def half_width_signs(subject: Subject) -> Iterator[Diagnostic]:
    """Find Chinese texts with half-width punctuation."""
    for translation in _translations(subject):
        if match := HALF_WIDTH.search(translation.zh):
            problem = f"the half-width sign `{match[0][-1]}` follows a Chinese character"
            yield Diagnostic(translation.place("zh"), problem, "use the full-width sign: ，；：！？")


def unfinished_texts(subject: Subject) -> Iterator[Diagnostic]:
    """Find texts that a scaffold left to be filled in."""
    for entry in subject.places:
        for path, text in _find_strings(entry.raw):
            if UNFINISHED.search(text):
                yield Diagnostic(entry.place(*path), f"this is not filled in yet: {text[:60]}", "write it")


def _find_strings(raw: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Yield every string inside a value, with its path."""
    if isinstance(raw, str):
        yield path, raw
    elif isinstance(raw, Mapping | list):
        pairs = raw.items() if isinstance(raw, Mapping) else enumerate(raw)
        for key, inner in pairs:
            yield from _find_strings(inner, (*path, key))
