"""The form of every command: shared options as one record, options made from the pack's questions, commands imported late."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

from advisor.cli.options import PROJECT, Options, PackFolders
from advisor.errors import InputError, Problem
from advisor.knowledge.loading import known_pack
from advisor.knowledge.pack import BUILT_IN
from advisor.knowledge.question import UNKNOWN, Question
from advisor.text import did_you_mean, short

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


QUESTIONS = "questions"
"""The key under which a command line keeps what was answered, by question."""
SETTINGS: Mapping[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False}
"""What every Typer application here is made with."""

Function = Callable[..., Any]


def shares(*names: str, format: Any = None) -> Callable[[Function], Function]:
    """Make a command take shared options beside its own, and get them as one record: its last parameter, `options`.

    Args:
        names: fields of `Options`; the help lists them after the command's own options.
        format: the `--format` of the command, where it is not that of a list.
    """

    def decorate(function: Function) -> Function:
        own_parameters = inspect.signature(function, eval_str=True).parameters
        parameters = [
            parameter.replace(kind=parameter.KEYWORD_ONLY)
            for parameter in own_parameters.values()
            if parameter.name != "options"
        ]
        context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        parameters = [parameter for parameter in parameters if parameter.name != context.name]

        def call(context: typer.Context, **values: Any) -> Any:
            options = Options(context.meta.get(QUESTIONS, {}), **{name: values.pop(name) for name in names})
            return function(**values, options=options, **({"context": context} if "context" in own_parameters else {}))

        call.__name__, call.__doc__ = function.__name__, function.__doc__
        signature = inspect.Signature([*parameters, *(_parameter(name, format) for name in names), context])
        call.__signature__ = signature  # type: ignore[attr-defined]
        call.__annotations__ = {parameter.name: parameter.annotation for parameter in signature.parameters.values()}
        return call

    return decorate


def _parameter(name: str, format: Any) -> inspect.Parameter:
    """Return the parameter of a shared option."""
    annotation = Annotated[str, format] if name == "format" and format is not None else _annotations()[name]
    (default,) = (option.default for option in fields(Options) if option.name == name)
    assert default is not MISSING
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


@cache
def _annotations() -> Mapping[str, Any]:
    return get_type_hints(Options, include_extras=True)


def takes_project(function: Function) -> Function:
    """Make a command take a project: every question of the pack is an option of it."""
    function.command_class = ProjectCommand  # type: ignore[attr-defined]
    return function


def question_parameters(folders: tuple[Path, ...] = (BUILT_IN,)) -> list[inspect.Parameter]:
    """Return the parameter of each question of a pack; what is given is checked with all other answers.

    Raises:
        InputError: the pack is not sound, or a question has the name of another option.
    """
    pack = known_pack(folders)
    for id in pack.questions:
        if id in RESERVED:
            problem = f"the question `{id}` has the name of an option"
            raise InputError([Problem(f"{pack.folders[-1].name}/questions.yaml", problem, "give it another id")])
    return [_question_parameter(question) for question in pack.questions.values()]


def _question_parameter(question: Question) -> inspect.Parameter:
    several = " Several: repeat the option." if question.several else ""
    text = f"{question.ask.en} {', '.join([*question.choice_ids, UNKNOWN])}.{several}"
    option = typer.Option(f"--{question.id}", metavar="CHOICE", rich_help_panel=PROJECT, help=text)
    name = "question_" + question.id.replace("-", "_")  # no other parameter has such a name
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[list[str] | None, option]
    )


def as_command(function: Function, cls: type[TyperCommand] = TyperCommand, **settings: Any) -> Any:
    """Return the command that Typer makes of a function."""
    app = typer.Typer(**SETTINGS)
    app.command(cls=cls, **settings)(function)
    return typer.main.get_command(app)


def _question_options(folders: tuple[Path, ...]) -> list[Any]:
    """Return the options of a pack's questions, as Typer makes them."""

    def questions(**_answers: Any) -> None:
        """Stand in for a command: only its options are wanted."""

    parameters = question_parameters(folders)
    questions.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    questions.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return list(as_command(questions).params)


def packs_named(arguments: Sequence[str]) -> tuple[Path, ...]:
    """Return the folders that `--pack` names: they say which questions there are, before those can be parsed."""
    if not any(word.startswith("--pack") for word in arguments):
        return ()

    def peek(pack: PackFolders = None) -> None:
        """Stand in for a command: only its option is wanted."""

    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    peeking = as_command(peek, add_help_option=False, context_settings=settings)
    return tuple(peeking.make_context("peek", list(arguments), resilient_parsing=True).params["pack"] or ())


class TakesProject:
    """What a command and a group that take a project have in common."""

    params: list[Any]

    def take_questions(self, arguments: Sequence[str]) -> None:
        """Add the questions' options, those of the packs that the arguments name, before the command's own."""
        own_names = {param.name for param in self.params}
        options = _question_options(packs_named(arguments) or (BUILT_IN,))
        self.params = [*(option for option in options if option.name not in own_names), *self.params]


def keep_answers(context: Any) -> None:
    """Move the answers from a command line's parameters to its context, where the record of shared options gets them."""
    answered = {}
    for param in context.command.params:
        if str(param.name).startswith("question_") and (choices := context.params.pop(param.name, None)):
            answered[param.opts[0].removeprefix("--")] = tuple(choices)
    context.meta[QUESTIONS] = answered


class ProjectCommand(TakesProject, TyperCommand):
    """A command that takes a project: every question of the pack is an option, also of a pack that `--pack` names."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read a command line."""
        self.take_questions(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Call the command."""
        keep_answers(ctx)
        return super().invoke(ctx)


class Group(TyperGroup):
    """A command that only has commands of its own; called without one, it names them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read a command line.

        Raises:
            InputError: it is empty.
        """
        if not args:
            raise InputError([Problem(self.name or "", "a command is missing", f"legal: {', '.join(self.commands)}")])
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands, in the order in which they were added."""
        return list(self.commands)


class LazyGroup(TakesProject, TyperGroup):
    """A command that takes a project itself, and has others below it, imported when they are called.

    Attributes:
        lazy: the others: name → the module that holds it, under its name with `_` for `-`: a function, or a Typer application
            with commands of its own.
    """

    lazy: Mapping[str, str] = {}

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read a command line: where it calls another command it holds no answers for this one."""
        if not args or args[0] not in self.lazy:
            self.take_questions(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Call the command, or the one below it that is named."""
        keep_answers(ctx)
        return super().invoke(ctx)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands."""
        return list(self.lazy)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; None where there is none of that name."""
        if cmd_name not in self.lazy:
            return None
        below = getattr(import_module(self.lazy[cmd_name]), cmd_name.replace("-", "_"))
        if isinstance(below, typer.Typer):
            command = typer.main.get_command(below)
        else:
            command = as_command(below, getattr(below, "command_class", TyperCommand))
        command.name = cmd_name
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that is called and its arguments.

        Raises:
            InputError: there is none of that name.
        """
        if args[0] not in self.lazy:
            fix = did_you_mean(args[0], list(self.lazy))
            raise InputError([Problem("", f"there is no command `{short(args[0])}`", fix)])
        return super().resolve_command(ctx, args)
