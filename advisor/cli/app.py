"""The command line as a whole: every command, each from its own file, imported when it is called."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module
from typing import Any

import typer

COMMANDS = {
    "why": "why",
    "why-not": "why",
    "explain": "explain",
    "claims": "claims",
    "probe": "measure",
    "evidence": "evidence",
    "doctor": "doctor",
    "rules": "rules",
}
"""Command → the module in this folder that holds it."""


def build(commands: Collection[str] = tuple(COMMANDS)) -> Any:
    """Return the command line, ready to be called with arguments.

    Args:
        commands: which commands to know besides `advise` itself; the fewer, the faster it starts.
    """
    app = typer.Typer(
        name="advise",
        help="Which deep-learning framework should this project use? Answers with reasons, checked on this machine.",
        no_args_is_help=False,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    wanted = dict.fromkeys(COMMANDS[name] for name in COMMANDS if name in commands)
    for module in ("root", *wanted):
        import_module(f"advisor.cli.{module}").register(app)
    if not wanted:
        app.command("help", hidden=True)(_no_command)  # a group needs one
    return typer.main.get_command(app)


def _no_command() -> None:
    """Stand in where only `advise` itself was asked for."""
