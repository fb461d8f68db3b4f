"""Words in two languages, and the cleaning of words that come from outside."""

import locale
import os
import re
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated

from advisor.record import Limits, Record
from probes.plain_text import UNSAFE as UNSAFE


class Lang(StrEnum):
    """A language the advisor speaks."""

    EN = "en"
    ZH = "zh"

    def pick(self, en: str, zh: str) -> str:
        """Return the text in this language."""
        return zh if self is Lang.ZH else en


class Text(Record, frozen=True):
    """A sentence people read, in English and Chinese."""

    en: Annotated[str, Limits(min_length=1)]
    zh: Annotated[str, Limits(min_length=1)]

    def __getitem__(self, lang: str) -> str:
        """`text["zh"]` is the Chinese wording."""
        return self.zh if lang == "zh" else self.en


def preferred_lang() -> Lang:
    """Return the language of the user's locale: Chinese, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return Lang.ZH if os.environ[name].lower().startswith("zh") else Lang.EN
    return Lang.ZH if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else Lang.EN


def clean(text: str) -> str:
    """Return text from outside fit for a terminal: one line, without control, bidirectional or invisible characters."""
    return re.sub(r"\s+", " ", UNSAFE.sub("", text)).strip()


def with_brackets_set(text: str, lang: Lang) -> str:
    """Return a text as its language sets brackets: Chinese ones are wide enough without spaces beside them."""
    return re.sub(r" *([（）]) *", r"\1", text) if lang is Lang.ZH else text


def short(text: object, longest: int = 40) -> str:
    """Return text from outside fit for a message: clean, and cut where it is long."""
    cleaned = clean(str(text)[: 4 * longest])
    return cleaned if len(cleaned) <= longest else cleaned[: longest - 1] + "…"


MOST_LISTED = 40
"""A hint lists all legal values only up to this many."""


def did_you_mean(word: str, legal: list[str]) -> str:
    """Return a hint that names the legal values, the nearest one first."""
    word = word[:100]
    near = get_close_matches(word, legal, n=1, cutoff=0.6)
    if len(legal) > MOST_LISTED:
        nearest = get_close_matches(word, legal, n=5, cutoff=0.3)
        return f"did you mean {near[0]}?" if near else f"nearest: {', '.join(nearest) or ', '.join(legal[:5])}"
    listed = ", ".join(legal)
    return f"did you mean {near[0]}? Legal: {listed}" if near else f"legal: {listed}"
