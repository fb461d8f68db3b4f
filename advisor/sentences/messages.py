"""What an error says in the user's language: written in English where it is found, translated where it is shown."""

from __future__ import annotations

import re
from functools import cache

from advisor.errors import Problem
from advisor.sentences import COMMA, group
from advisor.text import Lang, Text


def in_language(problem: Problem, lang: Lang) -> Problem:
    """Return a problem in a language; a sentence that the catalogue does not have stays in English."""
    if lang is Lang.EN:
        return problem
    return Problem(problem.place, translated(problem.what), translated(problem.fix))


def translated(message: str) -> str:
    """Return an English message in Chinese, its fields as they are but for commas; the message itself where the catalogue does not have it."""
    for pattern, chinese in _patterns():
        if match := pattern.fullmatch(message):
            return re.sub(r"\{(\d)(:list)?\}", lambda field: _filled(match[int(field[1]) + 1], field[2]), chinese)
    return message


def _filled(value: str, several: str | None) -> str:
    """Return what is put in a field: as it is, but with the comma between words that Chinese has where it holds several."""
    return value.replace(", ", COMMA[Lang.ZH]) if several else value


def in_both(problem: Problem) -> Text:
    """Return a problem on one line in both languages, for what is kept with an answer."""
    return Text(*(str(in_language(problem, lang)) for lang in (Lang.EN, Lang.ZH)))


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return a pattern of every English message with its Chinese, those with most words of their own first."""
    messages = sorted(group("errors").values(), key=lambda message: -len(re.sub(r"\{\d\}", "", message.en)))
    return [(re.compile(_pattern(message.en), re.DOTALL), message.zh) for message in messages]


def _pattern(english: str) -> str:
    return re.sub(r"\\\{\d\\\}", lambda _: "(.*)", re.escape(english))
