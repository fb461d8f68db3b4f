"""The fixed words of an answer in both languages: labels, verdicts, outcomes, amounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, get_args

from advisor.sentences import group
from advisor.text import Text


class Vocabulary(Mapping[str, Text]):
    """Words of one kind in both languages, read from `sentences/words.yaml` when the first of them is asked for."""

    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds

    @cached_property
    def _words(self) -> dict[str, Text]:
        return {word: text for kind in self.kinds for word, text in group(f"words.{kind}").items()}

    def __getitem__(self, word: str) -> Text:
        return self._words[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


Label = Literal["clear", "lean", "either-will-do", "depends", "not-enough-evidence"]
"""How sure an answer is, the surest first."""
SUREST_FIRST: tuple[Label, ...] = get_args(Label)
UNDECIDED: tuple[Label, ...] = ("either-will-do", "depends", "not-enough-evidence")
"""Labels that name no winner."""
LABELS = Vocabulary("labels")
LABEL_MEANINGS = Vocabulary("label-meanings")
CONDITIONS = Vocabulary("conditions")
"""What the doctor looks at."""
VERDICTS = Vocabulary("verdicts")
RUN_VERDICTS = ("confirmed", "refuted", "inconclusive", "untested")
"""The verdicts that runs give, in the order they are told (`reasoning.readings.Verdict`)."""
BASES = Vocabulary("bases")
"""What a ground rests on."""
REVIEWS = Vocabulary("reviews")
READINGS = Vocabulary("readings")
TOPICS = Vocabulary("topics")


def topic(id: str) -> Text:
    """Return the name of a topic; one that is not built in is called by its id."""
    return TOPICS.get(id, Text(en=id, zh=id))


LEVELS = Vocabulary("levels")
SOURCE_KINDS = Vocabulary("source-kinds")
BELIEF_SOURCES = Vocabulary("source-kinds", "belief-sources")
"""What a belief can rest on."""
OUTCOMES = Vocabulary("outcomes")
IMPORTANCES = Vocabulary("importances")
RUN_OUTCOMES = Vocabulary("run-outcomes")
"""How a run ended."""
COUNTED = Vocabulary("counted")
"""Whether a measure counts for a project (`reasoning.advice.Counts`)."""


MEASURES = Vocabulary("measures")
"""What measures are called that no criterion reads."""


def amount(value: float | str | bool) -> Text:
    """Return a measured value in words: an outcome, or a number: three significant digits, or all before the point."""
    if isinstance(value, bool):
        return OUTCOMES["true" if value else "false"]
    if isinstance(value, str):
        return OUTCOMES.get(value, Text(en=value, zh=value))
    number = f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return Text(en=number, zh=number)
