"""The command line as a whole: every command, each from its own file."""

from __future__ import annotations

from typing import Any

import typer

from advisor.cli import claims, doctor, evidence, explain, measure, root, rules, why


def build() -> Any:
    """Return the command line, ready to be called with arguments."""
    app = typer.Typer(
        name="advise",
        help="Which deep-learning framework should this project use? Answers with reasons, checked on this machine.",
        no_args_is_help=False,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    root.register(app)
    why.register(app)
    explain.register(app)
    claims.register(app)
    measure.register(app)
    evidence.register(app)
    doctor.register(app)
    rules.register(app)
    return typer.main.get_command(app)
