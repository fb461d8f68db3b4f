"""The form of every command: shared options as one record, options made from the pack's questions, help by heading."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from textwrap import TextWrapper
from typing import Any, NamedTuple

import click

from advisor.cli.options import OWN, PACK, PROJECT, Option, Options
from advisor.errors import InputError, Problem
from advisor.knowledge.loading import known_pack
from advisor.knowledge.pack import BUILT_IN
from advisor.knowledge.question import UNKNOWN, Question
from advisor.text import did_you_mean, short

SHARED = {part.name for part in fields(Options)}
RESERVED = frozenset(
    [
        "answers",
        "weigh",
        "probe",
        "budget",
        "evidence",
        "store",
        "as-of",
        "pack",
        "format",
        "lang",
        "output",
        "force",
        "fail-on",
        "order",
        "version",
        "help",
        "from",
        "choose",
        "because",
        "decider",
        "update",
    ]
)
"""What no question can be called: the options of the commands that take questions."""


class QuestionOption(Option):
    """The option of one question of a pack; what is given to it is checked with all other answers."""

    def __init__(self, question: Question) -> None:
        several = " Several: repeat the option." if question.several else ""
        super().__init__(
            f"--{question.id}",
            "question_" + question.id.replace("-", "_"),  # no other parameter has such a name
            multiple=True,
            metavar="CHOICE",
            panel=PROJECT,
            help=f"{question.ask.en} {', '.join([*question.choice_ids, UNKNOWN])}.{several}",
        )
        self.question = question.id


def question_options(folders: tuple[Path, ...] = (BUILT_IN,)) -> list[QuestionOption]:
    """Return one option per question of a pack.

    Raises:
        InputError: the pack is not sound, or a question has the name of another option.
    """
    pack = known_pack(folders)
    for id in pack.questions:
        if id in RESERVED:
            what = f"the question `{id}` has the name of an option"
            raise InputError([Problem(f"{pack.folders[-1].name}/questions.yaml", what, "give it another id")])
    return [QuestionOption(question) for question in pack.questions.values()]


def packs_named(arguments: Sequence[str]) -> tuple[Path, ...]:
    """Return the folders that `--pack` names: they say which questions there are, before those can be parsed."""
    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    peek = click.Command("peek", params=[PACK], add_help_option=False, context_settings=settings)
    return tuple(peek.make_context("peek", list(arguments), resilient_parsing=True).params["pack"] or ())


class HelpFormatter(click.HelpFormatter):
    """Lists of options whose choices are never broken inside a word."""

    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms and their explanations in two columns."""
        terms = list(rows)
        margin = " " * self.current_indent
        column = min(max(len(term) for term, _ in terms), col_max) + col_spacing
        fill = TextWrapper(max(self.width - column - 2, 10), break_on_hyphens=False, break_long_words=False)
        for term, text in terms:
            lines = fill.wrap(inspect.cleandoc(text)) or [""]
            if len(term) > column - col_spacing:
                self.write(f"{margin}{term}\n")
                term = ""
            self.write(f"{margin}{term:{column}}{lines[0]}".rstrip() + "\n")
            self.write("".join(f"{margin}{'':{column}}{line}\n" for line in lines[1:]))


class Context(click.Context):
    """What is known while a command line is read.

    Attributes:
        questions: the options made from the pack's questions.
    """

    formatter_class = HelpFormatter
    questions: Sequence[QuestionOption] = ()


class Command(click.Command):
    """A command that gets the options it shares with others as one record, its argument `options`.

    Args:
        shared: these options; the help lists them after those of the command itself.
    """

    context_class = Context

    def __init__(
        self,
        name: str | None = None,
        *,
        params: Sequence[click.Parameter] | None = None,
        shared: Sequence[Option] = (),
        **attributes: Any,
    ) -> None:
        super().__init__(name, params=[*(params or ()), *shared], **attributes)

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command."""
        own = dict(ctx.params)
        given = {option.question: own.pop(option.name) for option in _questions(ctx)}
        shared = {name: own.pop(name) for name in SHARED & own.keys()}
        if shared:
            own["options"] = Options(questions={id: choices for id, choices in given.items() if choices}, **shared)
        return ctx.invoke(self.callback, **own) if self.callback is not None else None

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options by heading, in the order in which the command has them; the questions come first in theirs."""
        panels: dict[str, list[tuple[str, str]]] = {_panel(option): [] for option in _options(self.params)}
        for option in _options(self.get_params(ctx)):
            if (row := option.get_help_record(ctx)) is not None:
                panels.setdefault(_panel(option), []).append(row)
        for heading, rows in panels.items():
            with formatter.section(heading):
                formatter.write_dl(rows)


def _options(params: Iterable[click.Parameter]) -> Iterator[click.Option]:
    return (param for param in params if isinstance(param, click.Option))


def _panel(option: click.Option) -> str:
    return option.panel if isinstance(option, Option) else OWN


class ProjectCommand(Command):
    """A command that takes a project: every question of the pack is an option, also of a pack that `--pack` names."""

    def takes_answers(self, args: Sequence[str]) -> bool:
        """Say whether a command line can hold answers."""
        return True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read a command line."""
        if isinstance(ctx, Context) and self.takes_answers(args):
            ctx.questions = question_options(packs_named(args) or (BUILT_IN,))
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the options of the questions, then those of the command."""
        return [*_questions(ctx), *super().get_params(ctx)]


def _questions(ctx: click.Context) -> Sequence[QuestionOption]:
    return ctx.questions if isinstance(ctx, Context) else ()


class Group(click.Group, Command):
    """A command that only has commands of its own; called without one, it names them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read a command line.

        Raises:
            InputError: it is empty.
        """
        if not args:
            raise InputError([Problem(self.name or "", "a command is missing", f"legal: {', '.join(self.commands)}")])
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order in which they were added."""
        return list(self.commands)


class Lazy(NamedTuple):
    """A command that is imported when it is called.

    Attributes:
        module: where it is, under its name with `_` for `-`.
        summary: its line in the list of commands.
    """

    module: str
    summary: str


class LazyGroup(click.Group, ProjectCommand):
    """A command that takes a project itself, and has others below it.

    Args:
        lazy: the others, by name.
    """

    def __init__(self, name: str | None = None, *, lazy: Mapping[str, Lazy], **attributes: Any) -> None:
        super().__init__(name, invoke_without_command=True, no_args_is_help=False, **attributes)
        self.lazy = lazy

    def takes_answers(self, args: Sequence[str]) -> bool:
        """Say whether a command line can hold answers: where it calls another command it holds none for this one."""
        return not args or args[0] not in self.lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; None where there is none of that name."""
        if cmd_name not in self.lazy:
            return None
        command: click.Command = getattr(import_module(self.lazy[cmd_name].module), cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called and its arguments.

        Raises:
            InputError: there is none of that name.
        """
        if args[0] not in self.lazy:
            fix = did_you_mean(args[0], list(self.lazy))
            raise InputError([Problem("", f"there is no command `{short(args[0])}`", fix)])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in self.lazy.items()])
