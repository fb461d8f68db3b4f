"""The profile: the known answers of a project, and where each came from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

Origin = Literal["asked", "flag", "file", "scanned", "detected", "default"]
Origins = Origin | Mapping[str, Origin]
"""How answers became known: all alike, or by question; what is not named was given as an option."""


class Answer(Struct, frozen=True):
    """The choices given to one question, and where they came from.

    Attributes:
        formerly: the ids of earlier versions that some of them were given by; `choices` holds what they became.
        places: where each choice was read: in what was given, `advise.yaml:3:14`, or, of a scanned answer, in the repository,
            `src/model.py:12`; empty where that is not kept.
    """

    question: str
    choices: tuple[str, ...]
    origin: Origin
    formerly: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


class Scanned(Struct, frozen=True):
    """What a repository says about its project.

    Attributes:
        folder: the repository; None where none was scanned.
        answers: those it proposes, by question.
    """

    folder: Path | None
    answers: Mapping[str, Answer]


NOTHING_SCANNED = Scanned(None, {})


class Profile(Struct, frozen=True):
    """All known answers of one project, by question. A question without an answer is unknown."""

    answers: Mapping[str, Answer]

    def known(self, question: str) -> tuple[str, ...]:
        """Return the choices given to a question; empty where it is unknown."""
        answer = self.answers.get(question)
        return answer.choices if answer else ()

    def with_answers(self, answers: Mapping[str, tuple[str, ...]]) -> Profile:
        """Return the same project with several answers changed."""
        changed_answers = {id: Answer(id, choices, "flag") for id, choices in answers.items() if choices}
        return Profile({**{id: answer for id, answer in self.answers.items() if id not in answers}, **changed_answers})

    def with_answer(self, question: str, choices: tuple[str, ...]) -> Profile:
        """Return the same project with one answer changed (or removed, where no choices are given)."""
        other_answers = {id: answer for id, answer in self.answers.items() if id != question}
        if not choices:
            return Profile(other_answers)
        return Profile({**other_answers, question: Answer(question, choices, "flag")})
