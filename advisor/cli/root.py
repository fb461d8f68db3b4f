"""`advise`: a questionnaire on a terminal, or an answer from options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

import click

from advisor import __version__
from advisor.cli.command import Lazy, LazyGroup
from advisor.cli.options import (
    ANSWER_OUTPUT,
    EVIDENCE_OPTIONS,
    OUTPUT,
    PROJECT,
    REQUEST_OPTIONS,
    Format,
    OneOf,
    Option,
    Options,
    Order,
    one_of,
)
from advisor.cli.output import emit_advice
from advisor.cli.progress import Narrator
from advisor.errors import Exit, InputError, Problem
from advisor.knowledge.pack import Pack
from advisor.pipeline import Gathered, Request, advise
from advisor.reasoning.advice import Advice
from advisor.text import Lang

COMMANDS = {
    "why": Lazy("advisor.cli.why", "Why the answer is what it is: every rule, claim and number."),
    "why-not": Lazy("advisor.cli.why", "Why not another one, and what would change it."),
    "what-if": Lazy("advisor.cli.what_if", "The answer, had an answer, a weight or a claim been otherwise."),
    "explain": Lazy("advisor.cli.explain", "What an id or a concept stands for, and for whom it matters."),
    "claims": Lazy("advisor.cli.claims", "All claims, with review and verdict on this machine."),
    "probe": Lazy("advisor.cli.measure", "Measure the frameworks installed here and store the runs."),
    "evidence": Lazy("advisor.cli.evidence", "The runs that are kept: list, export, import, merge."),
    "doctor": Lazy("advisor.cli.doctor", "What is installed, and whether timings here can be trusted."),
    "rules": Lazy("advisor.cli.rules", "Packs of knowledge: check, begin a part, compare answers."),
    "onboard": Lazy("advisor.cli.onboard", "Write the folder a new colleague needs."),
    "check": Lazy("advisor.cli.check", "Whether a decision still stands, and if not, because of what."),
}
"""The commands below `advise`, in the order of the help."""
FAIL_ON = ("lean", "tie", "unmeasured", "stale")

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


@click.command(
    cls=LazyGroup,
    lazy=COMMANDS,
    epilog=EPILOG,
    params=[
        *REQUEST_OPTIONS,
        *EVIDENCE_OPTIONS,
        *ANSWER_OUTPUT,
        Option("--output", metavar="FILE", panel=OUTPUT, help="Write the answer to this file."),
        Option("--force", is_flag=True, panel=OUTPUT, help="Overwrite --output."),
        Option(
            "--fail-on", default="", metavar="WORDS", panel=OUTPUT,
            help=f"Exit 3 on any of: {', '.join(FAIL_ON)} (comma-separated).",
        ),
        Option(
            "--order", type=OneOf(get_args(Order)), default="value", show_default=True, metavar="value|fixed", panel=PROJECT,
            help="Of the questions asked on a terminal: value (most telling first, stops early) or fixed (all of them).",
        ),
    ],
)  # fmt: skip
@click.version_option(__version__, message="framework-advisor %(version)s", help="Print the version.")
@click.pass_context
def root(context: click.Context, options: Options, output: str | None, force: bool, fail_on: str, order: Order) -> int:
    """Which deep-learning framework should this project use? Answers with reasons, checked on this machine."""
    if context.invoked_subcommand is not None:
        _nothing_before(context)
        return Exit.OK
    words = [one_of("--fail-on", word.strip(), FAIL_ON) for word in fail_on.split(",") if word.strip()]
    request, lang, form, file = options.request(), options.language, options.format, _file(output)
    if form == "html":
        from advisor.render.charts import check_installed

        check_installed("--format html")  # before minutes of measuring
    if not request.flags and request.answers is None:
        advice, gathered = _interview(request, lang, form, file, force, order)
    else:
        with Narrator(lang) as narrator:
            advice, gathered = advise(request, narrator.progress, narrator.provisional)
        emit_advice(advice, gathered, request, lang, form, file, force=force)
    return exit_code(advice, gathered, words, options.knowledge)


def _nothing_before(context: click.Context) -> None:
    """Refuse options before a command: they would be taken for those of `advise` itself, and nobody would read them."""
    for param in context.command.get_params(context):
        source = context.get_parameter_source(param.name)
        if source is click.core.ParameterSource.COMMANDLINE:
            option, command = param.opts[0], context.invoked_subcommand
            what = f"an option before the command `{command}`"
            raise InputError([Problem(option, what, f"put it behind: advise {command} … {option} …")])


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
