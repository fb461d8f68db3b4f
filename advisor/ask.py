"""Answers from flags, a file or the machine, each with its origin; one validation for all of them."""

from __future__ import annotations

import platform
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from advisor.errors import InputError, Problem
from advisor.files import read_named
from advisor.knowledge.condition import Is, questions_of
from advisor.knowledge.pack import Pack
from advisor.knowledge.question import UNKNOWN, Impossible, Question
from advisor.knowledge.yaml_source import MAX_BYTES, YamlSource, parse_yaml
from advisor.reasoning.conditions import draw_answers
from advisor.reasoning.profile import Answer, Origin, Origins, Profile
from advisor.text import did_you_mean, short


def make_profile(
    pack: Pack,
    flags: Mapping[str, Sequence[str]],
    file: Path | None = None,
    detected: Mapping[str, str] | None = None,
    origin: Origins = "flag",
) -> Profile:
    """Put a profile together: a flag wins over the file, the file over the pack's defaults, these over what was detected.

    What was detected, and what holds by default, gives way where it contradicts what was given: this project may differ.

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
    found = {q: Answer(q, (choice,), "detected") for q, choice in (detected or {}).items()}
    usual = {q: Answer(q, choices, "default") for q, choices in pack.defaults.items()}
    answers = found | usual | given_answers(pack, flags, file, origin)
    profile = Profile({q: answers[q] for q in pack.questions if q in answers and answers[q].choices})
    while clash := _clash(pack, profile):
        doubtful = {q for q in _questions_in(clash) if profile.answers[q].origin in ("detected", "default")}
        if not doubtful:
            raise InputError([_clash_problem(profile, clash)])
        profile = Profile({q: one for q, one in profile.answers.items() if q not in doubtful})
    return profile


def given_answers(
    pack: Pack, flags: Mapping[str, Sequence[str]], file: Path | None = None, origin: Origins = "flag"
) -> dict[str, Answer]:
    """Return what the user said, by question; an explicit "unknown" is an answer without choices.

    Raises:
        InputError: as `make_profile`, but for impossible combinations.
        StoreError: the file cannot be read.
    """
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    if file is not None:
        _merge(answers, problems, _from_file(pack, file))
    _merge(answers, problems, _from_flags(pack, flags, origin))
    if problems:
        raise InputError(problems)
    return answers


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


CheckedAnswers = Iterable[tuple[str, Answer | None, list[Problem]]]


def _merge(answers: dict[str, Answer], problems: list[Problem], found: CheckedAnswers) -> None:
    for question, answer, wrong in found:
        problems += wrong
        if answer is not None:
            answers[question] = answer


def _from_flags(pack: Pack, flags: Mapping[str, Sequence[str]], origin: Origins) -> CheckedAnswers:
    for id, values in flags.items():
        if id not in pack.questions:
            yield id, None, [_unknown_question(pack, id, f"--{short(id)}")]
        elif values:
            how = origin if isinstance(origin, str) else origin.get(id, "flag")
            yield id, *check_answer(pack.questions[id], list(values), how, f"--{id}")


def _from_file(pack: Pack, file: Path) -> CheckedAnswers:
    source = read_yaml(file)
    if not isinstance(source.value, dict):
        raise InputError([Problem(source.place(), "an answers file maps questions to choices", "good: `scale: large`")])
    for id, value in source.value.items():
        if id not in pack.questions:
            yield id, None, [_unknown_question(pack, id, source.place((id,), key=True))]
            continue
        values = value if isinstance(value, list) else [value]
        yield id, *check_answer(pack.questions[id], values, "file", source.place((id,)))


def _unknown_question(pack: Pack, id: str, place: str) -> Problem:
    return Problem(place, f"unknown question `{short(id)}`", did_you_mean(id, list(pack.questions)))


def read_yaml(file: Path) -> YamlSource:
    """Read a YAML file the user named.

    Raises:
        StoreError: it cannot be read.
        InputError: it is no YAML of the strict subset.
    """
    return parse_yaml(read_named(file, MAX_BYTES).removeprefix(BOM_UTF8), str(file))


def check_answer(
    question: Question, values: Sequence[object], origin: Origin, place: str
) -> tuple[Answer | None, list[Problem]]:
    """Check one answer, wherever it came from.

    Returns:
        The answer (with no choices for "unknown"), or None and what is wrong.
    """
    legal = question.choice_ids
    if values and all(value == UNKNOWN for value in values):
        return Answer(question.id, (), origin), []
    problems = [
        Problem(place, f"`{short(value)}` is no choice of {question.id}", did_you_mean(str(value), [*legal, UNKNOWN]))
        for value in values
        if value not in (*legal, UNKNOWN)
    ]
    chosen = tuple(choice for choice in legal if choice in values)
    if not problems and (wrong := _wrong_together(question, chosen, UNKNOWN in values)):
        problems = [Problem(place, *wrong)]
    return (None, problems) if problems else (Answer(question.id, chosen, origin), [])


def _wrong_together(question: Question, chosen: tuple[str, ...], unknown: bool) -> tuple[str, str] | None:
    """Say what is wrong with legal choices taken together, and what to do, if something is."""
    if unknown:
        return f"{question.id}: `{UNKNOWN}` stands alone", f"leave out `{UNKNOWN}` or the rest"
    if not chosen:
        return f"{question.id} is given no choice", f"name one, or write `{UNKNOWN}`"
    if len(chosen) > 1 and not question.several:
        return f"{question.id} takes one choice, not {len(chosen)}", f"choose one of {', '.join(chosen)}"
    if len(chosen) > 1 and "none" in chosen:
        return f"{question.id}: `none` excludes the others", "leave out `none` or the rest"
    return None


def impossible_place(pack: Pack, profile: Profile) -> Problem | None:
    """Return the problem of a profile whose answers cannot all be true, if there is one."""
    clash = _clash(pack, profile)
    return _clash_problem(profile, clash) if clash else None


def _clash(pack: Pack, profile: Profile) -> Impossible | None:
    """Return the impossible combination that a profile holds, if it does."""
    for one in pack.impossible:
        if _questions_in(one) <= set(profile.answers):
            answers = draw_answers(pack.questions, (one.when,), profile, 1)
            if not answers.possible.ndim and not answers.possible:
                return one
    return None


def _questions_in(one: Impossible) -> set[str]:
    """Return the questions an impossible combination speaks of."""
    return {part.question for part in questions_of(one.when) if isinstance(part, Is)}


def _clash_problem(profile: Profile, clash: Impossible) -> Problem:
    given = ", ".join(f"{q} = {'+'.join(profile.known(q))}" for q in sorted(_questions_in(clash)))
    return Problem("answers", f"{given} cannot all be true: {clash.because.en}", "change one of them")
