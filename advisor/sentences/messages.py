"""What an error says in the user's language: written in English where it is found, translated where it is shown."""

from __future__ import annotations

import re
from functools import cache

from advisor.errors import Problem
from advisor.sentences import group
from advisor.text import Lang


def in_language(problem: Problem, lang: Lang) -> Problem:
    """Return a problem in a language; a sentence that the catalogue does not have stays in English."""
    if lang is Lang.EN:
        return problem
    return Problem(problem.place, translated(problem.what), translated(problem.fix))


def translated(message: str) -> str:
    """Return an English message in Chinese, its fields as they are; the message itself where the catalogue does not have it."""
    for pattern, chinese in _patterns():
        if match := pattern.fullmatch(message):
            return re.sub(r"\{(\d)\}", lambda field: match[int(field[1]) + 1], chinese)
    return message


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return a pattern of every English message with its Chinese, those with most words of their own first."""
    messages = sorted(group("errors").values(), key=lambda message: -len(re.sub(r"\{\d\}", "", message.en)))
    return [(re.compile(_pattern(message.en), re.DOTALL), message.zh) for message in messages]


def _pattern(english: str) -> str:
    return re.sub(r"\\\{\d\\\}", lambda _: "(.*)", re.escape(english))
