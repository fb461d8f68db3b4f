"""The answers of a questionnaire that was not finished, kept so that the next one can go on where it stopped."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from advisor.ask import check_answer, read_yaml
from advisor.errors import AdvisorError
from advisor.files import write_whole
from advisor.folders import state_folder
from advisor.knowledge.pack import Pack
from advisor.knowledge.question import UNKNOWN

NAME = "unfinished.yaml"


class Unfinished(Struct, frozen=True):
    """What was answered before, in the order in which it was asked, and the day it was."""

    answers: Mapping[str, list[str]]
    day: date


def answers_yaml(answers: Mapping[str, Sequence[str]]) -> str:
    """Return answers as the text of an answers file; `unknown` where the user said so."""
    lines = [
        f"{id}: {_as_yaml(choices[0]) if len(choices) == 1 else '[' + ', '.join(choices) + ']'}"
        for id, choices in answers.items()
    ]
    return "\n".join(lines or [f"scale: {UNKNOWN}"]) + "\n"


def _as_yaml(choice: str) -> str:
    """Return a choice as YAML: that of a workload may be a family with its sizes, and is then a mapping."""
    return f"{{{choice}}}" if ": " in choice else choice


def unfinished_file() -> Path | None:
    """Return the file the answers are kept in; None where this user has no home."""
    folder = state_folder()
    return folder / NAME if folder else None


def keep_unfinished(answers: Mapping[str, Sequence[str]]) -> Path | None:
    """Keep the answers so far.

    Returns:
        The file; None where nothing can be kept.
    """
    file = unfinished_file()
    if file is None:
        return None
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(file, answers_yaml(answers), force=True, durable=False)
    except (OSError, AdvisorError):
        return None
    return file


def read_unfinished(pack: Pack) -> Unfinished | None:
    """Return what was answered before, as far as this pack still asks it; None where there is nothing."""
    file = unfinished_file()
    answers: dict[str, list[str]] = {}
    with contextlib.suppress(OSError, AdvisorError):
        if file is None or not file.is_file():
            return None
        day = date.fromtimestamp(file.stat().st_mtime)
        value = read_yaml(file).value
        for id, written in value.items() if isinstance(value, dict) else ():
            if id in pack.questions and not pack.questions[id].fact:
                answer, _ = check_answer(
                    pack.questions[id], written if isinstance(written, list) else [written], "asked", id
                )
                if answer is not None:
                    answers[id] = list(answer.choices) or [UNKNOWN]
        return Unfinished(answers, day) if answers else None
    return None


def forget_unfinished() -> None:
    """Remove what was kept: the questionnaire is finished."""
    with contextlib.suppress(OSError):
        if file := unfinished_file():
            file.unlink(missing_ok=True)
