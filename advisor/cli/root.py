"""`advise`: a questionnaire on a terminal, or an answer from options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from advisor import __version__
from advisor.cli.command import SETTINGS, LazyGroup, with_shared_options
from advisor.cli.completion import completing
from advisor.cli.options import (
    ANSWERED,
    EVIDENCE_OPTIONS,
    LIST_OUTPUT,
    MEASURING_OPTIONS,
    OUTPUT,
    PROJECT,
    REQUEST_OPTIONS,
    Options,
    Order,
)
from advisor.cli.parsers import check_word, file_parser, word_parser
from advisor.errors import Exit, InputError, Problem

COMMANDS = {
    "why": "advisor.cli.why",
    "why-not": "advisor.cli.why",
    "what-if": "advisor.cli.what_if",
    "explain": "advisor.cli.explain",
    "claims": "advisor.cli.claims",
    "probe": "advisor.cli.measure",
    "evidence": "advisor.cli.evidence",
    "doctor": "advisor.cli.doctor",
    "rules": "advisor.cli.rules",
    "scan": "advisor.cli.scan",
    "onboard": "advisor.cli.onboard",
    "check": "advisor.cli.check",
    "mcp": "advisor.cli.mcp",
}
"""The commands below `advise`, in the order of the help, and the modules that hold them."""
FAIL_ON = ("lean", "tie", "depends", "unmeasured", "stale")

EPILOG = """
Without any answer, `advise` asks on a terminal.

Examples:
  advise --scale large --hardware nvidia-gpu --deploy mobile
  advise --answers advise.yaml --probe none --format json --fail-on tie
  advise --scan path/to/repository

Exit codes:
  0    an answer
  1    an internal error: always a bug
  2    wrong options, answers or rules
  3    nothing is left to recommend, --fail-on applies, or a checked decision flipped
  4    a measurement that was asked for failed
  5    a file or the evidence store cannot be read or written
  130  stopped by Ctrl-C
  129  stopped because its terminal was closed
  143  stopped by a signal to end
"""


class Root(LazyGroup):
    """`advise` itself."""

    lazy = COMMANDS


def print_version(asked: bool) -> None:
    """Print the version where it is asked for, and end."""
    if asked:
        typer.echo(f"framework-advisor {__version__}")
        raise typer.Exit


def root(
    context: typer.Context,
    options: Options,
    output: Annotated[
        Path | None,
        typer.Option(
            parser=file_parser("--output"), metavar="FILE", rich_help_panel=OUTPUT, help="Write the answer to this file."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", rich_help_panel=OUTPUT, help="Overwrite --output.")] = False,
    fail_on: Annotated[
        str,
        typer.Option(
            metavar="WORDS", rich_help_panel=OUTPUT, autocompletion=completing(FAIL_ON, several=True), help=f"Exit 3 on any of: {', '.join(FAIL_ON)} (comma-separated)."
        ),
    ] = "",
    details: Annotated[
        bool,
        typer.Option(
            "--details", rich_help_panel=OUTPUT, help="The whole answer as text: tables, claims, flips, doubts."
        ),
    ] = False,
    order: Annotated[
        str,
        typer.Option(
            parser=word_parser("--order", get_args(Order)), metavar="value|fixed", rich_help_panel=PROJECT,
            autocompletion=completing(get_args(Order)),
            help="Of the questions asked on a terminal: value (most telling first, stops early) or fixed (all of them).",
        ),
    ] = "value",
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=print_version, is_eager=True)
    ] = False,
) -> int:  # fmt: skip
    """Which deep-learning framework should this project use? Answers with reasons, checked on this machine."""
    if context.invoked_subcommand is not None:
        _refuse_options_before_command(context)
        return Exit.OK
    words = [check_word("--fail-on", name.strip(), FAIL_ON) for name in fail_on.split(",") if name.strip()]
    from advisor.cli.answering import answer_project  # not needed to show help

    return answer_project(options, output, force=force, details=details, order=cast(Order, order), fail_on=words)


def _refuse_options_before_command(context: typer.Context) -> None:
    """Refuse options before a command: they would be parsed as options of `advise` itself and then ignored."""
    for param in context.command.params:
        source = context.get_parameter_source(str(param.name))
        if source is not None and source.name == "COMMANDLINE":
            option, command = param.opts[0], context.invoked_subcommand
            problem = f"an option before the command `{command}`"
            raise InputError([Problem(option, problem, f"put it behind: advise {command} … {option} …")])


def command_line() -> Any:
    """Return the command line of `advise`, ready to be called with arguments."""
    app = typer.Typer(name="advise", **{**SETTINGS, "add_completion": True})
    shared = ("scan", *REQUEST_OPTIONS, *MEASURING_OPTIONS, *EVIDENCE_OPTIONS, *LIST_OUTPUT)
    project = with_shared_options(*shared, format=ANSWERED)(root)
    app.callback(cls=Root, invoke_without_command=True, epilog=EPILOG)(project)
    return typer.main.get_command(app)
