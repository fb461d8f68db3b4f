"""The options every answering command shares; those of the questions are made from the pack."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from advisor.advise import Probing, Request
from advisor.ask import UNKNOWN
from advisor.errors import InputError, Problem
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import BUILT_IN, Pack, known_pack
from advisor.text import Lang, did_you_mean, preferred_lang

Format = Literal["text", "json"]
PROBING = ("auto", "none", "quick", "full")
FAIL_ON = ("lean", "tie", "unmeasured", "stale")

PROJECT = "The project (every question is an option; what is not given is unknown)"
EVIDENCE = "Evidence"
OUTPUT = "Output"


def pack(folder: Path = BUILT_IN) -> Pack:
    """Return a pack, read once per process."""
    return known_pack(folder)


def _option(name: str, kind: Any, default: Any, text: str, panel: str, metavar: str | None = None) -> inspect.Parameter:
    annotation = Annotated[kind, typer.Option(f"--{name}", help=text, rich_help_panel=panel, metavar=metavar)]
    return inspect.Parameter(
        name.replace("-", "_"), inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def question_options() -> list[inspect.Parameter]:
    """Return one option per question of the built-in pack."""
    found = []
    for question in pack().questions.values():
        choices = "|".join(question.choice_ids)
        several = " Several: repeat the option." if question.several else ""
        text = f"{question.ask.en} [{choices}|{UNKNOWN}]{several}"
        found.append(_option(question.id, list[str] | None, None, text, PROJECT, "CHOICE"))
    return found


def request_options() -> list[inspect.Parameter]:
    """Return the options that say where answers and evidence come from."""
    return [
        _option("answers", Path | None, None, "A YAML file of answers: one `question: choice` per line.", PROJECT, "FILE"),
        _option("weigh", list[str] | None, None, f"Set a criterion's importance by hand: CRITERION={'|'.join(WEIGHT)}.", PROJECT, "C=LEVEL"),
        _option("probe", str, "auto", "auto: use fresh evidence, measure what is missing; none; quick; full.", EVIDENCE, "|".join(PROBING)),
        _option("budget", str | None, None, "Most time to measure, such as 90s or 5m (default 120s; full: 15m).", EVIDENCE, "TIME"),
        _option("evidence", list[Path] | None, None, "Use these runs and touch no store (JSON lines; repeatable).", EVIDENCE, "FILE"),
        _option("store", Path | None, None, "Where runs are kept (default: the user's data folder).", EVIDENCE, "FILE"),
        _option("as-of", str | None, None, "The date of the answer (default: today).", EVIDENCE, "YYYY-MM-DD"),
        _option("pack", Path | None, None, "Another folder of knowledge instead of the built-in one.", EVIDENCE, "DIR"),
    ]  # fmt: skip


def output_options() -> list[inspect.Parameter]:
    """Return the options that say how an answer is shown."""
    return [
        _option("format", str, "text", "text or json.", OUTPUT, "text|json"),
        _option("lang", str | None, None, "en or zh (default: the locale's).", OUTPUT, "en|zh"),
    ]


def with_options(command: Callable[..., Any], *groups: list[inspect.Parameter]) -> Callable[..., Any]:
    """Return a command that takes further options, given to its `options` argument as a dict.

    Args:
        command: a function whose last parameter is `options: dict`.
        groups: the options to add.
    """
    extra = [option for group in groups for option in group]
    own = [one for one in inspect.signature(command, eval_str=True).parameters.values() if one.name != "options"]

    def call(**values: Any) -> Any:
        options = {option.name: values.pop(option.name) for option in extra}
        return command(**values, options=options)

    call.__name__, call.__doc__ = command.__name__, command.__doc__
    parameters = [*(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own), *extra]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {one.name: one.annotation for one in parameters}
    return call


def request_from(options: dict[str, Any]) -> Request:
    """Return the request the options describe.

    Raises:
        InputError: an option whose value is not legal; names the legal ones.
    """
    flags = {id: values for id in pack().questions if (values := options.get(id.replace("-", "_")))}
    return Request(
        flags=flags,
        answers=options.get("answers"),
        weigh=_weigh(options.get("weigh") or []),
        probe=cast(Probing, one_of("--probe", options.get("probe") or "auto", PROBING)),
        budget=_seconds(options.get("budget")),
        evidence=tuple(options.get("evidence") or ()),
        store=options.get("store"),
        as_of=_date(options.get("as_of")),
        pack=options.get("pack") or BUILT_IN,
    )


def one_of(option: str, value: str, legal: tuple[str, ...]) -> str:
    """Return a value that must be one of a few.

    Raises:
        InputError: it is not.
    """
    if value not in legal:
        raise InputError([Problem(option, f"`{value}` is not legal", did_you_mean(value, list(legal)))])
    return value


def lang_of(options: dict[str, Any]) -> Lang:
    """Return the language asked for, or the locale's."""
    given = options.get("lang")
    return Lang(one_of("--lang", given, ("en", "zh"))) if given else preferred_lang()


def format_of(options: dict[str, Any]) -> Format:
    """Return the format asked for."""
    return cast(Format, one_of("--format", options.get("format") or "text", ("text", "json")))


def _weigh(given: list[str]) -> dict[str, str]:
    found = {}
    for one in given:
        criterion, _, level = one.partition("=")
        if criterion not in pack().criteria:
            fix = did_you_mean(criterion, list(pack().criteria))
            raise InputError([Problem("--weigh", f"`{criterion}` is no criterion", fix)])
        found[criterion] = one_of(f"--weigh {criterion}", level, tuple(WEIGHT))
    return found


def _seconds(given: str | None) -> float | None:
    if given is None:
        return None
    number, unit = (given[:-1], given[-1]) if given[-1:] in ("s", "m") else (given, "s")
    try:
        seconds = float(number) * (60 if unit == "m" else 1)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 86_400:
        raise InputError([Problem("--budget", f"`{given}` is no time", "good: 90s, 5m")])
    return seconds


def _date(given: str | None) -> date:
    if given is None:
        return date.today()
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InputError([Problem("--as-of", f"`{given}` is no date", "good: 2026-11-23")]) from None
