"""What a person typed for a choice: its id, however spelt, or the words it is shown by; else what may be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from advisor.knowledge.question import UNKNOWN, Choice, Question
from advisor.text import did_you_mean, short

_BETWEEN_CHOICES = re.compile(r"\s*[,，;；]\s*")
_BETWEEN_NAMES = re.compile(r"\s*(?:,|，|、|或|\bor\b)\s*")
"""What stands between the several names one label gives its choice: "server or cloud"."""
_END_OF_NAME = re.compile(r"[:：(（]")
"""What follows the name in a label explains it: "small: one machine …"."""
_BETWEEN_WORDS = re.compile(r"[\s_\-]+")


def read_choices(question: Question, values: Iterable[object]) -> list[object]:
    """Return what was typed as ids of choices; what cannot be told stays as it is, without the spaces around it.

    Understood are an id with other capitals, spaces or underscores, a label or a name in it in either language
    (`phone`, `Windows, native`), an id without the name of its question (`3.11`), and several of these with commas
    between them. What fits two choices is not guessed.
    """
    ids: list[object] = []
    for value in values:
        whole = _read_choice(question, value)
        parts = [_read_choice(question, part) for part in _BETWEEN_CHOICES.split(str(whole)) if part]
        split = whole not in _legal_ids(question) and len(parts) > 1
        ids += parts if split and (question.several or set(parts) <= set(_legal_ids(question))) else [whole]
    return ids


def hint(question: Question, value: object) -> str:
    """Return which choices may have been meant by something that is none: one of nearly this spelling, else one with a word of it."""
    typed = _normal(short(value, 100))
    legal = [*question.choice_ids, UNKNOWN]
    words = set(typed.split())
    meant = [choice for choice in question.choices if words & set(_words_of(choice))]
    if get_close_matches(typed.replace(" ", "-"), legal, cutoff=0.8) or not 0 < len(meant) <= 4:
        return did_you_mean(typed.replace(" ", "-"), legal)
    listed = ", ".join(map(_shown, meant))
    return f"which one: {listed}" if len(meant) > 1 else f"did you mean {listed}? Legal: {', '.join(legal)}"


def _read_choice(question: Question, value: object) -> object:
    """Return the id that one word stands for, or the word itself without spaces around it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    typed = str(value).strip()
    if typed in _legal_ids(question):
        return typed
    normal = _normal(typed)
    meant = {id for id in _legal_ids(question) if normal in (_normal(id), _normal(id.removeprefix(question.id)))}
    meant |= {id for id in question.choice_ids if normal.replace(" ", "") == _normal(id).replace(" ", "")}
    meant |= {choice.id for choice in question.choices if normal in _names_of(choice)}
    also_named = {id for id in question.choice_ids if normal.split() == _normal(id).split()[: len(normal.split())]}
    meant |= also_named if normal else set()  # `windows` begins two ids
    return meant.pop() if len(meant) == 1 else typed


def _legal_ids(question: Question) -> tuple[str, ...]:
    return (*question.choice_ids, *question.choices_by_former_id, UNKNOWN)


def _names_of(choice: Choice) -> set[str]:
    """Return the label of a choice and the names in it, in both languages."""
    names: set[str] = set()
    for label in (choice.label.en, choice.label.zh):
        name = _END_OF_NAME.split(label)[0]
        names |= {_normal(label), _normal(name), *map(_normal, _BETWEEN_NAMES.split(name))}
    return names - {""}


def _words_of(choice: Choice) -> Sequence[str]:
    """Return the words of two letters and more in the id and label of a choice."""
    wording = f"{_normal(choice.id)} {choice.label.en} {choice.label.zh}"
    return re.findall(r"\w[\w.+]+", wording.casefold())


def _shown(choice: Choice) -> str:
    """Return a choice as a message names it: its id, and what that stands for where the id does not say so."""
    label = choice.label.en
    return choice.id if _normal(choice.id) == _normal(label) else f"{choice.id} ({short(label, 60)})"


def _normal(text: str) -> str:
    """Return text without the differences that mean nothing: capitals, kinds of spaces, dots in numbers."""
    return _BETWEEN_WORDS.sub(" ", re.sub(r"(?<=\d)\.(?=\d)", " ", text.casefold())).strip()
