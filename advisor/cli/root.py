"""`advise`: a questionnaire on a terminal, or an answer from options."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from advisor.cli.options import (
    ANSWERED,
    FAIL_ON,
    OUTPUT,
    PROJECT,
    Format,
    Order,
    answered_options,
    evidence_options,
    format_of,
    lang_of,
    one_of,
    pack,
    request_from,
    request_options,
    with_options,
)
from advisor.cli.output import emit_advice
from advisor.cli.progress import Narrator
from advisor.errors import Exit, InputError, Problem
from advisor.knowledge.pack import Pack
from advisor.pipeline import Gathered, Request, advise
from advisor.reasoning.advice import Advice
from advisor.text import Lang

EPILOG = """
Without any answer, `advise` asks on a terminal.

\b
Examples:
  advise --scale large --hardware nvidia-gpu --deploy mobile
  advise --answers advise.yaml --probe none --format json --fail-on tie

\b
Exit codes:
  0    an answer
  1    an internal error: always a bug
  2    wrong options, answers or rules
  3    nothing is left to recommend, --fail-on applies, or a checked decision flipped
  4    a measurement that was asked for failed
  5    a file or the evidence store cannot be read or written
  130  stopped by Ctrl-C
  143  stopped by a signal to end
"""


def register(app: typer.Typer, questions: list[inspect.Parameter]) -> None:
    """Make `advise` itself a command."""
    options = (questions, request_options(), evidence_options(), answered_options())
    command = with_options(root, *options, own_last=True)
    app.callback(invoke_without_command=True, epilog=EPILOG)(command)


def root(
    context: typer.Context,
    output: Annotated[
        str | None,
        typer.Option(help="Write the answer to this file.", rich_help_panel=OUTPUT, metavar="FILE"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite --output.", rich_help_panel=OUTPUT)] = False,
    fail_on: Annotated[
        str | None,
        typer.Option(
            help="Exit 3 on any of: lean, tie, unmeasured, stale (comma-separated).",
            rich_help_panel=OUTPUT,
            metavar="WORDS",
        ),
    ] = None,
    order: Annotated[
        str,
        typer.Option(
            help="Of the questions asked on a terminal: value (most telling first, stops early) or fixed (all of them).",
            rich_help_panel=PROJECT,
            metavar="value|fixed",
        ),
    ] = "value",
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    options: dict[str, Any] = {},  # noqa: B006
) -> int:
    """Which deep-learning framework should this project use? Answers with reasons, checked on this machine."""
    if context.invoked_subcommand is not None:
        _nothing_before(context)
        return Exit.OK
    if version:
        from advisor import __version__

        typer.echo(f"framework-advisor {__version__}")
        return Exit.OK
    words = [one_of("--fail-on", word.strip(), FAIL_ON) for word in (fail_on or "").split(",") if word.strip()]
    asking: Order = "fixed" if one_of("--order", order, ("value", "fixed")) == "fixed" else "value"
    request, lang, form, file = request_from(options), lang_of(options), format_of(options, ANSWERED), _file(output)
    if form == "html":
        from advisor.render.charts import check_installed

        check_installed("--format html")  # before minutes of measuring
    if not request.flags and request.answers is None:
        advice, gathered = _interview(request, lang, form, file, force, asking)
    else:
        with Narrator(lang) as narrator:
            advice, gathered = advise(request, narrator.progress, narrator.provisional)
        emit_advice(advice, gathered, request, lang, form, file, force=force)
    return exit_code(advice, gathered, words, pack(request.pack))


def _nothing_before(context: typer.Context) -> None:
    """Refuse options before a command: they would be taken for those of `advise` itself, and nobody would read them."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            option = "--" + name.removeprefix("question_").replace("_", "-")
            what = f"an option before the command `{context.invoked_subcommand}`"
            raise InputError(
                [Problem(option, what, f"put it behind: advise {context.invoked_subcommand} … {option} …")]
            )


def _file(output: str | None) -> Path | None:
    if output == "":
        raise InputError([Problem("--output", "the name of the file is empty", "good: --output answer.txt")])
    return None if output is None else Path(output)


def _interview(
    request: Request, lang: Lang, form: Format, output: Path | None, force: bool, order: Order
) -> tuple[Advice, Gathered]:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        fix = "give answers as options (advise --scale large) or in a file (advise --answers advise.yaml)"
        raise InputError([Problem("", "no answers were given and this is no terminal to ask on", fix)])
    from advisor.cli.questionnaire import interview

    return interview(request, lang, form, output, order=order, force=force)


def exit_code(advice: Advice, gathered: Gathered, fail_on: list[str], knowledge: Pack) -> int:
    """Return the exit code of an answer; a note of the pack is no sign of staleness, a review long past is."""
    if gathered.interrupted:
        return Exit.INTERRUPTED
    if advice.candidate is None:
        return Exit.STOPPED
    notes = [need.note for need in knowledge.needs.values()]
    met = {
        "lean": advice.label in ("lean", "not-enough-evidence"),
        "tie": advice.label == "either-will-do",
        "unmeasured": not any(run.counts for run in advice.evidence.runs),
        "stale": bool(gathered.evidence.stale) or any(one not in notes for one in advice.warnings),
    }
    return Exit.STOPPED if any(met[word] for word in fail_on) else Exit.OK
