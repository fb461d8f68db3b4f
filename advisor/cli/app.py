"""The command line as a whole: every command, each from its own file, imported when it is called."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path
from textwrap import TextWrapper
from typing import Any

import typer
from typer.models import OptionInfo

from advisor.cli.options import question_options
from advisor.knowledge.pack import BUILT_IN

COMMANDS = {
    "why": "why",
    "why-not": "why",
    "what-if": "what_if",
    "explain": "explain",
    "claims": "claims",
    "probe": "measure",
    "evidence": "evidence",
    "doctor": "doctor",
    "rules": "rules",
    "onboard": "onboard",
    "check": "check",
}
"""Command → the module in this folder that holds it."""

# What typer raises for a wrong command line. It bundles its parser, whose classes it exports only in part.
ParserError: type[Exception] = typer.BadParameter.__mro__[2]
ParserContext: Any = typer.Context.__mro__[1]


def build(
    commands: Collection[str] = tuple(COMMANDS), folders: Sequence[str] = (), options: Collection[str] | None = None
) -> Any:
    """Return the command line, ready to be called with arguments.

    Args:
        commands: which commands to know besides `advise` itself; the fewer, the faster it starts.
        folders: the packs whose questions are options (default: the built-in one).
        options: which options to know, such as `--scale`, for the same reason (default: all).
    """
    app = typer.Typer(
        name="advise",
        no_args_is_help=False,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    questions = question_options(tuple(map(Path, folders)) or (BUILT_IN,))
    wanted = dict.fromkeys(COMMANDS[name] for name in COMMANDS if name in commands)
    for module in ("root", *wanted):
        import_module(f"advisor.cli.{module}").register(app, questions)
    if not wanted:
        app.command("help", hidden=True)(_no_command)  # a group needs one
    if options is not None:
        for info in (app.registered_callback, *app.registered_commands):
            _leave_out(info.callback, options)  # type: ignore[union-attr]
    ParserContext.formatter_class = _HelpFormatter
    return typer.main.get_command(app)


def _no_command() -> None:
    """Stand in where only `advise` itself was asked for."""


def _leave_out(command: Any, options: Collection[str]) -> None:
    """Take the options that are not among these from a command made by `with_options`; they have their defaults."""
    if hasattr(command, "__signature__"):
        every = command.__signature__.parameters.values()
        command.__signature__ = inspect.Signature([one for one in every if not _flags(one).isdisjoint({*options, ""})])


def _flags(parameter: inspect.Parameter) -> set[str]:
    """Return how an option is written; an empty word for what is no option."""
    for one in getattr(parameter.annotation, "__metadata__", ()):
        if isinstance(one, OptionInfo):
            written = {flag for flag in (one.default, *(one.param_decls or ())) if isinstance(flag, str)}
            return written or {f"--{parameter.name.replace('_', '-')}"}
    return {""}


class _HelpFormatter(ParserContext.formatter_class):  # type: ignore[misc]
    """Lists of options whose choices are never broken inside a word."""

    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms and their explanations in two columns."""
        found = list(rows)
        margin = " " * self.current_indent
        column = min(max(len(term) for term, _ in found), col_max) + col_spacing
        fill = TextWrapper(max(self.width - column - 2, 10), break_on_hyphens=False, break_long_words=False)
        for term, text in found:
            lines = fill.wrap(inspect.cleandoc(text)) or [""]
            if len(term) > column - col_spacing:
                self.write(f"{margin}{term}\n")
                term = ""
            self.write(f"{margin}{term:{column}}{lines[0]}".rstrip() + "\n")
            self.write("".join(f"{margin}{'':{column}}{line}\n" for line in lines[1:]))
