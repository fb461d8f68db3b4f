"""Answers from flags, a file or the machine, each with its origin; one validation for all of them."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from advisor.errors import InputError, Problem, StoreError
from advisor.knowledge.condition import Is, questions_of
from advisor.knowledge.pack import Pack
from advisor.knowledge.question import Question
from advisor.knowledge.yaml_source import MAX_BYTES, YamlSource, parse_yaml
from advisor.reasoning.conditions import draw_answers
from advisor.reasoning.profile import Answer, Origin, Profile
from advisor.text import clean, did_you_mean

UNKNOWN = "unknown"
"""Written instead of a choice: not known, whatever the machine suggests."""


def make_profile(
    pack: Pack,
    flags: Mapping[str, Sequence[str]],
    file: Path | None = None,
    detected: Mapping[str, str] | None = None,
    origin: Origin = "flag",
) -> Profile:
    """Put a profile together: a flag wins over the file, the file over what was detected.

    Args:
        pack: the questions.
        flags: question id → what was given on the command line.
        file: an answers file.
        detected: question id → choice found on this machine (see `detect`).
        origin: how the flags were given.

    Raises:
        InputError: unknown questions or choices, several where one is allowed, impossible combinations; all at once.
        StoreError: the file cannot be read.
    """
    answers = {q: Answer(q, (choice,), "detected") for q, choice in (detected or {}).items()}
    problems: list[Problem] = []
    if file is not None:
        _merge(answers, problems, _from_file(pack, file))
    _merge(answers, problems, _from_flags(pack, flags, origin))
    if problems:
        raise InputError(problems)
    profile = Profile({q: answers[q] for q in pack.questions if q in answers and answers[q].choices})
    if clash := impossible_place(pack, profile):
        raise InputError([clash])
    return profile


def detect(pack: Pack) -> dict[str, str]:
    """Find out what this machine says about questions that may be detected: the operating system and Python."""
    python = f"python-3-{min(sys.version_info.minor, 14)}"
    found = {"os": _operating_system(), "python": python}
    return {
        question.id: found[question.detect]
        for question in pack.questions.values()
        if question.detect and found[question.detect] in question.choice_ids
    }


def _operating_system() -> str:
    system = platform.system()
    if system == "Windows":
        return "windows-native"
    if system == "Darwin":
        return "macos"
    return "windows-wsl2" if "microsoft" in platform.release().lower() else "linux"


Found = Iterable[tuple[str, Answer | None, list[Problem]]]


def _merge(answers: dict[str, Answer], problems: list[Problem], found: Found) -> None:
    for question, answer, wrong in found:
        problems += wrong
        if answer is not None:
            answers[question] = answer


def _from_flags(pack: Pack, flags: Mapping[str, Sequence[str]], origin: Origin) -> Found:
    for id, values in flags.items():
        if values:
            yield id, *check_answer(pack.questions[id], list(values), origin, f"--{id}")


def _from_file(pack: Pack, file: Path) -> Found:
    source = read_yaml(file)
    if not isinstance(source.value, dict):
        raise InputError([Problem(source.place(), "an answers file maps questions to choices", "good: `scale: large`")])
    for id, value in source.value.items():
        if id not in pack.questions:
            fix = did_you_mean(id, list(pack.questions))
            yield id, None, [Problem(source.place((id,), key=True), f"unknown question `{clean(id)}`", fix)]
            continue
        values = value if isinstance(value, list) else [value]
        yield id, *check_answer(pack.questions[id], values, "file", source.place((id,)))


def read_yaml(file: Path) -> YamlSource:
    """Read a YAML file the user named.

    Raises:
        StoreError: it cannot be read.
        InputError: it is no YAML of the strict subset.
    """
    try:
        with file.open("rb") as opened:
            return parse_yaml(opened.read(MAX_BYTES + 1), str(file))
    except OSError as error:
        raise StoreError([Problem(str(file), f"cannot be read: {error.strerror}", "check the name")]) from None


def check_answer(
    question: Question, values: Sequence[object], origin: Origin, place: str
) -> tuple[Answer | None, list[Problem]]:
    """Check one answer, wherever it came from.

    Returns:
        The answer (with no choices for "unknown"), or None and what is wrong.
    """
    legal = question.choice_ids
    if list(values) == [UNKNOWN]:
        return Answer(question.id, (), origin), []
    problems = [
        Problem(
            place,
            f"`{clean(str(value))}` is no choice of {question.id}",
            did_you_mean(str(value), [*legal, UNKNOWN]),
        )
        for value in values
        if value not in legal
    ]
    chosen = tuple(choice for choice in legal if choice in values)
    if not problems and len(chosen) > 1 and not question.several:
        problems = [
            Problem(
                place,
                f"{question.id} takes one choice, not {len(chosen)}",
                f"choose one of {', '.join(chosen)}",
            )
        ]
    if not problems and "none" in chosen and len(chosen) > 1:
        problems = [Problem(place, f"{question.id}: `none` excludes the others", "leave out `none` or the rest")]
    return (None, problems) if problems else (Answer(question.id, chosen, origin), [])


def impossible_place(pack: Pack, profile: Profile) -> Problem | None:
    """Return the problem of a profile whose answers cannot all be true, if there is one."""
    for one in pack.impossible:
        answers = draw_answers(pack.questions, (one.when,), profile, 1)
        known = {part.question for part in questions_of(one.when) if isinstance(part, Is)}
        if known <= set(profile.answers) and not answers.possible.ndim and not answers.possible:
            given = ", ".join(f"{q} = {'+'.join(profile.known(q))}" for q in sorted(known))
            return Problem("answers", f"{given} cannot all be true: {one.because.en}", "change one of them")
    return None
