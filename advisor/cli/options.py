"""The options every answering command shares; those of the questions are made from the pack."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from advisor.ask import UNKNOWN
from advisor.errors import InputError, Problem
from advisor.evidence.stacks import probed_pack
from advisor.knowledge.criterion import WEIGHT
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.pipeline import Probing, Request
from advisor.text import Lang, did_you_mean, preferred_lang, short

Format = Literal["text", "json", "markdown", "html"]
LISTED: tuple[Format, ...] = ("text", "json")
"""The formats every command knows."""
ANSWERED: tuple[Format, ...] = (*LISTED, "markdown", "html")
"""The formats an answer is given in."""
Order = Literal["value", "fixed"]
"""Of the questions: the most telling first, or as the pack lists them."""
PROBING = ("auto", "none", "quick", "full")
FAIL_ON = ("lean", "tie", "unmeasured", "stale")

PROJECT = "The project (every question is an option; what is not given is unknown)"
EVIDENCE = "Evidence"
OUTPUT = "Output"


Folders = tuple[Path, ...]


def pack(folders: Folders = (BUILT_IN,)) -> Pack:
    """Return the pack that folders make together, read once per process."""
    return probed_pack(folders)


def _option(
    name: str, kind: Any, default: Any, text: str, panel: str, metavar: str | None = None, key: str = ""
) -> inspect.Parameter:
    annotation = Annotated[kind, typer.Option(f"--{name}", help=text, rich_help_panel=panel, metavar=metavar)]
    return inspect.Parameter(
        key or name.replace("-", "_"), inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def question_options(folders: Folders = (BUILT_IN,)) -> list[inspect.Parameter]:
    """Return one option per question of a pack.

    Raises:
        InputError: the pack is not sound, or a question has the name of another option.
    """
    found = []
    for question in pack(folders).questions.values():
        if question.id in TAKEN:
            what = f"the question `{question.id}` has the name of an option"
            raise InputError([Problem(f"{folders[-1].name}/questions.yaml", what, "give it another id")])
        choices = ", ".join([*question.choice_ids, UNKNOWN])
        several = " Several: repeat the option." if question.several else ""
        text = f"{question.ask.en} {choices}.{several}"
        found.append(_option(question.id, list[str] | None, None, text, PROJECT, "CHOICE", _key(question.id)))
    return found


OTHERS = "answers, weigh, probe, budget, evidence, store, as-of, pack, format, lang, output, force, fail-on, order, version, help"
TAKEN = frozenset(OTHERS.split(", "))
"""What no question can be called."""


def _key(question: str) -> str:
    """Return the name of a question's parameter: one that no word of Python can be."""
    return "question_" + question.replace("-", "_")


def request_options() -> list[inspect.Parameter]:
    """Return the options beside the questions that say what is known of the project, and how it is measured."""
    return [
        _option("answers", Path | None, None, "A YAML file of answers: one `question: choice` per line.", PROJECT, "FILE"),
        _option("weigh", list[str] | None, None, f"Set a criterion's importance by hand: {', '.join(WEIGHT)}.", PROJECT, "CRITERION=LEVEL"),
        _option("probe", str, "auto", "auto: use fresh evidence, measure what is missing; none; quick; full.", EVIDENCE, "HOW"),
        _option("budget", str | None, None, "Most time to measure, such as 90s or 5m (default 120s; full: 60m).", EVIDENCE, "TIME"),
    ]  # fmt: skip


def evidence_options() -> list[inspect.Parameter]:
    """Return the options that say where knowledge and evidence come from."""
    return [
        _option("evidence", list[Path] | None, None, "Use these runs and touch no store (JSON lines; repeatable).", EVIDENCE, "FILE"),
        _option("store", Path | None, None, "Where runs are kept (default: the user's data folder).", EVIDENCE, "FILE"),
        _option("as-of", str | None, None, "The date of the answer (default: today).", EVIDENCE, "YYYY-MM-DD"),
        _option("pack", list[Path] | None, None, "Another folder of knowledge: an overlay, or one that stands alone (repeatable).", EVIDENCE, "DIR"),
    ]  # fmt: skip


def output_options() -> list[inspect.Parameter]:
    """Return the options that say how an answer is shown."""
    return [
        _option("format", str, "text", "text or json.", OUTPUT, "text|json"),
        _option("lang", str | None, None, "en or zh (default: the locale's).", OUTPUT, "en|zh"),
    ]


def answered_options() -> list[inspect.Parameter]:
    """Return the options that say how an answer to the whole question is shown."""
    text = "text, json, markdown, or html: a page with charts (needs the report extra)."
    return [_option("format", str, "text", text, OUTPUT, "|".join(ANSWERED)), *language_options()]


def explained_options() -> list[inspect.Parameter]:
    """Return the options that say how an explanation is shown."""
    text = "text, json or markdown."
    return [_option("format", str, "text", text, OUTPUT, "text|json|markdown"), *language_options()]


def language_options() -> list[inspect.Parameter]:
    """Return the option that says in which language."""
    return [one for one in output_options() if one.name == "lang"]


def add_group(app: typer.Typer, name: str, text: str, commands: Mapping[str, Callable[..., Any]]) -> None:
    """Add a command that only has commands of its own; called without one, it names them.

    Raises:
        InputError: when it is so called.
    """
    group = typer.Typer(help=text, no_args_is_help=False)

    def named(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            raise InputError([Problem(name, "a command is missing", f"legal: {', '.join(commands)}")])

    group.callback(invoke_without_command=True, help=text)(named)
    for word, command in commands.items():
        group.command(word)(command)
    app.add_typer(group, name=name)


def with_options(
    command: Callable[..., Any], *groups: list[inspect.Parameter], own_last: bool = False
) -> Callable[..., Any]:
    """Return a command that takes further options, given to its `options` argument as a dict.

    Args:
        command: a function whose last parameter is `options: dict`.
        groups: the options to add.
        own_last: whether the help lists the command's own options after these.
    """
    extra = [option for group in groups for option in group]
    own = [one for one in inspect.signature(command, eval_str=True).parameters.values() if one.name != "options"]

    def call(**values: Any) -> Any:
        options = {option.name: values.pop(option.name, option.default) for option in extra}
        return command(**values, options=options)

    call.__name__, call.__doc__ = command.__name__, command.__doc__
    own = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
    parameters = [*extra, *own] if own_last else [*own, *extra]
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {one.name: one.annotation for one in parameters}
    return call


def request_from(options: dict[str, Any]) -> Request:
    """Return the request the options describe.

    Raises:
        InputError: an option whose value is not legal; names the legal ones.
    """
    folders = tuple(options.get("pack") or (BUILT_IN,))
    knowledge = pack(folders)
    return Request(
        flags={id: values for id in knowledge.questions if (values := options.get(_key(id)))},
        answers=options.get("answers"),
        weigh=_weigh(options.get("weigh") or [], list(knowledge.criteria)),
        probe=cast(Probing, one_of("--probe", options.get("probe") or "auto", PROBING)),
        budget=seconds_of(options.get("budget")),
        evidence=tuple(options.get("evidence") or ()),
        store=options.get("store"),
        as_of=date_of(options.get("as_of")),
        pack=folders,
    )


def one_of(option: str, value: str, legal: tuple[str, ...]) -> str:
    """Return a value that must be one of a few.

    Raises:
        InputError: it is not.
    """
    if value not in legal:
        raise InputError([Problem(option, f"`{short(value)}` is not legal", did_you_mean(value, list(legal)))])
    return value


def lang_of(options: dict[str, Any]) -> Lang:
    """Return the language asked for, or the locale's."""
    given = options.get("lang")
    return Lang(one_of("--lang", given, ("en", "zh"))) if given else preferred_lang()


def format_of(options: dict[str, Any], legal: tuple[Format, ...] = LISTED) -> Format:
    """Return the format asked for.

    Raises:
        InputError: the command has no such format.
    """
    return cast(Format, one_of("--format", options.get("format") or "text", legal))


def _weigh(given: list[str], criteria: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given:
        criterion, equals, level = one.partition("=")
        if not equals:
            example = next(name for name in (one, "distributed-training", *criteria) if name in criteria)
            fix = f"good: {example}=major; levels: {', '.join(WEIGHT)}"
            raise InputError([Problem("--weigh", f"`{short(one)}` has no level", fix)])
        if criterion not in criteria:
            fix = did_you_mean(criterion, criteria)
            raise InputError([Problem("--weigh", f"`{short(criterion)}` is no criterion", fix)])
        if criterion in found:
            raise InputError([Problem("--weigh", f"`{criterion}` is weighed twice", "give it once")])
        found[criterion] = one_of(f"--weigh {criterion}", level, tuple(WEIGHT))
    return found


def seconds_of(given: str | None) -> float | None:
    """Return a span of time such as 90s or 5m in seconds.

    Raises:
        InputError: it is no such span, or more than a day.
    """
    if given is None:
        return None
    number, unit = (given[:-1], given[-1]) if given[-1:] in ("s", "m") else (given, "s")
    try:
        seconds = float(number) * (60 if unit == "m" else 1)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 86_400:
        raise InputError([Problem("--budget", f"`{short(given)}` is no time", "good: 90s, 5m")])
    return seconds


def date_of(given: str | None) -> date:
    """Return a date given as YYYY-MM-DD, today without one.

    Raises:
        InputError: it is no date.
    """
    if given is None:
        return date.today()
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InputError([Problem("--as-of", f"`{short(given)}` is no date", "good: 2026-11-23")]) from None
