"""What a menu consists of: a question, and what can be chosen."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from advisor.text import Lang


class Option(Struct, frozen=True):
    """One thing that can be chosen.

    Attributes:
        value: what is returned.
        label: what is shown.
        special: a way out of the question instead of an answer: never marked together with others.
        alone: it excludes every other option.
        key: a letter that chooses it at once.
    """

    value: str
    label: str
    special: bool = False
    alone: bool = False
    key: str = ""


class Menu(Struct, frozen=True):
    """What is asked, and what can be chosen.

    Attributes:
        ask: the question.
        options: at least one; special ones last.
        lang: the language of the instructions.
        above: paragraphs above the question.
        help: paragraphs shown when `?` is pressed.
        several: whether several options may be marked.
        before: values chosen earlier, marked or pointed to at the beginning.
    """

    ask: str
    options: Sequence[Option]
    lang: Lang
    above: Sequence[str] = ()
    help: Sequence[str] = ()
    several: bool = False
    before: Sequence[str] = ()
