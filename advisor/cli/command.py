"""The form of every command: shared options as one record, options made from the pack's questions, commands imported late."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

from advisor.cli.completion import completing
from advisor.cli.example_lines import example_text
from advisor.cli.options import PROJECT, TOPICS, Options, PackFolders
from advisor.errors import InputError, Problem
from advisor.knowledge.loading import load_known_pack
from advisor.knowledge.pack import BUILT_IN
from advisor.knowledge.package import DEPENDS_ON
from advisor.knowledge.question import SCANNED, UNKNOWN, Choice, Question
from advisor.text import did_you_mean, short

RESERVED = frozenset(
    [
        "answers",
        "weigh",
        "probe",
        "budget",
        "wait",
        "quiet",
        "evidence",
        "store",
        "measured-on",
        "own",
        "as-of",
        "pack",
        "format",
        "lang",
        "output",
        "force",
        "fail-on",
        "details",
        "order",
        "version",
        "help",
        "install-completion",
        "show-completion",
        "from",
        "choose",
        "because",
        "decider",
        "source",
        "update",
        "scan",
        SCANNED,
        DEPENDS_ON,
    ]
)
"""What no question can be called: the options of the commands that take questions, and what else an answers file holds."""


QUESTIONS = "questions"
"""The key under which a command line keeps what was answered, by question."""
SETTINGS: Mapping[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False}
"""What every Typer application here is made with."""

Function = Callable[..., Any]


def with_shared_options(*names: str, format: Any = None) -> Callable[[Function], Function]:
    """Return a decorator that gives a command shared options, and passes them as one record, `options`.

    Args:
        names: fields of `Options`; the help lists them after the command's own options.
        format: the `--format` of the command, where it is not that of a list.
    """

    def decorate(function: Function) -> Function:
        """Return the function as a command callback: with the shared options in its signature."""
        own_parameters = inspect.signature(function, eval_str=True).parameters
        parameters = [
            parameter.replace(kind=parameter.KEYWORD_ONLY)
            for parameter in own_parameters.values()
            if parameter.name != "options"
        ]
        context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        parameters = [parameter for parameter in parameters if parameter.name != context.name]

        def call(context: typer.Context, **values: Any) -> Any:
            """Collect the shared options into one record and call the command."""
            options = Options(context.meta.get(QUESTIONS, {}), **{name: values.pop(name) for name in names})
            return function(**values, options=options, **({"context": context} if "context" in own_parameters else {}))

        call.__name__, call.__doc__ = function.__name__, function.__doc__
        signature = inspect.Signature([*parameters, *(_shared_parameter(name, format) for name in names), context])
        call.__signature__ = signature  # type: ignore[attr-defined]
        call.__annotations__ = {parameter.name: parameter.annotation for parameter in signature.parameters.values()}
        return call

    return decorate


def _shared_parameter(name: str, format: Any) -> inspect.Parameter:
    """Return the parameter of one shared option."""
    annotation = Annotated[str, format] if name == "format" and format is not None else _option_annotations()[name]
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=getattr(Options(), name), annotation=annotation
    )


@cache
def _option_annotations() -> Mapping[str, Any]:
    """Return the type annotation of each shared option, by name."""
    return get_type_hints(Options, include_extras=True)


def with_project_options(function: Function) -> Function:
    """Mark a function as a command that has an option for every question of the pack."""
    function.command_class = ProjectCommand  # type: ignore[attr-defined]
    return function


def question_parameters(folders: tuple[Path, ...] = (BUILT_IN,)) -> list[inspect.Parameter]:
    """Return one parameter per question of a pack; the answers are checked later, all at once.

    Raises:
        InputError: the pack is not sound, or a question has the name of another option.
    """
    pack = load_known_pack(folders)
    for id in pack.questions:
        if id in RESERVED:
            problem = f"the question `{id}` has the name of an option"
            raise InputError([Problem(f"{pack.folders[-1].name}/questions.yaml", problem, "give it another id")])
    packages = [_packages_parameter(pack.packages)] if pack.packages else []
    in_panels = sorted(pack.questions.values(), key=lambda question: _panel_number(question.topic))
    return [*(_question_parameter(question) for question in in_panels), *packages]


def _panel_number(topic: str) -> int:
    """Return where the panel of a topic stands; questions of a topic of its own come last."""
    panels = list(dict.fromkeys(TOPICS.values()))
    return panels.index(TOPICS[topic]) if topic in TOPICS else len(panels)


def _question_parameter(question: Question) -> inspect.Parameter:
    """Return the parameter of one question."""
    several = " Several: repeat the option, or a,b." if question.several else ""
    choices = [*map(_choice_text, question.choices), *([UNKNOWN] if question.detect else [])]
    text = f"{question.ask.en} {'; '.join(choices) if any(' ' in text for text in choices) else ', '.join(choices)}"
    meanings = {choice.id: choice.label.en for choice in question.choices} | {UNKNOWN: "not known"}
    panel = TOPICS.get(question.topic, PROJECT)
    return _answer_parameter(
        question.id, "CHOICE", f"{text}.{several}", panel, meanings, several=bool(question.several)
    )


def _choice_text(choice: Choice) -> str:
    """Return a choice as the help names it: its id; with its meaning where its label begins by the id and then says it."""
    meaning = choice.label.en.removeprefix(f"{choice.id}: ")
    return choice.id if meaning == choice.label.en else f"{choice.id} ({meaning})"


def _packages_parameter(known: Iterable[str]) -> inspect.Parameter:
    """Return the parameter of the packages a project must use."""
    text = f"A package the project must use (advise explain {DEPENDS_ON} lists those known). Several: repeat the option, or a,b."
    return _answer_parameter(DEPENDS_ON, "PACKAGE", text, PROJECT, dict.fromkeys(known, ""), several=True)


def _answer_parameter(
    question: str, metavar: str, help: str, panel: str, meanings: Mapping[str, str], *, several: bool
) -> inspect.Parameter:
    """Return the parameter of one answer, in a panel of the help, with the meanings of the words that can be given."""
    complete = completing(meanings, several=several)
    option = typer.Option(f"--{question}", metavar=metavar, rich_help_panel=panel, help=help, autocompletion=complete)
    name = "question_" + question.replace("-", "_")  # no other parameter has such a name
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[list[str] | None, option]
    )


def make_command(function: Function, cls: type[TyperCommand] = TyperCommand, **settings: Any) -> Any:
    """Return the command that Typer makes of a function."""
    app = typer.Typer(**SETTINGS)
    app.command(cls=cls, **settings)(function)
    return typer.main.get_command(app)


def _question_options(folders: tuple[Path, ...]) -> list[Any]:
    """Return the options of a pack's questions, as Typer makes them."""

    def callback(**_answers: Any) -> None:
        """Do nothing: only the options made for this function are used."""

    parameters = question_parameters(folders)
    callback.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    callback.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return list(make_command(callback).params)


def packs_in_arguments(arguments: Sequence[str]) -> tuple[Path, ...]:
    """Return the folders given by `--pack`: they decide which question options can be parsed."""
    if not any(word.startswith("--pack") for word in arguments):
        return ()

    def callback(pack: PackFolders = None) -> None:
        """Do nothing: only the option made for this function is used."""

    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    command = make_command(callback, add_help_option=False, context_settings=settings)
    return tuple(command.make_context("peek", list(arguments), resilient_parsing=True).params["pack"] or ())


class TakesProject:
    """What a command and a group that take a project have in common."""

    params: list[Any]

    def add_question_options(self, arguments: Sequence[str]) -> None:
        """Put the options of the questions before the command's own, for the packs that the arguments name."""
        own_names = {param.name for param in self.params}
        options = _question_options(packs_in_arguments(arguments) or (BUILT_IN,))
        self.params = [*(option for option in options if option.name not in own_names), *self.params]


def move_answers_to_context(context: Any) -> None:
    """Move the answers from a command line's parameters to its context, where the shared options are made from."""
    answered = {}
    for param in context.command.params:
        if str(param.name).startswith("question_") and (choices := context.params.pop(param.name, None)):
            answered[param.opts[0].removeprefix("--")] = tuple(choices)
    context.meta[QUESTIONS] = answered


class ProjectCommand(TakesProject, TyperCommand):
    """A command that takes a project: every question of the pack is an option, also of a pack that `--pack` names."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse a command line, with an option for every question."""
        self.add_question_options(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Call the command, with the answers in its context."""
        move_answers_to_context(ctx)
        return super().invoke(ctx)


class Group(TyperGroup):
    """A command that only has commands of its own; called without one, it names them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse a command line of a group.

        Raises:
            InputError: the command line is empty.
        """
        if not args and not ctx.resilient_parsing:
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
        """Parse a command line; question options are added only where it names no other command."""
        if not args or args[0] not in self.lazy:
            self.add_question_options(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Call the group, or the subcommand that is named."""
        move_answers_to_context(ctx)
        return super().invoke(ctx)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands."""
        return list(self.lazy)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import a command and return it; None where there is none of that name."""
        if cmd_name not in self.lazy:
            return None
        below = getattr(import_module(self.lazy[cmd_name]), cmd_name.replace("-", "_"))
        if isinstance(below, typer.Typer):
            command: Any = typer.main.get_command(below)
            for name, further in command.commands.items():
                further.epilog = example_text(f"{cmd_name} {name}")
        else:
            command = make_command(below, getattr(below, "command_class", TyperCommand))
        command.name, command.epilog = cmd_name, example_text(cmd_name)
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the name and object of the command that is called, and its arguments.

        Raises:
            InputError: there is no command of that name.
        """
        if args[0] not in self.lazy and not ctx.resilient_parsing:
            fix = did_you_mean(args[0], list(self.lazy))
            raise InputError([Problem("", f"there is no command `{short(args[0])}`", fix)])
        return super().resolve_command(ctx, args)
